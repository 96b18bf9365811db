#include "figure_choice.h"
#include "../base/diag.h"
#include "../base/words.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const rule_names[] = { "lowest", "median", "highest" };
enum { RULES = sizeof rule_names / sizeof *rule_names };

int choice_rule_find(const char *name, choice_rule *rule)
{
    for (int i = 0; i < RULES; i++)
        if (strcmp(name, rule_names[i]) == 0) {
            *rule = (choice_rule)i;
            return 0;
        }
    return complain("--rule must be lowest, median or highest; it is '%s'", name);
}

const char *choice_rule_name(choice_rule rule)
{
    return rule_names[rule];
}

typedef struct ranked {
    int index;
    double score;
} ranked;

static int compare(const void *one, const void *other)
{
    const ranked *a = one, *b = other;
    int order = (a->score > b->score) - (a->score < b->score);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

int choose_picture(const dataset *d, const int *shown, int tests, const double *score, int class_index, bool good,
                   choice_rule rule, choice *chosen)
{
    ranked *list = take((size_t)tests, sizeof *list, "the test pictures");
    int count = 0;
    if (!list)
        return -1;
    for (int i = 0; i < tests; i++)
        if (d->picture[shown[i]].class_index == class_index && d->picture[shown[i]].good == good)
            list[count++] = (ranked){ i, score[i] };
    qsort(list, (size_t)count, sizeof *list, compare);
    int place = rule == CHOICE_LOWEST ? 0 : rule == CHOICE_MEDIAN ? (count - 1) / 2 : count - 1;
    if (count > 0)
        *chosen = (choice){ list[place].index, place + 1, count };
    free(list);
    return count > 0;
}

static int rank_classes(const dataset *d, const run_record *r, ranked *list)
{
    for (int i = 0; i < d->classes; i++) {
        int found = run_record_class(r, d->class_name[i], strlen(d->class_name[i]));
        double value = found < 0 ? NAN : r->classes[found].value[METRICS_IMAGE_AUROC];
        if (isnan(value))
            return complain("%s %s: its record has no image AUROC of class '%s'; choose classes with --class",
                            r->experiment, r->row, d->class_name[i]);
        list[i] = (ranked){ i, value };
    }
    qsort(list, (size_t)d->classes, sizeof *list, compare);
    return 0;
}

int choose_classes(const dataset *d, const run_record *r, int wanted, int *class_index)
{
    if (wanted > d->classes)
        return complain("--spread %d: data '%s' has only %d classes; ask for fewer", wanted, d->spec, d->classes);
    ranked *list = take((size_t)d->classes, sizeof *list, "the classes");
    int status = list ? rank_classes(d, r, list) : -1;
    for (int i = 0; i < wanted && status == 0; i++)
        class_index[i] = list[wanted == 1 ? (d->classes - 1) / 2 : i * (d->classes - 1) / (wanted - 1)].index;
    free(list);
    return status;
}

int choose_named(const dataset *d, const char *name)
{
    char names[600] = "";
    for (int i = 0; i < d->classes; i++) {
        if (strcmp(d->class_name[i], name) == 0)
            return i;
        word_append(names, sizeof names, ", ", d->class_name[i]);
    }
    return complain("--class %s: data '%s' has no such class; it has %s", name, d->spec, names);
}
