/* scratch.h: a folder of the test's own, and files in it. */
#ifndef LAB_SCRATCH_H
#define LAB_SCRATCH_H
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "test.h"

extern char folder[64];   /* the one now; "" before make_folder */
extern char own_file[96]; /* the file in it that most tests of a program write: see use_file */

/* Setup and teardown, of a group or of each test: a new empty folder below /tmp, $in to commands, with complaints of
 * before forgotten; and its end, with everything in it. */
int make_folder(void **state);
int remove_folder(void **state);

/* The same, with the folder as the working directory, so that complaints hold short paths; start_folder is the one
 * before, the repository. */
int enter_folder(void **state);
int leave_folder(void **state);
extern char start_folder[4096];

/* Setup of a test whose group has a folder: forgets the last complaint. */
int start(void **state);

/* own_file is that file of every folder made from now on. */
void use_file(const char *name);

/* A path below the folder, by a format; valid until the fourth call after. */
const char *below(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* own_file as a new file each time: some file systems write out a file at once when it is emptied and filled again. */
void write_bytes(const void *bytes, size_t n);

/* A file's text, which it must have; the caller's. */
char *read_text(const char *file);

/* ---- files below the folder; directories are made ---- */

/* Empty files. */
void make_files(const char *const *names);
#define FILES(...) make_files((const char *const[]){ __VA_ARGS__, NULL })

/* A copy of any file at any path. */
void copy_file(const char *from, const char *to);

/* The same file under another name, both below the folder. */
void link_file(const char *from, const char *to);

/* `count` times the same file as UNDER/000TAIL, UNDER/001TAIL, ... */
void link_many(const char *from, const char *under, const char *tail, int count);

void move_file(const char *from, const char *to);

#endif
