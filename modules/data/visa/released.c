#include "released.h"
#include "../folder/masks.h"
#include "../folder/names.h"
#include "split.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* 1 or 0; -1: complained, that it cannot be looked at. */
static int is_there(ablate_builder *b, const char *list, const split_row *row, const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0)
        return 1;
    if (errno == ENOENT || errno == ENOTDIR)
        return 0;
    return ablate_fail(b, "%s:%d: cannot read %s: %s; mend that", list, row->line, path, strerror(errno));
}

/* Adds the picture of one line, if it is there. */
static int list_row(ablate_builder *b, const collection *of, const char *list, const split_row *row, counts *found)
{
    const char *image = ablate_text(b, "%s/%s", of->path, row->image), *mask = NULL;
    const char *state = row->anomaly ? "bad" : "good", *part = row->test ? "test" : "train";
    int there = is_there(b, list, row, image);
    if (there == 0 && !found->missing)
        found->missing = ablate_text(b, "%s:%d: %s (tried %s)", list, row->line, row->image, image);
    found->lost += there == 0;
    if (there <= 0)
        return there;
    if (row->anomaly) {
        mask = ablate_text(b, "%s/%s", of->path, row->mask);
        there = is_there(b, list, row, mask);
        if (there == 0)
            return ablate_fail(b, "%s:%d: the mask %s is missing; copy it again", list, row->line, mask);
        if (there < 0)
            return -1;
    }
    ablate_picture p = { .class_name = row->class_name,
                         .state = state,
                         .name = ablate_text(b, "%s/%s/%s/%s", row->class_name, part, state, row->stem),
                         .path = image,
                         .mask = mask,
                         .test = row->test };
    return ablate_add_picture(b, &p) < 0 ? -1 : counts_add(b, found, row->class_name, row->test ? state : part, 1);
}

static int list_class(ablate_builder *b, const collection *of, const char *list, const split *s, const char *name,
                      counts *found)
{
    int status = 0, rows = 0;
    for (int i = 0; status == 0 && i < s->rows; i++) {
        const split_row *row = &s->row[i];
        if (strcmp(row->class_name, name) != 0)
            continue;
        rows++;
        if (row->test || !row->anomaly)
            status = list_row(b, of, list, row, found);
    }
    return status == 0 && rows == 0 ? ablate_fail(b, "%s: no class '%s' there; correct visa.classes", list, name)
                                    : status;
}

/* The chosen names, or all of the list in its order. NULL: complained. */
static const char **class_names(ablate_builder *b, const collection *of, const split *s)
{
    if (of->classes[0])
        return names_of_words(b, of->classes);
    const char **names = calloc((size_t)s->rows + 1, sizeof *names);
    if (!names)
        ablate_fail(b, "out of memory for the names of classes");
    for (int i = 0, count = 0; names && i < s->rows; i++)
        if (i == 0 || strcmp(s->row[i - 1].class_name, s->row[i].class_name) != 0)
            names[count++] = s->row[i].class_name;
    return names;
}

static int check_masks(ablate_builder *b, const collection *of, const char *name)
{
    const char *masks = ablate_text(b, "%s/%s/Data/Masks/Anomaly", of->path, name);
    return is_no_folder(masks)
               ? 0
               : masks_check(b, masks, ablate_text(b, "%s/%s/Data/Images/Anomaly", of->path, name), false);
}

/* ---- what no list names ---- */

typedef struct known_images { /* the paths of a list, sorted; `path` is the owner's to free */
    const char **path;
    size_t count;
    const char *list;
} known_images;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int know_images(ablate_builder *b, const split *s, known_images *known)
{
    known->count = (size_t)s->rows;
    known->path = malloc((known->count + 1) * sizeof *known->path);
    if (!known->path)
        return ablate_fail(b, "out of memory for %d names", s->rows);
    for (int i = 0; i < s->rows; i++)
        known->path[i] = s->row[i].image;
    qsort(known->path, known->count, sizeof *known->path, by_text);
    return 0;
}

static int leave_unlisted_in(ablate_builder *b, const collection *of, const known_images *known, const char *folder)
{
    const char *path = ablate_text(b, "%s/%s", of->path, folder);
    if (is_no_folder(path))
        return 0;
    const ablate_entry *e = ablate_folder(b, path);
    int status = e ? 0 : -1;
    for (; status == 0 && e->name; e++) {
        const char *image = ablate_text(b, "%s/%s", folder, e->name);
        if (!bsearch(&image, known->path, known->count, sizeof *known->path, by_text))
            status = ablate_unused(b, "%s/%s: not in %s", path, e->name, known->list);
    }
    return status;
}

/* Of the classes that are read. */
static int leave_unlisted(ablate_builder *b, const collection *of, const known_images *known, const char **names)
{
    int status = 0;
    for (; status == 0 && *names; names++)
        status = leave_unlisted_in(b, of, known, ablate_text(b, "%s/Data/Images/Normal", *names)) < 0
                     ? -1
                     : leave_unlisted_in(b, of, known, ablate_text(b, "%s/Data/Images/Anomaly", *names));
    return status;
}

/* Unless classes were chosen. */
static int leave_classes(ablate_builder *b, const collection *of, const char *list, const char **names)
{
    const ablate_entry *e = of->classes[0] ? NULL : ablate_folder(b, of->path);
    int status = e || of->classes[0] ? 0 : -1;
    for (; status == 0 && e && e->name; e++)
        if (!has_name(names, e->name) && !is_no_folder(ablate_text(b, "%s/%s/Data/Images", of->path, e->name)))
            status = ablate_unused(b, "%s/%s: no class of %s", of->path, e->name, list);
    return status;
}

/* ---- all of a list ---- */

static int list_rows(ablate_builder *b, const collection *of, const char *list, const split *s, counts *found)
{
    const char **names = class_names(b, of, s);
    int status = names ? 0 : -1;
    for (int i = 0; status == 0 && names[i]; i++)
        status = list_class(b, of, list, s, names[i], found);
    if (status == 0)
        status = counts_check(b, of, found);
    if (status == 0 && found->lost > 0)
        status = ablate_unused(b, "%s: %d of its pictures are not there, first %s", list, found->lost, found->missing);
    for (int i = 0; status == 0 && !of->partial && names[i]; i++)
        status = check_masks(b, of, names[i]);
    known_images known = { .list = list };
    if (status == 0)
        status = know_images(b, s, &known);
    if (status == 0)
        status = leave_unlisted(b, of, &known, names);
    if (status == 0)
        status = leave_classes(b, of, list, names);
    free(known.path);
    free(names);
    return status;
}

int released_list(ablate_builder *b, const collection *of, const char *split_name)
{
    const char *list = ablate_text(b, "%s/split_csv/%s.csv", of->path, split_name);
    split s = { 0 };
    counts found = { 0 };
    int status = split_read(b, list, &s);
    if (status == 0)
        status = list_rows(b, of, list, &s, &found);
    free(s.row);
    free(found.entry);
    return status;
}
