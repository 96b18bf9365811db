/* finished_run.h: two finished runs of seconds, of tests/inputs/small.ini by the program itself, for tests of what
 * opens runs again. */
#ifndef LAB_FINISHED_RUN_H
#define LAB_FINISHED_RUN_H
#include "program.h"

/* What nine digits (%.9g) leave of a number: half a unit in the ninth, of itself. */
#define NINE_DIGITS 5e-9

extern char finished_cache[80];
extern char finished_base[200], finished_full[200]; /* of the rows base and full, seed 0 */

/* A group's setup: a folder that holds both and their cache. Its end is remove_folder. */
int finished_begin(void **state);

/* A copy of the full run under that name in the folder, to be damaged. */
void finished_copy(const char *name, char *place, size_t size);

#endif
