#include "progress.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double seconds_since_start(void)
{
    static struct timespec start;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    if (start.tv_sec == 0)
        start = t;
    return (double)(t.tv_sec - start.tv_sec) + 1e-9 * (double)(t.tv_nsec - start.tv_nsec);
}

void progress_begin(progress *p, const char *label, const char *unit, int64_t total, int64_t start_at)
{
    *p = (progress){ .unit = unit, .total = total, .start_at = start_at, .began = seconds_since_start() };
    snprintf(p->label, sizeof p->label, "%s", label);
    p->terminal = isatty(STDERR_FILENO);
}

static void print_bar(const progress *p, int64_t done)
{
    enum { WIDTH = 24 };
    char bar[WIDTH + 1];
    int64_t filled = p->total > 0 ? done * WIDTH / p->total : 0;
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[WIDTH] = 0;
    fprintf(stderr, "\r%s [%s]", p->label, bar);
}

void progress_show(progress *p, int64_t done, const char *note)
{
    double now = seconds_since_start(), elapsed = now - p->began;
    double interval = p->terminal ? 0.2 : 10;
    if (elapsed < 2 || (p->visible && now - p->shown < interval))
        return;
    p->visible = true;
    p->shown = now;
    double rate = (double)(done - p->start_at) / elapsed;
    double left = rate > 0 ? (double)(p->total - done) / rate : 0;
    if (p->terminal)
        print_bar(p, done);
    else
        fprintf(stderr, "%s", p->label);
    fprintf(stderr, " %lld/%lld %s, %.1f/s, %d:%02d left%s%s%s", (long long)done, (long long)p->total, p->unit, rate,
            (int)left / 60, (int)left % 60, *note ? ", " : "", note, p->terminal ? "\033[K" : "\n");
    fflush(stderr);
}

void progress_end(progress *p)
{
    if (p->visible && p->terminal)
        fprintf(stderr, "\r\033[K");
}
