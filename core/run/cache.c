#include "cache.h"
#include "../base/diag.h"
#include "../base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

typedef struct cache_header {
    char magic[8];
    uint32_t version, header_bytes;
    int64_t row_floats;
    hash_digest key;
    char padding[8];
} cache_header;

typedef struct cache_record { /* followed by the row */
    hash_digest picture;
    uint32_t checksum; /* CRC-32 of the row */
    char padding[28];
} cache_record;

typedef struct cache_slot {
    hash_digest picture;
    const float *row;
} cache_slot;

struct cache {
    char *path;
    int file;
    int64_t row_floats;
    hash_digest key;
    file_map map;
    cache_slot *slot; /* sorted by picture */
    int64_t slots, damaged;
};

static size_t record_bytes(const cache *c)
{
    return sizeof(cache_record) + (size_t)c->row_floats * sizeof(float);
}

static uint32_t checksum_of(const cache *c, const float *row)
{
    return (uint32_t)crc32_z(0, (const Bytef *)row, (size_t)c->row_floats * sizeof(float));
}

static cache_header header_of(const cache *c)
{
    cache_header header = { "ABLROWS", 1, sizeof(cache_header), c->row_floats, c->key, "" };
    return header;
}

/* A short write is undone, so that the file only ever holds whole records. */
static int write_at_end(cache *c, const void *first, size_t first_bytes, const void *second, size_t second_bytes)
{
    off_t end = lseek(c->file, 0, SEEK_END);
    bool whole = write(c->file, first, first_bytes) == (ssize_t)first_bytes &&
                 (second_bytes == 0 || write(c->file, second, second_bytes) == (ssize_t)second_bytes);
    if (whole)
        return 0;
    int reason = errno ? errno : ENOSPC;
    if (ftruncate(c->file, end) < 0)
        reason = errno;
    return complain("%s: cannot write: %s; make room or choose another folder with --cache", c->path, strerror(reason));
}

/* A file that is not ours, of another version, or cut within its header is begun anew; a torn tail is cut off. */
static int prepare_file(cache *c)
{
    cache_header expected = header_of(c), found;
    off_t size = lseek(c->file, 0, SEEK_END);
    bool ours = pread(c->file, &found, sizeof found, 0) == (ssize_t)sizeof found &&
                memcmp(&found, &expected, sizeof found) == 0;
    if (!ours)
        return ftruncate(c->file, 0) < 0 ? complain("%s: cannot write: %s", c->path, strerror(errno))
                                         : write_at_end(c, &expected, sizeof expected, NULL, 0);
    off_t torn = (size - (off_t)sizeof found) % (off_t)record_bytes(c);
    if (torn && ftruncate(c->file, size - torn) < 0)
        return complain("%s: cannot write: %s", c->path, strerror(errno));
    return 0;
}

cache *cache_open(const char *folder, const hash_digest *key, int64_t row_floats)
{
    char name[65];
    if (file_make_directory(folder) < 0)
        return NULL;
    cache *c = take_zeroed(1, sizeof *c, "a cache");
    if (!c)
        return NULL;
    hash_print(key, name);
    c->path = take_text("%s/%.24s.rows", folder, name);
    c->row_floats = row_floats;
    c->key = *key;
    c->file = c->path ? open(c->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (c->file < 0) {
        complain("%s: cannot open: %s; choose a folder you may write to with --cache", c->path ? c->path : folder,
                 strerror(errno));
        cache_close(c);
        return NULL;
    }
    flock(c->file, LOCK_EX);
    int status = prepare_file(c);
    flock(c->file, LOCK_UN);
    if (status < 0) {
        cache_close(c);
        return NULL;
    }
    return c;
}

void cache_close(cache *c)
{
    if (!c)
        return;
    file_map_close(&c->map);
    if (c->file >= 0)
        close(c->file);
    free(c->slot);
    free(c->path);
    free(c);
}

int cache_append(cache *c, const hash_digest *picture, const float *row)
{
    cache_record record = { *picture, checksum_of(c, row), "" };
    flock(c->file, LOCK_EX);
    int status = prepare_file(c); /* another process may have been killed in the middle of a record */
    if (status == 0)
        status = write_at_end(c, &record, sizeof record, row, (size_t)c->row_floats * sizeof(float));
    flock(c->file, LOCK_UN);
    return status;
}

static int by_picture(const void *a, const void *b)
{
    return memcmp(&((const cache_slot *)a)->picture, &((const cache_slot *)b)->picture, sizeof(hash_digest));
}

int cache_index(cache *c)
{
    file_map_close(&c->map);
    if (file_map_open(c->path, &c->map) < 0)
        return -1;
    int64_t records = ((int64_t)c->map.size - (int64_t)sizeof(cache_header)) / (int64_t)record_bytes(c);
    cache_slot *slot = take_again(c->slot, (size_t)(records > 0 ? records : 1), sizeof *slot, "a cache's index");
    if (!slot)
        return -1;
    c->slot = slot;
    c->slots = c->damaged = 0;
    for (int64_t i = 0; i < records; i++) {
        const uint8_t *at = c->map.data + sizeof(cache_header) + (size_t)i * record_bytes(c);
        cache_record record;
        memcpy(&record, at, sizeof record);
        const float *row = (const float *)(const void *)(at + sizeof record);
        if (record.checksum == checksum_of(c, row))
            slot[c->slots++] = (cache_slot){ record.picture, row };
        else
            c->damaged++;
    }
    qsort(slot, (size_t)c->slots, sizeof *slot, by_picture);
    return 0;
}

const float *cache_row(const cache *c, const hash_digest *picture)
{
    cache_slot wanted = { *picture, NULL };
    const cache_slot *found = c->slots ? bsearch(&wanted, c->slot, (size_t)c->slots, sizeof wanted, by_picture) : NULL;
    return found ? found->row : NULL;
}

int64_t cache_damaged(const cache *c)
{
    return c->damaged;
}

const char *cache_path(const cache *c)
{
    return c->path;
}
