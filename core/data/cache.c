#include "cache.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/half.h"
#include "../files/weights.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

typedef struct cache_header {
    char magic[8];
    uint32_t version, header_bytes;
    int64_t row_floats;
    hash_digest key;
    uint32_t number_bytes;
    char padding[4];
} cache_header;

typedef struct cache_record { /* followed by the row */
    hash_digest picture;
    uint32_t checksum; /* CRC-32 of the row */
    char padding[28];
} cache_record;

typedef struct cache_slot {
    hash_digest picture;
    const uint8_t *row;
} cache_slot;

struct cache {
    char *path;
    int file;
    int64_t row_floats;
    cache_numbers numbers;
    uint16_t *packed; /* a row in float16, on its way to the disk; NULL: rows are kept as they are */
    hash_digest key;
    file_map map;
    cache_slot *slot; /* sorted by picture */
    int64_t slots, damaged;
};

static size_t number_bytes(const cache *c)
{
    return c->numbers == CACHE_FLOAT16 ? sizeof(uint16_t) : sizeof(float);
}

static size_t row_bytes(const cache *c)
{
    return (size_t)c->row_floats * number_bytes(c);
}

static size_t record_bytes(const cache *c)
{
    return sizeof(cache_record) + row_bytes(c);
}

static uint32_t checksum_of(const cache *c, const void *row)
{
    return (uint32_t)crc32_z(0, row, row_bytes(c));
}

static cache_header header_of(const cache *c)
{
    cache_header header = { "ABLROWS", 2, sizeof(cache_header), c->row_floats, c->key, (uint32_t)number_bytes(c), "" };
    return header;
}

/* 0, or the errno of what went wrong: a short write is tried again, to learn why it was short. */
static int write_whole(int file, const void *data, size_t bytes)
{
    for (const char *at = data; bytes > 0;) {
        ssize_t wrote = write(file, at, bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return wrote < 0 ? errno : ENOSPC;
        at += wrote;
        bytes -= (size_t)wrote;
    }
    return 0;
}

/* A short write is undone, so that the file only ever holds whole records. */
static int write_at_end(cache *c, const void *first, size_t first_bytes, const void *second, size_t second_bytes)
{
    off_t end = lseek(c->file, 0, SEEK_END);
    int reason = end < 0 ? errno : write_whole(c->file, first, first_bytes);
    if (!reason)
        reason = write_whole(c->file, second, second_bytes);
    if (!reason)
        return 0;
    if (end >= 0 && ftruncate(c->file, end) < 0)
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

cache *cache_open(const char *folder, const hash_digest *key, int64_t row_floats, cache_numbers numbers)
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
    c->numbers = numbers;
    c->key = *key;
    c->file = c->path ? open(c->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (c->file < 0) {
        complain("%s: cannot open: %s; choose a folder you may write to with --cache", c->path ? c->path : folder,
                 strerror(errno));
        cache_close(c);
        return NULL;
    }
    if (numbers == CACHE_FLOAT16)
        c->packed = take((size_t)row_floats, sizeof *c->packed, "a row");
    flock(c->file, LOCK_EX);
    int status = numbers == CACHE_FLOAT16 && !c->packed ? -1 : prepare_file(c);
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
    free(c->packed);
    free(c->path);
    free(c);
}

int64_t cache_bytes(const cache *c, int64_t rows)
{
    return rows * (int64_t)record_bytes(c);
}

int cache_expect(const cache *c, int64_t rows)
{
    struct statvfs disk;
    if (fstatvfs(c->file, &disk) < 0)
        return complain("%s: cannot tell how much room is left: %s", c->path, strerror(errno));
    double needed = (double)rows * (double)record_bytes(c), left = (double)disk.f_bavail * (double)disk.f_frsize;
    if (needed <= left)
        return 0;
    return complain("%s: %.1f MiB are to be written and %.1f MiB are free; make room, choose another folder with "
                    "--cache%s",
                    c->path, needed / 0x1p20, left / 0x1p20,
                    c->numbers == CACHE_FLOAT16 ? "" : ", or set run.features = float16");
}

/* A number that float16 cannot hold would come back as an infinity. */
static int pack(cache *c, const float *row)
{
    for (int64_t i = 0; i < c->row_floats; i++) {
        c->packed[i] = htole16(half_of(row[i]));
        if (isfinite(row[i]) && (le16toh(c->packed[i]) & 0x7C00u) == 0x7C00u)
            return complain("%s: the feature %g is too large for float16; set run.features = float32", c->path,
                            (double)row[i]);
    }
    return 0;
}

int cache_append(cache *c, const hash_digest *picture, const float *numbers)
{
    if (c->packed && pack(c, numbers) < 0)
        return -1;
    const void *row = c->packed ? (const void *)c->packed : (const void *)numbers;
    cache_record record = { *picture, checksum_of(c, row), "" };
    flock(c->file, LOCK_EX);
    int status = prepare_file(c); /* another process may have been killed in the middle of a record */
    if (status == 0)
        status = write_at_end(c, &record, sizeof record, row, row_bytes(c));
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
        if (record.checksum == checksum_of(c, at + sizeof record))
            slot[c->slots++] = (cache_slot){ record.picture, at + sizeof record };
        else
            c->damaged++;
    }
    qsort(slot, (size_t)c->slots, sizeof *slot, by_picture);
    return 0;
}

static const uint8_t *find_row(const cache *c, const hash_digest *picture)
{
    cache_slot wanted = { *picture, NULL };
    const cache_slot *found = c->slots ? bsearch(&wanted, c->slot, (size_t)c->slots, sizeof wanted, by_picture) : NULL;
    return found ? found->row : NULL;
}

bool cache_has(const cache *c, const hash_digest *picture)
{
    return find_row(c, picture) != NULL;
}

const float *cache_read(const cache *c, const hash_digest *picture, int64_t at, int64_t n, float *room)
{
    const uint8_t *row = find_row(c, picture);
    if (!row)
        return NULL;
    row += (size_t)at * number_bytes(c);
    if (c->numbers == CACHE_FLOAT32)
        return (const float *)(const void *)row;
    weights_decode(WEIGHTS_F16, row, n, room);
    return room;
}

int64_t cache_damaged(const cache *c)
{
    return c->damaged;
}

const char *cache_path(const cache *c)
{
    return c->path;
}
