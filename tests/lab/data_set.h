/* data_set.h: folders of pictures below the test's own, listed by a data module. */
#ifndef LAB_DATA_SET_H
#define LAB_DATA_SET_H
#include "../../core/data/dataset.h"
#include "scratch.h"
#include "words.h"

/* Listing must fail with a sentence that holds the words. */
void open_refused(const char *spec, const settings *from, const char *words);

/* The set that the module reads below the folder, at `under`; an assignment is "classes=...", "partial=yes" and the
 * like, or NULL. set_refused: in one sentence that holds the words. */
void open_set(dataset *d, const char *module, const char *under, const char *assignment);
void set_refused(const char *module, const char *under, const char *assignment, const char *words);

int count_defective(const dataset *d);

/* "name path mask|-" of each picture in turn, paths below the folder. */
void listed(const dataset *d, const char *const *lines);
#define LISTED(d, ...) listed(d, (const char *const[]){ __VA_ARGS__, NULL })

#endif
