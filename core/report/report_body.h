/* report_body.h: the numbers of a report, its sheets, and the writers of its forms. Only report*.c include it. */
#ifndef ABLATE_REPORT_BODY_H
#define ABLATE_REPORT_BODY_H
#include "report.h"
#include "report_sheet.h"

typedef enum report_state {
    REPORT_NOT_RUN,
    REPORT_VALUE,
    REPORT_UNDEFINED,
    REPORT_NOT_APPLICABLE,
    REPORT_NOT_ASKED /* nobody asked for the row now, and no finished run of it is there */
} report_state;

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
    const char **class_name;        /* of layout = classes, in order, without prefixes; the texts are not the body's */
    int classes;
    report_sheet **sheet;
    int sheets;
    char *caption; /* sentences, one a line */
} report_body;

/* NULL: complained. The experiment and the records must outlive it. */
report_body *report_body_make(const experiment *, const run_record *, int count);
void report_body_free(report_body *);

/* The layouts: each adds its sheets to a body whose cells are filled. 0, or -1: complained. */
int report_rows(report_body *);
int report_classes(report_body *);
int report_grid(report_body *);

/* A new sheet of the body; `heading` may be NULL. NULL: complained. */
report_sheet *report_body_add(report_body *, const char *heading);

/* The experiment's title, with the scale, so that no excerpt passes for another scale's numbers. */
const char *report_title(const report_body *, char text[400]);

/* The caption, once the cells are filled: new memory, or NULL: complained. */
char *report_caption(const report_body *);

/* Sentences of the caption about printed values: where they are from, and where they contradict themselves. */
void report_printed(const report_body *, FILE *);

/* Value of a column for one run, a fraction; the mean of the metrics for EXPERIMENT_MEAN. */
double report_value(const experiment *, const run_record *, int column);

/* The same of a class, which is named with or without its data set's prefix "NAME-"; of the mean over the classes for
 * the name NULL. false: the run has no such class. */
bool report_class_value(const experiment *, const run_record *, const char *name, int column, double *value);

/* Over the seeds of a row. */
report_cell report_class_cell(const report_body *, int row, const char *name, int column);

/* The name of a run's class without that prefix. */
const char *report_class_name(const run_record *, const char *name);

/* Are all runs on the data set that the printed values are of? */
bool report_comparable(const report_body *);

/* Mean and sample deviation of `n` values, in their order. */
report_cell report_statistics(const double *value, int n);

/* Tenths of a percent as printed, so that equal printed values share a rank; -1: there is none. */
long report_tenths(double percent);

/* Ranks of `n` values of which those below 0 do not count: 1 the greatest, 2 the second greatest, else 0; all 0 if
 * fewer than two count. */
void report_rank(const long *value, int n, int *rank);

/* The mark of a rank in a sheet. */
char report_mark(int rank);

/* Words of a cell: "98.6" followed by " ± " and the deviation, "not run", "not asked for", "undefined", "n/a". */
const char *report_words(const report_cell *, char text[64]);

/* The printed value "95.4", and the difference "+1.2" between a cell and it; "" where there is none. */
const char *report_paper(experiment_value, char text[16]);
const char *report_difference(const report_cell *, experiment_value, char text[16]);

/* What a cell of a row is without any run: not applicable, not asked for, not run. */
report_state report_without(const experiment_row *);

/* Seeds that a row is to have: those asked for, and as many as the report has of other rows, if the files give the row
 * no fewer than them. */
int report_seeds_wanted(const report_body *, int row);

/* "iii", or "iii (2 of 3 seeds)" where some are missing. */
const char *report_row_name(const report_body *, int row, char text[200]);

/* `sign`: see report_place.h. */
void report_markdown(const report_body *, const char *sign, FILE *);
void report_tex(const report_body *, const char *sign, FILE *);
void report_tsv(const report_body *, const char *sign, FILE *);
int report_plain(const report_body *, FILE *); /* 0, or -1: complained */

#endif
