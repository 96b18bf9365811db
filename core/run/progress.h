/* progress.h: one line that says how far a long task is: a bar on a terminal, plain lines elsewhere. Silent for tasks
 * shorter than two seconds. Writes to stderr only. */
#ifndef ABLATE_PROGRESS_H
#define ABLATE_PROGRESS_H
#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    char label[64];
    const char *unit; /* "steps", "pictures" */
    int64_t total, start_at;
    double began, shown;
    bool terminal, visible;
} progress;

/* `start_at` of `total` are done already (a resumed run): the rate counts only what is done from now on. */
void progress_begin(progress *, const char *label, const char *unit, int64_t total, int64_t start_at);
void progress_show(progress *, int64_t done, const char *note); /* note: "" or a few words, "loss 0.123" */
void progress_end(progress *);                                  /* clears the bar */

double seconds_since_start(void); /* monotonic, of the process */

#endif
