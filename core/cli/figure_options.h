/* figure_options.h: the command line shared by the verbs that show finished runs in pictures. */
#ifndef ABLATE_FIGURE_OPTIONS_H
#define ABLATE_FIGURE_OPTIONS_H
#include "../finished/figure_choice.h"
#include "../finished/predict_run.h"

enum { FIGURE_RUNS = 8, FIGURE_CLASSES = 64, FIGURE_VALUES = 16, FIGURE_SETS = 64 };

typedef struct figure_options {
    const char *run[FIGURE_RUNS]; /* folders */
    int runs;
    const char *class_name[FIGURE_CLASSES]; /* --class; none: all */
    int classes;
    int spread; /* --spread N; 0: not asked for */
    choice_rule rule;
    bool good;                        /* beside each defective picture a good one */
    const char *value[FIGURE_VALUES]; /* --value */
    int values;
    const char *out, *set[FIGURE_SETS];
    predict_options predict;
    bool help; /* --help was asked and printed: there is nothing to do */
} figure_options;

/* Reads the line of `ablate VERB RUN... --out FOLDER`. 0, or -1: complained. */
int figure_options_read(int argc, char **argv, const char *doc, figure_options *);

#endif
