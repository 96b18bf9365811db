/* predict_files.h: the pictures that a command line names: files, folders, lists. */
#ifndef ABLATE_PREDICT_FILES_H
#define ABLATE_PREDICT_FILES_H

typedef struct predict_file {
    char *path;  /* as it was given or found */
    char *whole; /* absolute, its folders without links; the path itself where these cannot be found */
} predict_file;

typedef struct predict_files { /* zeroed = none */
    predict_file *file;        /* in the order of the command line, folders by name */
    int count, room;
    int others; /* files of folders that are no pictures by their names */
} predict_files;

/* Adds what `text` names: a picture; all *.png, *.jpg and *.jpeg of a folder and the folders in it; or a list, "@FILE"
 * or "FILE.txt": a path a line, from the working directory or else from the list's folder, empty lines and those with #
 * in front left out. What lists name need not exist. 0, or -1: complained. */
int predict_files_add(predict_files *, const char *text);

/* Leaves out what is there twice. 0, or -1: complained. */
int predict_files_unique(predict_files *);

/* How many characters of every `whole` belong to the folder that all files are in; what follows names a file uniquely.
 */
int predict_files_prefix(const predict_files *);

void predict_files_free(predict_files *);

#endif
