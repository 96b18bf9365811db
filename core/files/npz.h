/* npz.h: NumPy's archives of arrays: a zip file of .npy members, stored or deflated, as numpy.savez and
 * numpy.savez_compressed write them (format versions 1 to 3, zip64 too). Nothing in a file is trusted: sizes are
 * checked against each other and the file's before memory is taken, and every byte read is covered by its checksum.
 * Arrays of Python objects are refused. */
#ifndef ABLATE_NPZ_H
#define ABLATE_NPZ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NPZ_RANK = 8 };

typedef struct npz npz;

typedef struct npz_array {
    char name[64];
    char kind; /* f i u b: numbers (b: truth values); U S: text */
    int size;  /* bytes of an element */
    bool big_endian, fortran;
    int rank;
    int64_t dim[NPZ_RANK], count;  /* elements: product of dim, 1 for rank 0 */
    const struct zip_entry *entry; /* where it lies in the file, and bytes before its elements; for npz*.c alone */
    uint32_t header;
} npz_array;

/* Opens an archive and checks its directory; NULL: complained. npz_close(NULL) is allowed. */
npz *npz_open(const char *path);
void npz_close(npz *);
const char *npz_path(const npz *);

/* Looks up array `name` and reads its header: 1; 0: there is none; -1: complained. */
int npz_find(const npz *, const char *name, npz_array *);
/* "a, b, c": names of all members, for messages; at most `size` - 1 bytes. */
void npz_list(const npz *, char *text, size_t size);

/* Whether every number of the array's type is exactly a float. */
bool npz_fits_float(const npz_array *);

/* Gives all numbers of the array to `sink`, in blocks, in the order of the file: elements first .. first + n - 1. A
 * sink that returns -1 (complained) ends it. Numbers that a double cannot hold exactly are refused. 0 or -1. */
typedef int npz_sink(void *context, int64_t first, const double *value, int64_t n);
int npz_each(const npz *, const npz_array *, npz_sink *sink, void *context);
/* Puts `data` (count elements of `size` bytes, in the order of the file) into row-major order. 0 or -1. */
int npz_row_major(const npz_array *, void *data, size_t size);

/* All numbers, row-major, into memory for `count` of them. 0, or -1: complained. */
int npz_read_float(const npz *, const npz_array *, float *to); /* npz_fits_float only */
int npz_read_double(const npz *, const npz_array *, double *to);
/* All texts, as UTF-8, row-major; one block with the pointers, released by free(). NULL: complained. */
char **npz_read_text(const npz *, const npz_array *);

#endif
