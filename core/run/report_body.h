/* report_body.h: the numbers of a report, and the writers of its forms. Only report*.c include it. */
#ifndef ABLATE_REPORT_BODY_H
#define ABLATE_REPORT_BODY_H
#include "report.h"

typedef enum report_state { REPORT_NOT_RUN, REPORT_VALUE, REPORT_UNDEFINED, REPORT_NOT_APPLICABLE } report_state;

typedef struct report_cell {
    report_state state;
    double mean, deviation; /* fractions, over the seeds; deviation NaN for one seed */
    int rank;               /* 1: best of its column as printed, 2: second best, 0: neither */
} report_cell;

typedef struct report_row {
    const run_record **run; /* of this row, by seed */
    int runs;
    report_cell cell[EXPERIMENT_COLUMNS];
} report_row;

typedef struct report_body {
    const experiment *experiment;
    report_row *row;
    bool paper[EXPERIMENT_COLUMNS]; /* does the paper print anything in this column? */
    char *caption;                  /* sentences, one a line */
} report_body;

/* NULL: complained. The experiment and the records must outlive it. */
report_body *report_body_make(const experiment *, const run_record *, int count);
void report_body_free(report_body *);

/* The experiment's title, with the scale, so that no excerpt passes for another scale's numbers. */
const char *report_title(const report_body *, char text[400]);

/* The caption, once the cells are filled: new memory, or NULL: complained. */
char *report_caption(const report_body *);

/* Value of a column for one run, a fraction; the mean of the metrics for EXPERIMENT_MEAN. */
double report_value(const experiment *, const run_record *, int column);

/* Words of a cell: "98.6" followed by `plus_minus` and the deviation, "not run", "undefined", "n/a". */
const char *report_words(const report_cell *, const char *plus_minus, char text[64]);

/* "95.4", and the difference "+1.2" with `minus` as the sign of a negative one; "" where there is none. */
const char *report_paper(double paper, char text[16]);
const char *report_difference(const report_cell *, double paper, const char *minus, char text[16]);

/* "iii", or "iii (2 of 3 seeds)" where some are missing. */
const char *report_row_name(const report_body *, int row, char text[200]);

void report_markdown(const report_body *, FILE *);
void report_tex(const report_body *, FILE *);
void report_tsv(const report_body *, FILE *);
void report_plain(const report_body *, FILE *);

#endif
