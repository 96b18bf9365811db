#include "npz_write.h"

#include <fcntl.h>
#include <zlib.h>

static void put_bytes(archive *to, const void *data, size_t size)
{
    if (size > ARCHIVE_MOST - to->size)
        abort();
    memcpy(to->byte + to->size, data, size);
    to->size += size;
}

/* A number of so many bytes, least significant first. */
static void put_number(archive *to, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(number >> 8 * i);
        put_bytes(to, &byte, 1);
    }
}

size_t make_npy(uint8_t *to, int version, const char *header, const void *data, size_t size)
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

static uint32_t deflate_raw(const uint8_t *from, size_t size, uint8_t *to, size_t room)
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

void add_member(archive *to, const char *name, const uint8_t *data, size_t size, int method)
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

void add_array(archive *to, const char *name, const char *type, const char *shape, int fortran, const void *data,
               size_t size, int method)
{
    static uint8_t npy[ARCHIVE_MOST];
    char header[256], file[40];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }          \n", type,
             fortran ? "True" : "False", shape);
    snprintf(file, sizeof file, "%s.npy", name);
    add_member(to, file, npy, make_npy(npy, to->version ? to->version : 1, header, data, size), method);
}

static void put_entry(archive *to, int m)
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

void finish_archive(archive *to)
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

void save_bytes(const char *path, const uint8_t *data, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    if (file < 0 || pwrite(file, data, size, 0) != (ssize_t)size || ftruncate(file, (off_t)size) || close(file))
        abort();
}

void save_archive(archive *from, const char *path)
{
    finish_archive(from);
    save_bytes(path, from->byte, from->size);
}
