/* npz_write.h: archives of arrays made byte by byte, good and bad ones, for tests of the reader. */
#ifndef TESTS_NPZ_WRITE_H
#define TESTS_NPZ_WRITE_H
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { ARCHIVE_MOST = 1 << 20, MEMBERS_MOST = 8 };

typedef struct archive {
    uint8_t byte[ARCHIVE_MOST];
    size_t size;
    struct {
        char name[32];
        uint32_t offset, packed, unpacked, checksum;
        int method;
    } member[MEMBERS_MOST];
    int members;
    int zip64;   /* sizes in extra fields and a second end record */
    int version; /* of the arrays' headers: 1, 2 or 3 */
} archive;

static inline void put_bytes(archive *to, const void *data, size_t size)
{
    if (size > ARCHIVE_MOST - to->size)
        abort();
    memcpy(to->byte + to->size, data, size);
    to->size += size;
}

/* A number of so many bytes, least significant first. */
static inline void put_number(archive *to, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(number >> 8 * i);
        put_bytes(to, &byte, 1);
    }
}

/* Magic, version, header and elements of an array: an .npy file. Returns its size. */
static inline size_t make_npy(uint8_t *to, int version, const char *header, const void *data, size_t size)
{
    size_t length = strlen(header), prefix = version > 1 ? 12 : 10;
    memcpy(to, "\x93NUMPY", 6);
    to[6] = (uint8_t)version;
    to[7] = 0;
    for (size_t i = 8; i < prefix; i++)
        to[i] = (uint8_t)(length >> 8 * (i - 8));
    memcpy(to + prefix, header, length);
    memcpy(to + prefix + length, data, size);
    return prefix + length + size;
}

static inline uint32_t deflate_raw(const uint8_t *from, size_t size, uint8_t *to, size_t room)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.next_in = (z_const Bytef *)(uintptr_t)from;
    z.avail_in = (uInt)size;
    z.next_out = to;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return (uint32_t)z.total_out;
}

/* Adds a member of any bytes, method 0 (stored) or 8 (deflated). */
static inline void add_member(archive *to, const char *name, const uint8_t *data, size_t size, int method)
{
    static uint8_t packed[ARCHIVE_MOST];
    int m = to->members++;
    snprintf(to->member[m].name, sizeof to->member[m].name, "%s", name);
    to->member[m].offset = (uint32_t)to->size;
    to->member[m].unpacked = (uint32_t)size;
    to->member[m].method = method;
    to->member[m].checksum = (uint32_t)crc32(crc32(0, NULL, 0), data, (uInt)size);
    to->member[m].packed = method ? deflate_raw(data, size, packed, sizeof packed) : (uint32_t)size;
    put_number(to, 0x04034b50, 4);
    put_number(to, 20, 2);
    put_number(to, 0, 2);
    put_number(to, (uint64_t)method, 2);
    put_number(to, 0, 4);
    put_number(to, to->member[m].checksum, 4);
    put_number(to, to->zip64 ? UINT32_MAX : to->member[m].packed, 4);
    put_number(to, to->zip64 ? UINT32_MAX : to->member[m].unpacked, 4);
    put_number(to, strlen(name), 2);
    put_number(to, to->zip64 ? 20 : 0, 2);
    put_bytes(to, name, strlen(name));
    if (to->zip64) { /* as numpy.savez writes it */
        put_number(to, 1, 2);
        put_number(to, 16, 2);
        put_number(to, to->member[m].unpacked, 8);
        put_number(to, to->member[m].packed, 8);
    }
    put_bytes(to, method ? packed : data, to->member[m].packed);
}

/* Adds an array: type as NumPy writes it, shape as Python does. */
static inline void add_array(archive *to, const char *name, const char *type, const char *shape, int fortran,
                             const void *data, size_t size, int method)
{
    static uint8_t npy[ARCHIVE_MOST];
    char header[256], file[40];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }          \n", type,
             fortran ? "True" : "False", shape);
    snprintf(file, sizeof file, "%s.npy", name);
    add_member(to, file, npy, make_npy(npy, to->version ? to->version : 1, header, data, size), method);
}

static inline void put_entry(archive *to, int m)
{
    put_number(to, 0x02014b50, 4);
    put_number(to, 20, 2);
    put_number(to, 20, 2);
    put_number(to, 0, 2);
    put_number(to, (uint64_t)to->member[m].method, 2);
    put_number(to, 0, 4);
    put_number(to, to->member[m].checksum, 4);
    put_number(to, to->zip64 ? UINT32_MAX : to->member[m].packed, 4);
    put_number(to, to->zip64 ? UINT32_MAX : to->member[m].unpacked, 4);
    put_number(to, strlen(to->member[m].name), 2);
    put_number(to, to->zip64 ? 28 : 0, 2);
    put_number(to, 0, 6);
    put_number(to, 0, 4);
    put_number(to, to->zip64 ? UINT32_MAX : to->member[m].offset, 4);
    put_bytes(to, to->member[m].name, strlen(to->member[m].name));
    if (to->zip64) {
        put_number(to, 1, 2);
        put_number(to, 24, 2);
        put_number(to, to->member[m].unpacked, 8);
        put_number(to, to->member[m].packed, 8);
        put_number(to, to->member[m].offset, 8);
    }
}

/* The directory and the records after it. */
static inline void finish_archive(archive *to)
{
    size_t begin = to->size, end;
    for (int m = 0; m < to->members; m++)
        put_entry(to, m);
    end = to->size;
    if (to->zip64) {
        put_number(to, 0x06064b50, 4);
        put_number(to, 44, 8);
        put_number(to, 45, 4);
        put_number(to, 0, 8);
        put_number(to, (uint64_t)to->members, 8);
        put_number(to, (uint64_t)to->members, 8);
        put_number(to, end - begin, 8);
        put_number(to, begin, 8);
        put_number(to, 0x07064b50, 4);
        put_number(to, 0, 4);
        put_number(to, end, 8);
        put_number(to, 1, 4);
    }
    put_number(to, 0x06054b50, 4);
    put_number(to, 0, 4);
    put_number(to, to->zip64 ? 0xFFFF : (uint64_t)to->members, 2);
    put_number(to, to->zip64 ? 0xFFFF : (uint64_t)to->members, 2);
    put_number(to, to->zip64 ? UINT32_MAX : end - begin, 4);
    put_number(to, to->zip64 ? UINT32_MAX : begin, 4);
    put_number(to, 0, 2);
}

/* Written over what was there: some file systems flush a file that was emptied first, which takes long in a loop. */
static inline void save_bytes(const char *path, const uint8_t *data, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    if (file < 0 || pwrite(file, data, size, 0) != (ssize_t)size || ftruncate(file, (off_t)size) || close(file))
        abort();
}

static inline void save_archive(archive *from, const char *path)
{
    finish_archive(from);
    save_bytes(path, from->byte, from->size);
}

/* A fresh folder below $TMPDIR or /tmp, and a path in it. */
static inline const char *test_path(const char *name)
{
    static char folder[200], path[300];
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "%s/ablate-test-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
        if (!mkdtemp(folder))
            abort();
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

#endif
