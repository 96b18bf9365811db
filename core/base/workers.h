/* workers.h: the same work for many items on all cores, for what is no tensor arithmetic: decoding, rendering. */
#ifndef ABLATE_WORKERS_H
#define ABLATE_WORKERS_H

/* Calls work(context, i) for i = 0 .. n-1 on any thread in any order. 0, or -1 with the complaint of the lowest i that
 * failed. Each i must write only what is its own. */
int workers_run(int n, int (*work)(void *context, int i), void *context);

#endif
