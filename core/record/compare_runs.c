#include "compare_runs.h"
#include "../base/diag.h"
#include "../base/folder.h"
#include "runs_list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of two runs of one seed the later takes the place of the earlier, which is left out. */
static int drop_repeated(runs_list *group)
{
    int kept = 0;
    for (int i = 0; i < group->count; i++) {
        listed_run one = group->run[i], *old = group->run;
        while (old < group->run + kept && old->record.seed != one.record.seed)
            old++;
        if (old < group->run + kept) {
            listed_run out = runs_later(&one, old) ? *old : one;
            *old = runs_later(&one, old) ? one : *old;
            fprintf(stderr, "compare: of two runs of seed %d the later is taken, %s, and %s left out\n",
                    old->record.seed, old->folder, out.folder);
            listed_run_free(&out);
        } else {
            group->run[kept++] = one;
        }
    }
    group->count = kept;
    return kept <= COMPARE_SEEDS ? 0 : complain("more than %d seeds cannot be compared at once", (int)COMPARE_SEEDS);
}

static int open_group(runs_list *group, const char *folder)
{
    folder_list inside = { 0 };
    int status = runs_list_add(group, folder);
    if (status != 0)
        return status < 0 ? -1 : 0;
    status = folder_ending(folder, "", &inside);
    for (int i = 0; i < inside.count && status == 0; i++) {
        char *below = take_text("%s/%s", folder, inside.entry[i].name);
        status = !below || runs_list_add(group, below) < 0 ? -1 : 0;
        free(below);
    }
    folder_free(&inside);
    if (status == 0 && group->count == 0)
        return complain("%s: here is no finished run, and no folder with one; name the folder of a run or of a row",
                        folder);
    return status == 0 ? drop_repeated(group) : -1;
}

static int same_data(const run_record *a, const run_record *b)
{
    if (strcmp(a->data_hash, b->data_hash) != 0)
        return complain("the runs were judged on other data: '%s' (%.12s) and '%s' (%.12s); compare runs on the same",
                        a->data, a->data_hash, b->data, b->data_hash);
    if (strcmp(a->protocol, b->protocol) != 0)
        return complain("the runs were judged by other protocols, '%s' and '%s'; run one again with the other's",
                        a->protocol, b->protocol);
    if (a->class_count == 0 || a->class_count != b->class_count)
        return complain("the runs have metrics of %d and %d classes; both need the same", a->class_count,
                        b->class_count);
    for (int c = 0; c < a->class_count; c++)
        if (strcmp(a->classes[c].name, b->classes[c].name) != 0)
            return complain("class '%s' of one run is '%s' in the other", a->classes[c].name, b->classes[c].name);
    return 0;
}

/* Takes over both. */
static int add_pair(compare_runs *c, listed_run *a, listed_run *b)
{
    compare_pair *p = &c->pair[c->pairs++];
    *p = (compare_pair){ { a->folder, b->folder }, { a->record, b->record } };
    *a = *b = (listed_run){ 0 };
    return same_data(&p->record[0], &p->record[1]);
}

static int pair_groups(compare_runs *c, runs_list *a, runs_list *b)
{
    int status = 0;
    if (a->count == 1 && b->count == 1)
        return add_pair(c, &a->run[0], &b->run[0]);
    for (int i = 0; i < a->count && status == 0; i++)
        for (int k = 0; k < b->count; k++)
            if (b->run[k].folder && a->run[i].record.seed == b->run[k].record.seed) {
                status = add_pair(c, &a->run[i], &b->run[k]);
                break;
            }
    if (status == 0 && c->pairs == 0)
        return complain("the two groups have no seed in common; compare runs of the same seeds, or two single runs");
    c->alone = a->count + b->count - 2 * c->pairs;
    return status;
}

int compare_runs_open(compare_runs *c, const char *a, const char *b)
{
    runs_list groups[2] = { { 0 } };
    *c = (compare_runs){ 0 };
    int status = open_group(&groups[0], a);
    if (status == 0)
        status = open_group(&groups[1], b);
    if (status == 0)
        status = pair_groups(c, &groups[0], &groups[1]);
    runs_list_free(&groups[0]);
    runs_list_free(&groups[1]);
    return status;
}

void compare_runs_free(compare_runs *c)
{
    for (int i = 0; i < c->pairs; i++)
        for (int k = 0; k < 2; k++) {
            free(c->pair[i].folder[k]);
            run_record_free(&c->pair[i].record[k]);
        }
    c->pairs = 0;
}

bool compare_settings_vary(const compare_runs *c, int side)
{
    for (int i = 1; i < c->pairs; i++)
        if (!settings_same(&c->pair[0].record[side].settings, &c->pair[i].record[side].settings, "run.seed"))
            return true;
    return false;
}

static void tell_one(compare_teller *tell, void *context, const settings_entry *e, const char *a, const char *b)
{
    char *name = settings_named(e, "run.seed") ? NULL : take_text("%s.%s", e->section, e->key);
    if (name)
        tell(context, name, a, b);
    free(name);
}

void compare_settings(const compare_runs *c, compare_teller *tell, void *context)
{
    const settings *a = &c->pair[0].record[0].settings, *b = &c->pair[0].record[1].settings;
    for (int i = 0; i < a->count; i++) {
        const settings_entry *own = &a->entry[i], *theirs = settings_find(b, own->section, own->key);
        if (!theirs || strcmp(own->value, theirs->value) != 0)
            tell_one(tell, context, own, own->value, theirs ? theirs->value : NULL);
    }
    for (int i = 0; i < b->count; i++)
        if (!settings_find(a, b->entry[i].section, b->entry[i].key))
            tell_one(tell, context, &b->entry[i], NULL, b->entry[i].value);
}
