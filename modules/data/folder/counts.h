/* counts.h: how many pictures a published data set has, and whether a copy on disk has them. */
#ifndef FOLDER_COUNTS_H
#define FOLDER_COUNTS_H
#include "module.h"

typedef struct published { /* one class; a list of them ends with a NULL name */
    const char *class_name;
    const char *counts; /* "train 209 good 20 crack 18": training pictures, then those of each test folder */
} published;

typedef struct collection {     /* which folder is read, and what is asked of it */
    const char *module;         /* its name, for complaints about its settings */
    const char *path, *classes; /* its settings of these names; classes: words, or "" for all */
    bool partial;               /* missing pictures, and masks without them, are allowed */
    const char *title;          /* of the published data set */
    const published *published; /* NULL: any number of pictures will do */
    const char *beside;         /* words: files that were published beside the pictures; NULL: none */
} collection;

typedef struct folder_count {
    const char *class_name, *folder; /* "train", or the test folder */
    int pictures;
} folder_count;

typedef struct counts { /* zeroed = empty; `entry` is the caller's to free */
    folder_count *entry;
    int used, room;
    int lost;            /* files that a list names and that are not there */
    const char *missing; /* the first file that a list names and that is not there, and what was tried; or NULL */
} counts;

/* 0, or -1: complained. The texts must live as long as the counts. */
int counts_add(ablate_builder *, counts *, const char *class_name, const char *folder, int pictures);

/* Are these the published numbers, for the chosen classes? 0, or -1: complained, naming each class that deviates. */
int counts_check(ablate_builder *, const collection *, const counts *);

#endif
