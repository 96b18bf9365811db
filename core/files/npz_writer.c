#include "npz_writer.h"
#include "../base/diag.h"
#include "zip.h"
#include <stdlib.h>
#include <string.h>

enum {
    NPY_ALIGNMENT = 64,
    NPY_ROOM = 256,
    ZIP_VERSION = 45, /* the first with zip64 */
    ZIP_DAY = 33      /* 1 January 1980, the first that can be written */
};

typedef struct written_member {
    char name[64];
    uint64_t offset, size;
    uint32_t checksum;
} written_member;

struct npz_writer {
    file_draft *draft;
    FILE *to;
    uint64_t offset; /* where the next byte goes */
    written_member member[NPZ_WRITER_MOST];
    int members;
};

npz_writer *npz_create(const char *path)
{
    npz_writer *w = take_zeroed(1, sizeof *w, "an archive");
    if (!w)
        return NULL;
    w->draft = file_draft_open(path);
    if (!w->draft) {
        free(w);
        return NULL;
    }
    w->to = file_draft_stream(w->draft);
    return w;
}

static void put_bytes(npz_writer *w, const void *data, size_t size)
{
    if (size > 0)
        fwrite(data, 1, size, w->to);
    w->offset += size;
}

/* A number of so many bytes, least significant first. */
static void put_number(npz_writer *w, uint64_t number, int bytes)
{
    uint8_t byte[8];
    for (int i = 0; i < bytes; i++)
        byte[i] = (uint8_t)(number >> 8 * i);
    put_bytes(w, byte, (size_t)bytes);
}

/* Magic, version 1.0, length and description, filled up with blanks. Its size; 0: too long. */
static size_t make_header(const char *type, const char *shape, char out[NPY_ROOM])
{
    enum { PREFIX = 10 };
    char text[NPY_ROOM];
    int length = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    size_t size = (PREFIX + (size_t)length + 1 + NPY_ALIGNMENT - 1) / NPY_ALIGNMENT * NPY_ALIGNMENT;
    if (length < 0 || size > NPY_ROOM)
        return 0;
    memset(out, ' ', size);
    memcpy(out, "\x93NUMPY\x01\0", 8);
    out[8] = (char)((size - PREFIX) & 255);
    out[9] = (char)((size - PREFIX) >> 8);
    memcpy(out + PREFIX, text, (size_t)length);
    out[size - 1] = '\n';
    return size;
}

/* The member's name, and its zip64 field of so many numbers: twice its size, nothing being packed, and the offset. */
static void put_sizes(npz_writer *w, const written_member *m, int numbers)
{
    const uint64_t number[3] = { m->size, m->size, m->offset };
    put_bytes(w, m->name, strlen(m->name));
    put_number(w, 1, 2);
    put_number(w, 8 * (uint64_t)numbers, 2);
    for (int i = 0; i < numbers; i++)
        put_number(w, number[i], 8);
}

/* What local header and directory have in common: method 0, no time, and sizes left to the zip64 field. */
static void put_description(npz_writer *w, const written_member *m, int extra)
{
    put_number(w, ZIP_VERSION, 2);
    put_number(w, 0, 4); /* flags, method */
    put_number(w, 0, 2);
    put_number(w, ZIP_DAY, 2);
    put_number(w, m->checksum, 4);
    put_number(w, UINT32_MAX, 4);
    put_number(w, UINT32_MAX, 4);
    put_number(w, strlen(m->name), 2);
    put_number(w, (uint64_t)extra, 2);
}

int npz_add(npz_writer *w, const char *name, const char *type, const char *shape, const void *data, size_t size)
{
    char header[NPY_ROOM];
    size_t described = make_header(type, shape, header);
    written_member *m = &w->member[w->members];
    if (w->members == NPZ_WRITER_MOST || !described ||
        snprintf(m->name, sizeof m->name, "%s.npy", name) >= (int)sizeof m->name)
        return complain("array '%s' cannot be written: its name or description is too long, or there are %d already",
                        name, w->members);
    w->members++;
    m->offset = w->offset;
    m->size = described + size;
    m->checksum = (uint32_t)crc32_z(0, (const Bytef *)header, described);
    if (size > 0) /* no data would begin the sum anew */
        m->checksum = (uint32_t)crc32_z(m->checksum, data, size);
    put_number(w, ZIP_LOCAL, 4);
    put_description(w, m, 20);
    put_sizes(w, m, 2);
    put_bytes(w, header, described);
    put_bytes(w, data, size);
    return 0;
}

static void put_entry(npz_writer *w, const written_member *m)
{
    put_number(w, ZIP_ENTRY, 4);
    put_number(w, ZIP_VERSION, 2);
    put_description(w, m, 28);
    put_number(w, 0, 6); /* comment, disk, kind */
    put_number(w, 0, 4);
    put_number(w, UINT32_MAX, 4);
    put_sizes(w, m, 3);
}

/* The three records after the directory, [begin, end). */
static void put_ends(npz_writer *w, uint64_t begin, uint64_t end)
{
    put_number(w, ZIP_END64, 4);
    put_number(w, 44, 8);
    put_number(w, ZIP_VERSION, 2);
    put_number(w, ZIP_VERSION, 2);
    put_number(w, 0, 8);
    put_number(w, (uint64_t)w->members, 8);
    put_number(w, (uint64_t)w->members, 8);
    put_number(w, end - begin, 8);
    put_number(w, begin, 8);
    put_number(w, ZIP_LOCATOR, 4);
    put_number(w, 0, 4);
    put_number(w, end, 8);
    put_number(w, 1, 4);
    put_number(w, ZIP_END, 4);
    put_number(w, 0, 4);
    put_number(w, UINT16_MAX, 2);
    put_number(w, UINT16_MAX, 2);
    put_number(w, UINT32_MAX, 4);
    put_number(w, UINT32_MAX, 4);
    put_number(w, 0, 2);
}

int npz_finish(npz_writer *w)
{
    uint64_t begin = w->offset;
    for (int i = 0; i < w->members; i++)
        put_entry(w, &w->member[i]);
    put_ends(w, begin, w->offset);
    int status = file_commit(w->draft);
    free(w);
    return status;
}

void npz_abandon(npz_writer *w)
{
    if (!w)
        return;
    file_abandon(w->draft);
    free(w);
}
