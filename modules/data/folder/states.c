#include "states.h"
#include "masks.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct state_folder { /* CLASS/train|test/STATE */
    const char *path, *mask_path;
    const ablate_entry *masks; /* NULL: no picture needs one */
} state_folder;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the names. Two files of one name, say .png and .jpg, would be one picture twice. */
static int check_twice(ablate_builder *b, const char *path, const char **stems, int count)
{
    qsort(stems, (size_t)count, sizeof *stems, by_text);
    for (int i = 1; i < count; i++)
        if (strcmp(stems[i - 1], stems[i]) == 0)
            return ablate_fail(b, "%s/%s: a picture of this name is there twice; remove one", path, stems[i]);
    return 0;
}

/* Adds one file, if it is a picture, and keeps its stem. Number of pictures added, or -1: complained. */
static int list_file(ablate_builder *b, const state_folder *from, const ablate_entry *file, ablate_picture p,
                     const char **stem)
{
    if (file->kind != ABLATE_PICTURE)
        return ablate_unused(b, "%s/%s: %s", from->path, file->name,
                             file->why ? file->why : "a folder in a folder of pictures");
    *stem = ablate_text(b, "%.*s", (int)stem_length(file->name), file->name);
    const char *mask = from->masks ? mask_find(b, from->mask_path, from->masks, from->path, file->name) : NULL;
    if (from->masks && !mask)
        return -1;
    p.name = ablate_text(b, "%s/%s/%s/%s", p.class_name, p.test ? "test" : "train", p.state, *stem);
    p.path = ablate_text(b, "%s/%s", from->path, file->name);
    p.mask = mask ? ablate_text(b, "%s/%s", from->mask_path, mask) : NULL;
    return ablate_add_picture(b, &p) < 0 ? -1 : 1;
}

/* Adds the files of a folder. Number of pictures, or -1: complained. */
static int list_files(ablate_builder *b, const state_folder *from, const ablate_entry *file, ablate_picture p)
{
    int files = 0, found = 0, added = 0;
    while (file[files].name)
        files++;
    const char **stems = malloc(((size_t)files + 1) * sizeof *stems);
    if (!stems)
        return ablate_fail(b, "out of memory for %d names", files);
    for (int i = 0; added >= 0 && i < files; i++) {
        added = list_file(b, from, &file[i], p, &stems[found]);
        found += added > 0;
    }
    int status = added < 0 ? -1 : check_twice(b, from->path, stems, found);
    free(stems);
    return status < 0 ? -1 : found;
}

/* The masks of one state. A class that has ground_truth has it for all of them. NULL: complained. */
static const ablate_entry *list_masks(ablate_builder *b, const char *path)
{
    static const ablate_entry none[1];
    return is_no_folder(path) ? none : ablate_folder(b, path);
}

static int list_state(ablate_builder *b, const collection *of, const char *path, const ablate_entry *inside,
                      ablate_picture p, counts *found)
{
    state_folder from = { .path = ablate_text(b, "%s/%s/%s", path, p.test ? "test" : "train", p.state),
                          .mask_path = ablate_text(b, "%s/ground_truth/%s", path, p.state) };
    bool masked = strcmp(p.state, "good") != 0 && (of->published || has_folder(inside, "ground_truth"));
    if (masked && !(from.masks = list_masks(b, from.mask_path)))
        return -1;
    const ablate_entry *files = ablate_folder(b, from.path);
    int pictures = files ? list_files(b, &from, files, p) : -1;
    if (pictures == 0 && !of->published)
        return ablate_fail(b, "%s: no picture there%s%s; add some, or correct %s.path", from.path,
                           files->name ? ", but " : "", first_names(b, files, ""), of->module);
    return pictures < 0 ? -1 : counts_add(b, found, p.class_name, p.test ? p.state : "train", pictures);
}

int states_list_train(ablate_builder *b, const collection *of, const char *path, const char *name,
                      const ablate_entry *inside, counts *found)
{
    static const ablate_entry none[1];
    const char *train = ablate_text(b, "%s/train", path);
    const ablate_entry *states = has_folder(inside, "train") ? ablate_folder(b, train) : none;
    if (!states || names_leave_files(b, train, states, of->beside) < 0)
        return -1;
    for (const ablate_entry *s = states; s->name; s++)
        if (s->kind == ABLATE_OTHER && strcmp(s->name, "good") == 0)
            return ablate_fail(b, "%s/good: not read: %s; move it away", train, s->why);
        else if (s->kind == ABLATE_FOLDER && strcmp(s->name, "good") != 0 &&
                 ablate_unused(b, "%s/%s: only train/good is for training", train, s->name) < 0)
            return -1;
    if (has_folder(states, "good"))
        return list_state(b, of, path, inside, (ablate_picture){ .class_name = name, .state = "good" }, found);
    if (of->published)
        return counts_add(b, found, name, "train", 0);
    const char *beside = states->name ? first_names(b, states, "") : first_names(b, inside, "");
    return ablate_fail(b,
                       "%s/good: no picture there; %s holds %s; rename the folder of training pictures, or correct "
                       "%s.path",
                       train, states->name ? train : path, *beside ? beside : "nothing", of->module);
}

/* Names that say what only `good` is read for: their pictures would count as defective. */
static int check_state(ablate_builder *b, const char *test, const char *state)
{
    static const char *const alike[] = { "good",     "ok",          "okay",        "normal",        "no_defect",
                                         "nodefect", "defect_free", "defect-free", "non_defective", "perfect" };
    for (size_t i = 0; strcmp(state, "good") != 0 && i < sizeof alike / sizeof *alike; i++)
        if (strcasecmp(state, alike[i]) == 0)
            return ablate_fail(b,
                               "%s/%s: pictures without a defect are read from %s/good, those of any other folder "
                               "count as defective; rename it to good",
                               test, state, test);
    return 0;
}

int states_list_test(ablate_builder *b, const collection *of, const char *path, const char *name,
                     const ablate_entry *inside, counts *found)
{
    static const ablate_entry none[1];
    const char *test = ablate_text(b, "%s/test", path);
    const ablate_entry *states = has_folder(inside, "test") ? ablate_folder(b, test) : none;
    int status = states ? names_leave_files(b, test, states, of->beside) : -1, folders = 0;
    for (const ablate_entry *s = states; status == 0 && s->name; s++)
        if (s->kind == ABLATE_FOLDER) {
            status = check_state(b, test, s->name);
            if (status == 0)
                status = list_state(b, of, path, inside,
                                    (ablate_picture){ .class_name = name, .state = s->name, .test = true }, found);
            folders++;
        }
    if (status == 0 && folders == 0 && !of->published)
        return ablate_fail(b, "%s: no folder there; put test pictures into good and DEFECT", test);
    return status;
}
