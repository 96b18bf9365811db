#include "layout.h"
#include "masks.h"
#include "names.h"
#include "states.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const parts[] = { "train", "test", "ground_truth", NULL };

/* ---- one class ---- */

/* The letters of both are the same, in any case. */
static bool sounds_like(const char *name, const char *letters)
{
    for (; *name; name++)
        if (isalpha((unsigned char)*name) && tolower((unsigned char)*name) != *letters++)
            return false;
    return *letters == 0;
}

/* Another name for ground_truth: without these masks the numbers of the pixels would be of nothing. */
static bool is_like_truth(const char *name)
{
    static const char *const names[] = { "groundtruth", "groundtruths", "gt",     "truth",      "mask",
                                         "masks",       "label",        "labels", "annotation", "annotations" };
    bool like = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        like = like || sounds_like(name, names[i]);
    return like;
}

/* What lies in a class beside its three folders. */
static int leave_beside(ablate_builder *b, const collection *of, const char *path, const ablate_entry *inside)
{
    bool masked = has_folder(inside, "ground_truth");
    int status = names_leave_files(b, path, inside, of->beside);
    for (const ablate_entry *e = inside; status == 0 && e->name; e++) {
        if (e->kind != ABLATE_FOLDER || has_name(parts, e->name))
            continue;
        if (!masked && is_like_truth(e->name))
            return ablate_fail(b, "%s/%s: masks are read from %s/ground_truth alone; rename it, or move it away", path,
                               e->name, path);
        status = ablate_unused(b, "%s/%s: not train, test or ground_truth", path, e->name);
    }
    return status;
}

static int list_class(ablate_builder *b, const collection *of, const char *path, const char *name,
                      const ablate_entry *inside, counts *found)
{
    if (leave_beside(b, of, path, inside) < 0)
        return -1;
    return states_list_train(b, of, path, name, inside, found) < 0 ? -1
                                                                   : states_list_test(b, of, path, name, inside, found);
}

/* Masks of good pictures are nobody's business. */
static int check_truth(ablate_builder *b, const collection *of, const char *path, const char *name,
                       const ablate_entry *inside, counts *found)
{
    (void)name;
    (void)found;
    if (!has_folder(inside, "ground_truth"))
        return 0;
    const char *truth = ablate_text(b, "%s/ground_truth", path);
    const ablate_entry *states = ablate_folder(b, truth);
    int status = states ? names_leave_files(b, truth, states, of->beside) : -1;
    for (; status == 0 && states->name; states++)
        if (states->kind == ABLATE_FOLDER && strcmp(states->name, "good") == 0)
            status = ablate_unused(b, "%s/good: masks of good pictures", truth);
        else if (states->kind == ABLATE_FOLDER)
            status = masks_check(b, ablate_text(b, "%s/%s", truth, states->name),
                                 ablate_text(b, "%s/test/%s", path, states->name), of->partial);
    return status;
}

static bool is_class(const ablate_entry *inside)
{
    return has_folder(inside, "train") || has_folder(inside, "test");
}

/* ---- all classes ---- */

typedef int visit_class(ablate_builder *, const collection *, const char *path, const char *name,
                        const ablate_entry *inside, counts *);

/* Visits a folder, if it is a class. 1: it was, 0: not, -1: complained. */
static int visit_one(ablate_builder *b, const collection *of, const char *name, visit_class *visit, bool note,
                     counts *found)
{
    const char *path = ablate_text(b, "%s/%s", of->path, name);
    const ablate_entry *inside = ablate_folder(b, path);
    if (!inside)
        return -1;
    if (is_class(inside))
        return visit(b, of, path, name, inside, found) < 0 ? -1 : 1;
    const char *holds = first_names(b, inside, "");
    return note ? ablate_unused(b, "%s: no class, it has no train and no test but %s", path, *holds ? holds : "nothing")
                : 0;
}

static int visit_chosen(ablate_builder *b, const collection *of, visit_class *visit, counts *found)
{
    const char **names = names_of_words(b, of->classes);
    int status = names ? 1 : -1;
    for (int i = 0; status > 0 && names[i]; i++) {
        bool none = is_no_folder(ablate_text(b, "%s/%s", of->path, names[i]));
        status = none ? 0 : visit_one(b, of, names[i], visit, false, found);
        if (status == 0)
            ablate_fail(b, "%s: no class '%s' there; correct %s.classes", of->path, names[i], of->module);
    }
    free(names);
    return status > 0 ? 0 : -1;
}

/* `note`: what is no class is noted as unused. */
static int visit_all(ablate_builder *b, const collection *of, const ablate_entry *inside, visit_class *visit, bool note,
                     counts *found)
{
    int classes = 0, status = note ? names_leave_files(b, of->path, inside, of->beside) : 0;
    for (const ablate_entry *e = inside; status >= 0 && e->name; e++)
        if (e->kind == ABLATE_FOLDER) {
            status = visit_one(b, of, e->name, visit, note, found);
            classes += status > 0;
        }
    if (status >= 0 && classes == 0)
        return ablate_fail(b, "%s: no class there, that is no CLASS/train; correct %s.path%s%s", of->path, of->module,
                           inside->name ? "; it holds " : "", first_names(b, inside, ""));
    return status < 0 ? -1 : 0;
}

/* The name of the folder; "." and ".." have one too. NULL: complained. */
static const char *own_name(ablate_builder *b, const char *path)
{
    char *whole = realpath(path, NULL);
    const char *name = whole ? ablate_text(b, "%s", strrchr(whole, '/') + 1) : NULL;
    if (!whole)
        ablate_fail(b, "%s: cannot find out its name; give another path", path);
    free(whole);
    return name;
}

/* Missing pictures are told before masks without them. */
static int list_and_check(ablate_builder *b, const collection *of, const ablate_entry *inside, bool single,
                          counts *found)
{
    visit_class *const visits[] = { list_class, check_truth };
    for (int i = 0; i < 2; i++) {
        int status = single           ? visits[i](b, of, of->path, of->classes, inside, found)
                     : of->classes[0] ? visit_chosen(b, of, visits[i], found)
                                      : visit_all(b, of, inside, visits[i], i == 0, found);
        if (status < 0 || (i == 0 && of->published && counts_check(b, of, found) < 0))
            return -1;
    }
    return 0;
}

int layout_list(ablate_builder *b, const collection *wanted)
{
    collection of = *wanted;
    counts found = { 0 };
    if (is_no_folder(of.path))
        return ablate_fail(b, "'%s': no such folder; write data = %s:PATH, where the pictures are", of.path, of.module);
    const ablate_entry *inside = ablate_folder(b, of.path);
    bool single = inside && is_class(inside);
    if (single && of.classes[0])
        return ablate_fail(b, "%s: is one class itself, nothing to choose; leave %s.classes out", of.path, of.module);
    if (single)
        of.classes = own_name(b, of.path);
    int status = inside && of.classes ? list_and_check(b, &of, inside, single, &found) : -1;
    free(found.entry);
    return status;
}
