/* zip.h: zip archives, read only: the directory, and the bytes of members, stored or deflated, zip64 too. Nothing in a
 * file is trusted: every offset and size is checked against the file's before it is used. */
#ifndef ABLATE_ZIP_H
#define ABLATE_ZIP_H
#include "../base/file.h"
#include <zlib.h>

enum { /* signatures of the records of a zip file (PKWARE, APPNOTE 6.3) */
       ZIP_END = 0x06054b50,
       ZIP_END64 = 0x06064b50,
       ZIP_LOCATOR = 0x07064b50,
       ZIP_ENTRY = 0x02014b50,
       ZIP_LOCAL = 0x04034b50
};

typedef struct zip_words { /* what complaints call the file, a member of it, and what to do */
    const char *file, *member, *remedy;
} zip_words;

typedef struct zip_entry { /* a member */
    char *name;
    uint64_t offset, packed, unpacked; /* first byte in the file, bytes there, bytes once unpacked */
    uint32_t checksum;
    bool deflated;
} zip_entry;

typedef struct zip {
    const char *path;    /* both are the caller's */
    const file_map *map; /* and outlive the archive */
    zip_words words;
    zip_entry *entry; /* as the directory lists them */
    int64_t entries;
} zip;

/* Reads the directory at the end of the mapped file. 0, or -1: complained. zip_close is allowed after both. */
int zip_open(zip *, const char *path, const file_map *, zip_words);
void zip_close(zip *);

typedef struct zip_stream { /* the unpacked bytes of a member, in order */
    const zip *file;
    const char *name;
    const zip_entry *entry;
    const uint8_t *next;
    uint64_t packed_left, unpacked_left;
    uint32_t checksum;
    z_stream inflater;
} zip_stream;

/* `name`: what complaints call the member. zip_stream_close must follow zip_stream_open, also after an error. All
 * return 0, or -1: complained. */
int zip_stream_open(zip_stream *, const zip *, const zip_entry *, const char *name);
int zip_stream_read(zip_stream *, void *to, size_t bytes); /* exactly so many */
int zip_stream_finish(zip_stream *);                       /* nothing is left and the checksum is right */
void zip_stream_close(zip_stream *);

#endif
