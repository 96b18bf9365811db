/* folder.h: what a folder of pictures holds, by the one rule that all who look into such folders keep:
 *
 *   Left out without a word are the names that programs leave behind: hidden ones (.DS_Store, .ipynb_checkpoints, ...),
 *   __MACOSX, Thumbs.db, desktop.ini, lost+found. A picture is a plain file whose name ends, in any case, in one of
 *   FOLDER_PICTURES. Links are followed. Whatever else is there has its reason in words, so that it can be named.
 *
 * Only folders are opened: a FIFO or a device is told by what it is. */
#ifndef ABLATE_FOLDER_H
#define ABLATE_FOLDER_H
#include <dirent.h>
#include <stdbool.h>

#define FOLDER_PICTURES ".png .jpg .jpeg .jpe .jfif .bmp .dib .tif .tiff .webp"

typedef enum folder_kind {
    FOLDER_PICTURE, /* also where it cannot be looked at: who reads it is told why */
    FOLDER_FOLDER,
    FOLDER_OTHER,
    FOLDER_BROKEN /* not a picture's name, and it cannot be looked at */
} folder_kind;

typedef struct folder_entry {
    char *name;
    folder_kind kind;
    const char *why; /* others: what it is, in words; else NULL */
    int error;       /* broken: as errno has it */
} folder_entry;

typedef struct folder_list { /* zeroed = empty; entries by the bytes of their names, alike on every machine */
    folder_entry *entry;
    int count;
} folder_list;

/* What `path` holds. 0, or -1: complained: it is not there, no folder, or may not be read. folder_free after both. */
int folder_read(const char *path, folder_list *);
void folder_free(folder_list *);

/* Those whose names end so, without the ending, by what is left of their names; a folder that is not there has none.
 * 0, or -1: complained. folder_free after both. */
int folder_ending(const char *path, const char *ending, folder_list *);

/* opendir. NULL: there is no such folder, and *status is 0; or it may not be read, and *status is -1: complained. */
DIR *folder_open(const char *path, int *status);

/* Whether `path`, which need not be there, is the folder or lies in it, whatever links and dots lead to either. false
 * where there is no such folder. */
bool folder_holds(const char *folder, const char *path);
bool folder_same(const char *a, const char *b); /* both are there and are one */

/* What was found and is not used, a text each: "PATH: WHY". */
typedef struct folder_rest { /* zeroed = nothing */
    char **text;
    int count;
} folder_rest;

enum { FOLDER_NAMED = 5 };

/* 0, or -1: out of memory. */
int folder_rest_add(folder_rest *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void folder_rest_free(folder_rest *);

/* "7 files or folders are not used: ", the first FOLDER_NAMED, and how many more; new memory. NULL: complained. */
char *folder_rest_say(const folder_rest *);

/* An output must not replace what is read for it: 0, or -1 with the sentence, if the option's `out` is `input`, under
 * whatever name. Either may be NULL. */
int folder_spare(const char *option, const char *out, const char *input);

#endif
