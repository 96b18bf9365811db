/* npz_writer.h: writes archives of arrays that npz.h and NumPy read: a zip file of .npy members, stored as they are, of
 * any size (zip64). The same arrays give the same bytes. */
#ifndef ABLATE_NPZ_WRITER_H
#define ABLATE_NPZ_WRITER_H
#include <stddef.h>
#include <stdint.h>

typedef struct npz_writer npz_writer;

/* The file appears whole at npz_finish, or not at all. NULL: complained. */
npz_writer *npz_create(const char *path);

/* Adds an array: `type` as NumPy writes it ("<f4", "|i1", "<U9"), `shape` as Python does ("(2, 3)", "(4,)"), `data`:
 * `size` bytes, row-major, little-endian. At most NPZ_WRITER_MOST of them. 0, or -1: complained. Errors of the disk are
 * told by npz_finish. */
enum { NPZ_WRITER_MOST = 16 };
int npz_add(npz_writer *, const char *name, const char *type, const char *shape, const void *data, size_t size);

int npz_finish(npz_writer *);   /* 0, or -1: complained; nothing was changed then. Frees. */
void npz_abandon(npz_writer *); /* Frees; nothing was changed. NULL is allowed. */

#endif
