#include "layout.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>

#define READABLE ".png .jpg .jpeg "
#define MARK     "_mask"

typedef struct state_folder { /* CLASS/train|test/STATE */
    const char *path, *mask_path;
    const char **names, **masks; /* of the files in both */
    bool masked;                 /* every picture needs a mask */
} state_folder;

/* ---- names of pictures and masks ---- */

static size_t stem_length(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot ? (size_t)(dot - file) : strlen(file);
}

/* "000_mask.png" and "000.png" are masks of "000.jpg". */
static bool is_mask_of(const char *mask, const char *picture)
{
    size_t stem = stem_length(picture), own = stem_length(mask), mark = strlen(MARK);
    bool marked = own == stem + mark && strncmp(mask + stem, MARK, mark) == 0;
    return strncmp(mask, picture, stem) == 0 && (own == stem || marked);
}

static const char *mask_find(ablate_builder *b, const char **masks, const char *picture)
{
    for (; *masks; masks++)
        if (is_mask_of(*masks, picture) && has_extension(b, *masks, READABLE))
            return *masks;
    return NULL;
}

static bool picture_found(ablate_builder *b, const char **pictures, const char *mask)
{
    for (; *pictures; pictures++)
        if (is_mask_of(mask, *pictures) && has_extension(b, *pictures, READABLE))
            return true;
    return false;
}

int layout_check_masks(ablate_builder *b, const char *mask_path, const char *picture_path)
{
    const char **masks = names_in(b, mask_path), **pictures = names_in(b, picture_path);
    int status = masks && pictures ? 0 : -1;
    for (int i = 0; status == 0 && masks[i]; i++)
        if (has_extension(b, masks[i], READABLE) && !picture_found(b, pictures, masks[i]))
            status = ablate_fail(b, "%s/%s: a mask without its picture in %s; add the picture, or remove the mask",
                                 mask_path, masks[i], picture_path);
    free(masks);
    free(pictures);
    return status;
}

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

/* ---- folders ---- */

/* Adds one file, if it is a picture, and keeps its stem. Number of pictures added, or -1: complained. */
static int list_file(ablate_builder *b, const state_folder *from, const char *file, ablate_picture p, const char **stem)
{
    if (has_extension(b, file, ".bmp .tif .tiff .webp .gif "))
        return ablate_fail(b, "%s/%s: only PNG and JPEG pictures are read; convert it to PNG", from->path, file);
    if (!has_extension(b, file, READABLE))
        return 0;
    *stem = ablate_text(b, "%.*s", (int)stem_length(file), file);
    const char *mask = from->masked ? mask_find(b, from->masks, file) : NULL;
    if (from->masked && !mask)
        return ablate_fail(b, "%s/%s: its mask %s/%s" MARK ".png is missing; add it", from->path, file, from->mask_path,
                           *stem);
    p.name = ablate_text(b, "%s/%s/%s/%s", p.class_name, p.test ? "test" : "train", p.state, *stem);
    p.path = ablate_text(b, "%s/%s", from->path, file);
    p.mask = mask ? ablate_text(b, "%s/%s", from->mask_path, mask) : NULL;
    return b->api->add_picture(b, &p) < 0 ? -1 : 1;
}

/* Adds the files of a folder. Number of pictures, or -1: complained. */
static int list_files(ablate_builder *b, const state_folder *from, ablate_picture p)
{
    int files = 0, found = 0, added = 0;
    while (from->names[files])
        files++;
    const char **stems = malloc(((size_t)files + 1) * sizeof *stems);
    if (!stems)
        return ablate_fail(b, "out of memory for %d names", files);
    for (int i = 0; added >= 0 && i < files; i++) {
        added = list_file(b, from, from->names[i], p, &stems[found]);
        found += added;
    }
    int status = added < 0 ? -1 : check_twice(b, from->path, stems, found);
    free(stems);
    return status < 0 ? -1 : found;
}

static int list_state(ablate_builder *b, const collection *of, const char *path, ablate_picture p, counts *found)
{
    const char *truth = ablate_text(b, "%s/ground_truth", path);
    bool good = strcmp(p.state, "good") == 0;
    state_folder from = { .path = ablate_text(b, "%s/%s/%s", path, p.test ? "test" : "train", p.state),
                          .mask_path = ablate_text(b, "%s/%s", truth, p.state),
                          .masked = !good && (of->published || is_folder(truth)) };
    from.names = names_in(b, from.path);
    from.masks = names_in(b, from.mask_path);
    int pictures = from.names && from.masks ? list_files(b, &from, p) : -1;
    free(from.names);
    free(from.masks);
    if (pictures == 0 && !of->published)
        return ablate_fail(b, "%s: no PNG or JPEG picture there; add some, or correct %s.path", from.path, of->module);
    return pictures < 0 ? -1 : counts_add(b, found, p.class_name, p.test ? p.state : "train", pictures);
}

static int list_class(ablate_builder *b, const collection *of, const char *path, const char *name, counts *found)
{
    if (list_state(b, of, path, (ablate_picture){ .class_name = name, .state = "good" }, found) < 0)
        return -1;
    const char *test = ablate_text(b, "%s/test", path), **states = names_in(b, test);
    int status = states ? 0 : -1, folders = 0;
    for (int i = 0; status == 0 && states[i]; i++)
        if (is_folder(ablate_text(b, "%s/%s", test, states[i]))) {
            status = list_state(b, of, path, (ablate_picture){ .class_name = name, .state = states[i], .test = true },
                                found);
            folders++;
        }
    free(states);
    if (status == 0 && folders == 0 && !of->published)
        return ablate_fail(b, "%s: no folder there; put test pictures into good and DEFECT", test);
    return status;
}

/* Masks of good pictures are nobody's business. */
static int check_truth(ablate_builder *b, const collection *of, const char *path, const char *name, counts *found)
{
    const char *truth = ablate_text(b, "%s/ground_truth", path), **states = names_in(b, truth);
    int status = states ? 0 : -1;
    for (int i = 0; status == 0 && states[i]; i++)
        if (strcmp(states[i], "good") != 0)
            status = layout_check_masks(b, ablate_text(b, "%s/%s", truth, states[i]),
                                        ablate_text(b, "%s/test/%s", path, states[i]));
    (void)of;
    (void)name;
    (void)found;
    free(states);
    return status;
}

static bool is_class(ablate_builder *b, const char *path)
{
    return is_folder(ablate_text(b, "%s/train", path)) || is_folder(ablate_text(b, "%s/test", path));
}

typedef int visit_class(ablate_builder *, const collection *, const char *path, const char *name, counts *);

static int visit_all(ablate_builder *b, const collection *of, visit_class *visit, counts *found)
{
    bool chosen = of->classes[0];
    const char **names = chosen ? names_of_words(b, of->classes) : names_in(b, of->path);
    int status = names ? 0 : -1, classes = 0;
    for (int i = 0; status == 0 && names[i]; i++) {
        const char *path = ablate_text(b, "%s/%s", of->path, names[i]);
        if (is_class(b, path)) {
            status = visit(b, of, path, names[i], found);
            classes++;
        } else if (chosen) {
            status = ablate_fail(b, "%s: no class '%s' there; correct %s.classes", of->path, names[i], of->module);
        }
    }
    free(names);
    if (status == 0 && classes == 0)
        return ablate_fail(b, "%s: no class there, that is no CLASS/train; correct %s.path", of->path, of->module);
    return status;
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
static int list_and_check(ablate_builder *b, const collection *of, bool single, counts *found)
{
    visit_class *const visits[] = { list_class, check_truth };
    for (int i = 0; i < (of->partial ? 1 : 2); i++) {
        int status = single ? visits[i](b, of, of->path, of->classes, found) : visit_all(b, of, visits[i], found);
        if (status < 0 || (i == 0 && of->published && counts_check(b, of, found) < 0))
            return -1;
    }
    return 0;
}

int layout_list(ablate_builder *b, const collection *wanted)
{
    collection of = *wanted;
    counts found = { 0 };
    if (!is_folder(of.path))
        return ablate_fail(b, "'%s': no such folder; write data = %s:PATH, where the pictures are", of.path, of.module);
    bool single = is_class(b, of.path);
    if (single && of.classes[0])
        return ablate_fail(b, "%s: is one class itself, nothing to choose; leave %s.classes out", of.path, of.module);
    if (single)
        of.classes = own_name(b, of.path);
    int status = of.classes ? list_and_check(b, &of, single, &found) : -1;
    free(found.entry);
    return status;
}
