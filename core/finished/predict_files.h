/* predict_files.h: the pictures that a command line names: files, folders, lists. */
#ifndef ABLATE_PREDICT_FILES_H
#define ABLATE_PREDICT_FILES_H
#include "../base/folder.h"

typedef struct predict_file {
    char *path;      /* as it was given or found */
    char *whole;     /* absolute, its folders without links; the path itself where these cannot be found */
    int class_index; /* of the run, see predict_class.h; -1: not known */
} predict_file;

typedef struct predict_files { /* zeroed = none */
    predict_file *file;        /* in the order of the command line, folders by name */
    int count;
    const char *out;  /* the folder that will be written into, or NULL; set before the first is added */
    folder_rest rest; /* what folders hold and is not used, also `out` and the results of other commands */
    int again;        /* pictures that were named before */
} predict_files;

/* Adds what `text` names: a picture; all pictures of a folder and the folders in it, by the rule of folder.h, each
 * folder once, ground_truth beside train or test not; or a list, "@FILE" or "FILE.txt": a path a line, from the
 * working directory or else from the list's folder, escaped as name.h says where it begins with a backslash; empty
 * lines, those with # in front, a byte order mark and carriage returns at the ends of lines are left out. What lists
 * name need not exist. What is in `out` already is refused: results would be scored the next time. 0, or -1:
 * complained. */
int predict_files_add(predict_files *, const char *text);

/* Leaves out what is there twice, and counts it. 0, or -1: complained. */
int predict_files_unique(predict_files *);

/* How many characters of every `whole` belong to the folder that all files are in; what follows names a file uniquely.
 */
int predict_files_prefix(const predict_files *);

/* How many of the files are among these, under whatever path; NULL is no file. -1: complained. */
int predict_files_common(const predict_files *, const char *const *path, int count);

void predict_files_free(predict_files *);

#endif
