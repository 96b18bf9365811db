/* report_numbers.h: what a report is made of: the records of an experiment's rows, and the numbers of its cells. */
#ifndef ABLATE_REPORT_NUMBERS_H
#define ABLATE_REPORT_NUMBERS_H
#include "../experiment/experiment.h"
#include "../record/record.h"

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
} report_cell;

typedef struct report_row {
    const run_record **run; /* of this row, by seed */
    int runs;
    const double **off; /* (runs) their draws, see report_gains.h; NULL, or one of them: there are none */
} report_row;

typedef struct report_numbers {
    const experiment *experiment;
    report_row *row;
    int most;                       /* runs of the row that has most */
    bool paper[EXPERIMENT_COLUMNS]; /* does the paper print anything in this column? */
    bool any_paper;                 /* or in any? */
    const char **class_name;        /* of layout = classes, in order, without prefixes; the texts are not its own */
    int classes;
    char *undrawn; /* why a run has no draws; NULL: all have, or nobody asked for them */
} report_numbers;

/* NULL: complained. The experiment and the records must outlive it. */
report_numbers *report_numbers_make(const experiment *, const run_record *, int count);
void report_numbers_free(report_numbers *); /* NULL is allowed */

/* A class's name without its data set's prefix "NAME-": within the name. */
const char *report_class_name(const run_record *, const char *name);

/* Value of a column for one run, a fraction; the mean of the metrics for EXPERIMENT_MEAN. Of a class, which is named
 * with or without its data set's prefix "NAME-", or of the mean over the classes for the name NULL. false: the run has
 * no such class. */
bool report_class_value(const experiment *, const run_record *, const char *name, int column, double *value);

/* The same over the seeds of a row. */
report_cell report_cell_of(const report_numbers *, int row, const char *name, int column);

/* The first row of the same group. */
int report_group(const report_numbers *, int row);

/* Are all runs on the data set that the printed values are of? */
bool report_comparable(const report_numbers *);

/* Seeds that a row is to have: those asked for, and as many as the report has of other rows, if the files give the row
 * no fewer than them. */
int report_seeds_wanted(const report_numbers *, int row);

/* " (2 of 3 seeds)" where some of a row's runs are missing, but not all; else "". */
const char *report_seeds(int runs, int wanted, char text[64]);

/* "iii", or "iii (2 of 3 seeds)". */
const char *report_row_name(const report_numbers *, int row, char text[200]);

/* The title of an experiment's report, with the scale, what the data stands for and whether settings were changed, so
 * that no excerpt passes for other numbers. `changes`: NULL or "" for none. */
const char *report_title(const char *title, const experiment *, const char *changes, char text[400]);

#endif
