/* odd_files.h: what may lie in a folder of pictures beside pictures, and what must not be opened or may not be read;
 * made below the root of data_root.h. */
#ifndef LAB_ODD_FILES_H
#define LAB_ODD_FILES_H
#include "scratch.h"

/* Each is made below the test's folder; a link to any text. */
void make_folder_of(const char *name);
void make_link(const char *to, const char *name);
void make_fifo(const char *name);
void make_socket(const char *name);

/* Runs the check in a process that is not root's, to which folders may be closed; it returns 0 if all is as it should
 * be. Opening what waits for ever ends that process too. */
void as_nobody(int (*check)(void));

/* 0 if the last complaint holds both words, else 1 after printing it. */
int complained_of(const char *what, const char *why);

#endif
