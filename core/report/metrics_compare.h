/* metrics_compare.h: the same maps under every protocol, side by side in Markdown. */
#ifndef ABLATE_METRICS_COMPARE_H
#define ABLATE_METRICS_COMPARE_H
#include "../metrics/metrics.h"
#include <stdio.h>

/* Reads the archive of arrays (metrics_load.h) anew for each protocol, since masks are made as each makes them, and
 * writes: means over the classes and their differences from the first protocol, `exact`; then the class that differs
 * most. Percent. `connectivity`: 4 or 8, or 0: each protocol's. 0, or -1: complained; nothing was written then. */
int metrics_compare(const char *path, int connectivity, FILE *to);

#endif
