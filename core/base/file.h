/* file.h: files written whole or not at all, and read whole or mapped. Errors are complaints naming the path. */
#ifndef ABLATE_FILE_H
#define ABLATE_FILE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A file under a temporary name beside `path`; file_commit flushes, fsyncs and renames it, file_abandon removes it. */
typedef struct file_draft file_draft;
file_draft *file_draft_open(const char *path);                   /* NULL: complained. Makes missing directories. */
file_draft *file_draft_in(const char *folder, const char *name); /* of FOLDER/NAME */
FILE *file_draft_stream(file_draft *);                           /* write here; errors are noticed at commit */
int file_commit(file_draft *);             /* 0, or -1 (disk full, ...): then nothing was changed. Frees. */
void file_abandon(file_draft *);           /* Frees. NULL is allowed. */
int file_finish(file_draft *, int status); /* commits where the status is 0, else abandons, and -1 */
void file_remove_drafts(void); /* removes the temporary files there are; for the handler of a deadly signal */

/* Removes what processes that were killed left of drafts of `path`; none may be there. */
void file_sweep(const char *path);

int file_write_text(const char *path, const char *text); /* draft, write, commit */

/* Read-only map of a file; size 0 is an empty map. */
typedef struct file_map {
    const uint8_t *data;
    size_t size;
} file_map;
int file_map_open(const char *path, file_map *); /* 0 or -1 */
void file_map_close(file_map *);

/* Waits until no other process holds the folder, and holds it until file_unlock or the process' end. A handle;
 * negative: this file system has no locks, errno says why, and file_unlock does nothing. Makes a folder that is not
 * there. */
int file_lock_folder(const char *path);
void file_unlock(int handle);

int file_make_directory(const char *path); /* with parents; 0 if it is there */

/* Before long work: can file_draft_open make a file of this path, or can files be made in this folder, which need not
 * be there? Leaves nothing. 0, or -1: complained. */
int file_check_place(const char *path);
int file_check_folder(const char *path);
bool file_exists(const char *path); /* also where it may not be looked at: whoever reads it is told why */

/* The path for a sentence; of one that would leave no room for the reason, its beginning and its end. Returns `shown`.
 */
enum { FILE_SHOWN = 400 };
const char *file_shown(const char *path, char shown[FILE_SHOWN]);

#endif
