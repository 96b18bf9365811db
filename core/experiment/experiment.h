/* clang-format off: it would fill the lines of the list */
/* experiment.h: a declarative experiment: rows that differ in a few words, the paper's values, the columns to print.
 *
 *   base = ../experiments/whole.ini            see chain.h for what lies over what
 *   [experiment]
 *   title, says, caption, note = ...           text for the report, of this file alone: a base's is another report's
 *   data_titles = a:A b:"B C"                  what the report's title calls a data set, by its module
 *   [columns]
 *   metrics = image_auroc mean                 of image_auroc pixel_auroc aupro image_ap pixel_ap mean
 *   words = a:A b:B                            a tick under A in rows whose model line holds the word a; some row's
 *                                              must
 *   layout = rows                              a line a row; or `classes`, a line a class; or `grid`, the grid's first
 *                                              axis down, its second across
 *   comparable = NAME: COUNTS                  printed values are compared with runs on this data set only, COUNTS as
 *                                              "2 classes, 4 training and 8 test pictures"; none: with no run
 *   gain = i                                   the row that all others' gains are over; none: no gains
 *   [row i]
 *   model = ...                                the row's line of modules
 *   paper = 95.4 -                             what the paper prints, a value a column in percent, '-' for none
 *   baseline = yes                             a row of no paper that trains nothing: others are marked where they are
 *                                              below it
 *   group = same encoder                       with layout = classes, rows of one group are ranked among themselves and
 *                                              have a sheet of their own; without one the group is "run here"
 *   needs = section.key                        a setting without whose value, by a file or the command line, the row
 *                                              is left out, as of files that not everybody has
 *   section.key = value                        any other difference
 *   [claim NAME]                               what the paper says of two rows; see experiment_claim.h
 *   [grid]                                     see grid.h
 *   [axis value]
 *   section.key = value                        what a value of the grid stands for
 *   [printed NAME]                             with layout = classes, what others print; see experiment_printed.h
 *
 * Without rows and grid the experiment has one row, named as the file. Over each row come --data, --seeds, --set. */
/* clang-format on */
#ifndef ABLATE_EXPERIMENT_H
#define ABLATE_EXPERIMENT_H
#include "../base/settings.h"
#include "../graph/optimiser.h"
#include "../metrics/metrics.h"
#include "../model/model.h"
#include "grid.h"

/* A column is a metrics_kind, or the plain mean of the other metrics. */
enum { EXPERIMENT_MEAN = METRICS_KINDS, EXPERIMENT_COLUMNS = METRICS_KINDS + 1, EXPERIMENT_WORDS = 16 };

typedef struct experiment_options { /* zeroed = nothing chosen */
    const char *scale, *data;       /* NULL: none */
    int seeds;                      /* 0: as the file says */
    const char *const *set;         /* "section.key=value" */
    int sets;
    const char *const *swap; /* "OLD=NEW": a module in the place of another in every line; see experiment_swap.h */
    int swaps;
} experiment_options;

typedef enum experiment_layout { LAYOUT_ROWS, LAYOUT_CLASSES, LAYOUT_GRID } experiment_layout;

typedef struct experiment_value { /* as printed somewhere */
    double percent;               /* NaN: none */
    int decimals;
} experiment_value;

typedef struct experiment_row {
    const char *name;
    settings settings; /* all that the run needs, of engine and modules */
    int own;           /* how many of its entries are of files; then come the command line's */
    run_settings run;  /* the engine's part, filled from `settings` */
    input_settings input;
    optimiser_settings optimiser;
    experiment_value paper[EXPERIMENT_COLUMNS]; /* a column */
    bool tick[EXPERIMENT_WORDS];                /* is the word in the model line? */
    bool baseline;                              /* of no paper, trains nothing; others are measured by it */
    bool applicable;                            /* false: excluded by the grid's `where`, or it lacks something */
    bool swapped;                               /* another module stands in the place of one of its line */
    const char *group;                          /* whose rows it is ranked among */
    const char *needs;                          /* the setting without which it would not be here; NULL: none */
    const char *lacks;                          /* why its line does not stand then; NULL: it does */
    int cell;                                   /* of the grid; -1: a row of its own */
    bool unasked;                               /* for the report: --row leaves it out */
    int others;                                 /* for the report: finished runs of this row that it cannot show */
    ablate_at at;                               /* where the row stands */
} experiment_row;

typedef struct experiment_printed { /* one section [printed NAME] */
    const char *name, *source;      /* source: "" = not said */
    struct experiment_line {
        const char *class_name;
        experiment_value value[EXPERIMENT_COLUMNS];
    } * line; /* in the file's order */
    int lines;
    experiment_value mean[EXPERIMENT_COLUMNS], total; /* printed means over the classes; their printed mean */
} experiment_printed;

typedef struct experiment_claim { /* one section [claim NAME]: the second row is better than the first */
    const char *name, *says;      /* says: the paper's words */
    int row[2];
    bool of[EXPERIMENT_COLUMNS]; /* a column: is it claimed of that? Both rows print it then */
} experiment_claim;

typedef struct experiment {
    const char *path, *name, *scale;           /* name = the file's, without folder and .ini; scale "" = none */
    const char *title, *says, *caption, *note; /* "" where the files have none */
    int column[EXPERIMENT_COLUMNS], columns;
    const char *word[EXPERIMENT_WORDS], *label[EXPERIMENT_WORDS];
    int words;
    experiment_layout layout;
    const char *comparable; /* "" = nothing is */
    const char *total;      /* layout = classes: what the mean of the means is called */
    const char *stands_for; /* what all rows' data is called in titles; "" = nothing is said of it */
    int gain;               /* the row that gains are over; -1: none */
    experiment_claim *claims;
    int claim_count;
    const char *swapped; /* which modules stand in the place of which; NULL: none */
    char *changes;       /* for the report, see report_changes.h; NULL counts as "" */
    experiment_row *rows;
    int row_count;
    const char *absent; /* rows left out, each with what it needs: "a (b.c), d (e.f)"; "" = none */
    grid grid;
    experiment_printed *printed;
    int printed_count;
    settings whole;  /* whose memory holds all texts but `changes` */
    settings common; /* of it, what all rows have */
} experiment;

/* NULL: complained. Module sections are checked by whoever knows the modules (settings_fill, settings_check_used on
 * each row's settings). Released by experiment_free; NULL is allowed. */
experiment *experiment_load(const char *path, const experiment_options *);
void experiment_free(experiment *);

/* The value of a row's setting as the files have it, whatever the command line lays over; NULL: they have none. */
const settings_entry *experiment_row_own(const experiment_row *, const char *section, const char *key);

/* Appends the engine's settings that can change a result of a run with that seed, see settings_list. 0, or -1:
 * complained. */
int experiment_row_list(const experiment_row *, int seed, settings *);

/* What the row's model is made of, with `run` in the place of its own settings of [run], which may be these. */
model_request experiment_row_model(const experiment_row *, const run_settings *run, const ablate_module *data,
                                   const char *module_folders);

/* The row of that name; NULL: complained, with the rows there are. */
const experiment_row *experiment_find_row(const experiment *, const char *name);

/* "image_auroc" and "I-AUROC"; of EXPERIMENT_MEAN "mean" and "Mean". */
const char *experiment_column_name(int column);
const char *experiment_column_title(int column);

/* The column of that name, which need not end at `length`; -1: there is none. */
int experiment_column_find(const char *name, size_t length);

#endif
