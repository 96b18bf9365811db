/* progress.h: one line that says how far a long task is: a bar on a terminal, no wider than it, plain lines elsewhere
 * (streams_columns). Silent for tasks shorter than two seconds. Writes to stderr only. */
#ifndef ABLATE_PROGRESS_H
#define ABLATE_PROGRESS_H
#include <stdbool.h>
#include <stdint.h>

enum { PROGRESS_BAR = 24, PROGRESS_WIDEST = 240, PROGRESS_ROOM = 4 * PROGRESS_WIDEST };

typedef struct progress {
    char label[64];
    const char *unit; /* "steps", "pictures" */
    int64_t total, start_at;
    double began, shown;
    bool visible;
} progress;

/* `start_at` of `total` are done already (a resumed run): the rate counts only what is done from now on. */
void progress_begin(progress *, const char *label, const char *unit, int64_t total, int64_t start_at);
void progress_show(progress *, int64_t done, const char *note); /* note: "" or a few words, "loss 0.123" */
void progress_end(progress *);                                  /* clears the bar */

/* The line after so many seconds, for `columns` of a terminal (0 or less: no bar, any width): what does not fit is left
 * out, first the bar, then note, rate and time left, then the end of the label. */
void progress_line(const progress *, int64_t done, double elapsed, const char *note, int columns,
                   char out[PROGRESS_ROOM]);

double seconds_since_start(void); /* monotonic, of the process */

#endif
