/* figure_choice.h: which test pictures are shown: by a rule that can be stated, never by eye. */
#ifndef ABLATE_FIGURE_CHOICE_H
#define ABLATE_FIGURE_CHOICE_H
#include "../data/dataset.h"
#include "../record/record.h"
#include <stdbool.h>

typedef enum choice_rule { CHOICE_LOWEST, CHOICE_MEDIAN, CHOICE_HIGHEST } choice_rule;

/* "lowest", "median", "highest". 0, or -1: complained. */
int choice_rule_find(const char *name, choice_rule *);
const char *choice_rule_name(choice_rule);

typedef struct choice {
    int test;     /* place among the test pictures, in their order in the data set */
    int rank, of; /* from 1, by ascending image score, among the good or the defective pictures of its class */
} choice;

/* Chooses among the good or the defective test pictures of a class by their image scores, score[test]: the lowest, the
 * median (of an even number the lower of the middle two) or the highest; equal scores in the order of the data set.
 * `shown`: the data set's index of each of the `tests` test pictures. 1; 0: the class has no such picture; -1:
 * complained. */
int choose_picture(const dataset *, const int *shown, int tests, const double *score, int class_index, bool good,
                   choice_rule, choice *);

/* Indices of `wanted` of the data set's classes, evenly spread over their ranks by the record's image AUROC from the
 * lowest to the highest, into class_index[wanted] (one class: the median); equal ones in the order of the data set. 0,
 * or -1: complained: the data set has fewer classes, or the record lacks one. */
int choose_classes(const dataset *, const run_record *, int wanted, int *class_index);

/* A class by its name; -1: complained, with the names there are. */
int choose_named(const dataset *, const char *name);

#endif
