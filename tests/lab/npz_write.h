/* npz_write.h: archives of arrays made byte by byte, good and bad ones, for tests of the reader. */
#ifndef LAB_NPZ_WRITE_H
#define LAB_NPZ_WRITE_H
#include "test.h"

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

/* Magic, version, header and elements of an array: an .npy file. Returns its size. */
size_t make_npy(uint8_t *to, int version, const char *header, const void *data, size_t size);

/* Adds a member of any bytes, method 0 (stored) or 8 (deflated). */
void add_member(archive *to, const char *name, const uint8_t *data, size_t size, int method);

/* Adds an array: type as NumPy writes it, shape as Python does. */
void add_array(archive *to, const char *name, const char *type, const char *shape, int fortran, const void *data,
               size_t size, int method);

/* The directory and the records after it. */
void finish_archive(archive *to);

/* Written over what was there: some file systems flush a file that was emptied first, which takes long in a loop. */
void save_bytes(const char *path, const uint8_t *data, size_t size);

/* Finishes the archive and saves it. */
void save_archive(archive *from, const char *path);

#endif
