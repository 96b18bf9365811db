#include "workers.h"
#include "diag.h"
#include <limits.h>
#include <stdio.h>

/* Complaints belong to a thread; the one to report is carried over to the caller's. */
int workers_run(int n, int (*work)(void *context, int i), void *context)
{
    int failed = INT_MAX;
    char sentence[1024] = "";
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < n; i++) {
        if (work(context, i) == 0)
            continue;
#pragma omp critical(workers_complaint)
        if (i < failed) {
            failed = i;
            snprintf(sentence, sizeof sentence, "%s", complaint() ? complaint() : "a worker failed without words");
        }
        complaint_clear();
    }
    return failed == INT_MAX ? 0 : complain("%s", sentence);
}
