/* report_place.h: under which name a report is written, so that none takes the place of a report of other settings.
 *
 * A report of the files' own settings is FOLDER/NAME. One of changed settings, or of another scale, is written there
 * too while nothing else is; otherwise it has a name of its own, NAME-SCALE-CHANGES (CHANGES: 8 digits of a hash). When
 * a report of the files' own settings comes, what was made with changed ones gives way and keeps such a name.
 * NAME-SCALE-CHANGES-part is the name of one that would take the place of more, until one comes that has all. */
#ifndef ABLATE_REPORT_PLACE_H
#define ABLATE_REPORT_PLACE_H
#include "document.h"

typedef struct report_place {
    const char *path; /* without ending */
    const char *sign; /* for the first line of its files, by which it is known again */
    const char *note; /* what a reader must know of the name, "": nothing */
    const char *part; /* the path for report_place_part */
    arena *memory;    /* of these texts */
} report_place;

/* Decides, and moves what gives way. The caller holds the lock of the folder. `changes` as in experiment.h. 0, or -1:
 * complained. report_place_free is allowed after both. */
int report_place_find(const char *folder, const char *name, const char *scale, const char *changes, report_place *);
void report_place_free(report_place *);

/* What is at the place has more, as of `lost`, and stays: the report gets a name that ends in -part. 0, or -1:
 * complained. */
int report_place_part(report_place *, const char *lost);

/* Removes an earlier -part report, of which the one at the place has all. 0, or -1: complained. */
int report_place_whole(report_place *);

/* Writes PATH.md, .tsv, .tex and .sheet, each whole or not at all. 0, or -1: complained. */
int report_place_write(const report_place *, const document *);

/* Once that is done: where they are, and what stays or was moved. */
void report_place_say(const report_place *, FILE *);

#endif
