/* figure_runs.h: finished runs opened side by side, judged on the same test pictures, some of which are shown. */
#ifndef ABLATE_FIGURE_RUNS_H
#define ABLATE_FIGURE_RUNS_H
#include "../model/score.h"
#include "figure_choice.h"
#include "finished_run.h"

enum { FIGURE_RUNS = 8 };

typedef struct figure_options { /* what is shown of which runs, and where it is written */
    const char *const *run;     /* folders */
    int runs;                   /* at most FIGURE_RUNS */
    const char *const *class_name;
    int classes; /* 0: all */
    int spread;  /* only so many, evenly spread by image AUROC; 0: not asked for */
    choice_rule rule;
    bool good; /* beside each defective picture a good one */
    const char *out;
    finished_options predict;
} figure_options;

typedef struct figure_picture { /* one that is shown */
    int class_index;
    bool good;
    choice chosen;
} figure_picture;

typedef struct figure_runs { /* zeroed = closed; must not be moved while it is open */
    finished_run run[FIGURE_RUNS];
    scores scores[FIGURE_RUNS]; /* of all test pictures, once figure_runs_score has filled them, with scores.image */
    int count;
    const dataset *data;     /* of the last run; the others' has the same pictures */
    figure_picture *picture; /* once figure_runs_choose has filled it, in the data set's or the spread's order */
    int pictures;
} figure_runs;

/* Opens the runs that the options name; what is doubtful about one is printed to standard error. 0, or -1: complained:
 * one cannot be opened, or they were judged on different data. figure_runs_close is allowed after both. */
int figure_runs_open(figure_runs *, const figure_options *);
void figure_runs_close(figure_runs *);

/* Scores all test pictures with run k. A picture's score is the run's own, or the greatest pixel of its map. 0, or -1:
 * complained. */
int figure_runs_score(figure_runs *, int k);

/* Chooses pictures by the options' rule from the scores of the last run. 0, or -1: complained: an unknown class, or
 * there is nothing to show. */
int figure_runs_choose(figure_runs *, const figure_options *);

/* Writes OUT/runs.tsv, what the runs are and the means of their metrics; OUT/pictures.tsv, a line for each chosen
 * picture: number, class, state, name, good, rank, of, and its score in each run that was scored; and beside it
 * number-picture.png and number-mask.png as the network sees them (the last run's size). 0, or -1: complained. */
int figure_runs_write(const figure_runs *, const figure_options *);

#endif
