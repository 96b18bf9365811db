/* train_timing.c: where the time of a step goes, for people. */
#include "train.h"

void train_print_timings(const train_result *r, FILE *to)
{
    double steps = r->steps ? (double)r->steps : 1;
    for (int i = 0; i < r->timings; i++) {
        const program_timing *t = &r->timing[i];
        double seconds = t->seconds > 0 ? t->seconds : 1;
        fprintf(to, "%-18s %-8s %7d calls %9.3f ms each step %9.1f GFLOP/s %7.1f GB/s\n", t->op,
                t->backward ? "backward" : "forward", t->calls, 1e3 * t->seconds / steps, 1e-9 * t->flops / seconds,
                1e-9 * t->bytes / seconds);
    }
}
