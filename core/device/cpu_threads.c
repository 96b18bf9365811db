/* cpu_threads.c: a loop over independent pieces of work on the threads of OpenMP. */
#include "cpu.h"
#include <omp.h>

static int team = 1;              /* number of threads; set when the device opens */
static _Thread_local bool inside; /* running a body */

void cpu_set_threads(int threads)
{
    team = threads > 0 ? threads : omp_get_max_threads();
}

int cpu_threads(void)
{
    return team;
}

bool cpu_inside(void)
{
    return inside;
}

void cpu_parallel(int64_t n, void (*body)(void *context, int64_t i), void *context)
{
    if (inside) { /* a piece of a piece stays where it is */
        for (int64_t i = 0; i < n; i++)
            body(context, i);
        return;
    }
    int threads = n < team ? (int)n : team;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) if (threads > 1)
    for (int64_t i = 0; i < n; i++) {
        inside = true;
        body(context, i);
        inside = false;
    }
}
