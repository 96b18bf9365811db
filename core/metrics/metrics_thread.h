/* metrics_thread.h: how many threads a piece of work is worth. */
#ifndef ABLATE_METRICS_THREAD_H
#define ABLATE_METRICS_THREAD_H
#include "metrics.h"
#include <omp.h>
#include <stdint.h>

enum { THREAD_PIXELS_LEAST = 1 << 16 }; /* below this, waking the others takes longer than the work */

/* One thread for few pixels and where threads are at work already, else all; never more than there are items to share.
 */
static inline int thread_count(int64_t items, int64_t pixels)
{
    int64_t threads = pixels < THREAD_PIXELS_LEAST || omp_in_parallel() ? 1 : omp_get_max_threads();
    return (int)(threads < items ? threads : items > 1 ? items : 1);
}

/* The same for a loop over n pictures' maps. */
static inline int picture_threads(const metrics_input *in, int64_t n)
{
    return thread_count(n, n * in->height * in->width);
}

#endif
