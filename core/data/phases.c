#include "phases.h"
#include "../base/progress.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Linux counts the resident peak since "5" was last written to clear_refs; getrusage forgets with it. */
static int64_t read_peak(void)
{
    char line[128];
    long long kib = 0;
    FILE *from = fopen("/proc/self/status", "r");
    while (from && fgets(line, sizeof line, from))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoll(line + 6, NULL, 10);
    if (from)
        fclose(from);
    struct rusage usage;
    if (kib == 0 && getrusage(RUSAGE_SELF, &usage) == 0)
        kib = usage.ru_maxrss;
    return (int64_t)kib * 1024;
}

static void forget_peak(void)
{
    FILE *to = fopen("/proc/self/clear_refs", "w");
    if (!to)
        return; /* each phase then shows the peak of all before it too */
    fputs("5", to);
    fclose(to);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

phase phases_enter(phases *p, phase next)
{
    phase left = p->now;
    double now = seconds_since_start();
    int64_t peak = read_peak();
    p->seconds[left] += now - p->since;
    p->peak[left] = larger(p->peak[left], peak);
    p->peak_before = larger(p->peak_before, peak);
    p->now = next;
    p->since = now;
    forget_peak();
    return left;
}

int64_t phases_peak(phases *p)
{
    return larger(p->peak_before, read_peak());
}

void phases_print(phases *p, FILE *to)
{
    static const char *const name[PHASES] = { "rest", "pictures", "features", "training", "scoring", "metrics" };
    double total = 0;
    phases_enter(p, p->now);
    for (int i = 0; i < PHASES; i++)
        total += p->seconds[i];
    for (int i = 0; i < PHASES; i++)
        if (p->peak[i] > 0)
            fprintf(to, "%-9s %8.1f s  %5.1f %%  %6lld MiB\n", name[i], p->seconds[i],
                    total > 0 ? 100 * p->seconds[i] / total : 0, (long long)(p->peak[i] >> 20));
    fprintf(to, "%-9s %8.1f s  100.0 %%  %6lld MiB at most\n", "together", total, (long long)(phases_peak(p) >> 20));
}
