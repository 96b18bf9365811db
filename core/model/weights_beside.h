/* weights_beside.h: JSON files that lie beside files of weights, such as configurations: read once, asked by place. */
#ifndef ABLATE_WEIGHTS_BESIDE_H
#define ABLATE_WEIGHTS_BESIDE_H
#include "../base/arena.h"
#include "../record/record.h"

typedef struct weights_beside weights_beside; /* the files opened so far */
weights_beside *weights_beside_new(arena *);  /* which outlives it, and has its texts. NULL: complained */
void weights_beside_free(weights_beside *);   /* NULL is allowed. Ends the life of every text */

/* What stands at a place of a JSON file in the folder of `weights`. question: "FILE.json:KEY.KEY", or "FILE.json:" for
 * all of it. A text as it is; all else, such as a number, true, a list, as JSON without blanks. NULL: there is no such
 * file, or nothing (or null) at that place; or complained: the file cannot be read, or is no JSON object. */
const char *weights_beside_text(weights_beside *, const char *weights, const char *question);

/* Whether a key asks for a file beside the weights. */
bool weights_beside_asks(const char *key);

/* Enters every file read so far with its hash. 0, or -1: complained. */
int weights_beside_describe(const weights_beside *, run_record *);

#endif
