/* npz_member.h: the zip side of npz.h: directory and streams of members. */
#ifndef ABLATE_NPZ_MEMBER_H
#define ABLATE_NPZ_MEMBER_H
#include "../base/file.h"
#include "npz.h"
#include <zlib.h>

typedef struct npz_entry { /* of the directory */
    char *name;            /* without .npy */
    npz_member member;
} npz_entry;

struct npz {
    char *path;
    file_map map;
    npz_entry *entries;
    int64_t count;
};

/* Reads the directory at the end of the mapped file into entries. 0, or -1: complained. */
int zip_read_directory(npz *);

typedef struct npz_stream { /* the unpacked bytes of a member, in order */
    const npz *file;
    const char *name;
    const npz_member *member;
    const uint8_t *next;
    uint64_t packed_left, unpacked_left;
    uint32_t checksum;
    z_stream inflater;
} npz_stream;

/* stream_close must follow stream_open, also after an error. All return 0, or -1: complained. */
int stream_open(npz_stream *, const npz *, const npz_member *, const char *name);
int stream_read(npz_stream *, void *to, size_t bytes); /* exactly so many */
int stream_finish(npz_stream *);                       /* nothing is left and the checksum is right */
void stream_close(npz_stream *);

static inline uint32_t little16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t little32(const uint8_t *p)
{
    return little16(p) | little16(p + 2) << 16;
}

static inline uint64_t little64(const uint8_t *p)
{
    return little32(p) | (uint64_t)little32(p + 4) << 32;
}

#endif
