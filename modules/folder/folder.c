/* folder.c: pictures of a folder in MVTec AD's layout (Bergmann et al. 2021):
 *
 *   CLASS/train/good/000.png    CLASS/test/good/000.png    CLASS/test/crack/000.png
 *   CLASS/ground_truth/crack/000_mask.png (or 000.png): non-zero where the defect is
 *
 * `path` is one class, or a folder of classes. A class without ground_truth has no masks; with it, every defective
 * picture must have one. Pictures come in order of their names, the same on every machine. */
#include "names.h"
#include <stdlib.h>
#include <string.h>

#define READABLE ".png .jpg .jpeg "

typedef struct folder_settings {
    const char *path, *classes;
} folder_settings;

typedef struct state_folder { /* CLASS/train|test/STATE */
    const char *path, *mask_path;
    const char **names, **masks; /* of the files in both */
    bool masked;                 /* every picture needs a mask */
} state_folder;

/* The file STEM.* or STEM_mask.* among the masks, or NULL. */
static const char *mask_find(ablate_builder *b, const char **masks, const char *stem)
{
    const char *plain = ablate_text(b, "%s.", stem), *marked = ablate_text(b, "%s_mask.", stem);
    for (; *masks; masks++) {
        size_t head = (size_t)(strrchr(*masks, '.') ? strrchr(*masks, '.') + 1 - *masks : 0);
        bool own = (head == strlen(plain) && strncmp(*masks, plain, head) == 0) ||
                   (head == strlen(marked) && strncmp(*masks, marked, head) == 0);
        if (own && has_extension(b, *masks, READABLE))
            return *masks;
    }
    return NULL;
}

/* Adds one file, if it is a picture. Number of pictures added, or -1: complained. */
static int list_file(ablate_builder *b, const state_folder *from, const char *file, ablate_picture p)
{
    if (has_extension(b, file, ".bmp .tif .tiff .webp .gif "))
        return ablate_fail(b, "%s/%s: only PNG and JPEG pictures are read; convert it to PNG", from->path, file);
    if (!has_extension(b, file, READABLE))
        return 0;
    const char *stem = ablate_text(b, "%.*s", (int)(strrchr(file, '.') - file), file);
    const char *mask = from->masked ? mask_find(b, from->masks, stem) : NULL;
    if (from->masked && !mask)
        return ablate_fail(b, "%s/%s: its mask %s/%s_mask.png is missing; add it", from->path, file, from->mask_path,
                           stem);
    p.name = ablate_text(b, "%s/%s/%s/%s", p.class_name, p.test ? "test" : "train", p.state, stem);
    p.path = ablate_text(b, "%s/%s", from->path, file);
    p.mask = mask ? ablate_text(b, "%s/%s", from->mask_path, mask) : NULL;
    return b->api->add_picture(b, &p) < 0 ? -1 : 1;
}

static int list_state(ablate_builder *b, const char *path, const char *class_name, bool test, const char *state)
{
    const char *truth = ablate_text(b, "%s/ground_truth", path);
    state_folder from = { .path = ablate_text(b, "%s/%s/%s", path, test ? "test" : "train", state),
                          .mask_path = ablate_text(b, "%s/%s", truth, state),
                          .masked = strcmp(state, "good") != 0 && is_folder(truth) };
    from.names = names_in(b, from.path);
    from.masks = names_in(b, from.mask_path);
    ablate_picture p = { .class_name = class_name, .state = state, .test = test };
    int found = 0, added = from.names && from.masks ? 0 : -1;
    for (int i = 0; added >= 0 && from.names[i]; i++) {
        added = list_file(b, &from, from.names[i], p);
        found += added;
    }
    free(from.names);
    free(from.masks);
    if (added >= 0 && found == 0)
        return ablate_fail(b, "%s: no PNG or JPEG picture there; add some, or correct folder.path", from.path);
    return added < 0 ? -1 : 0;
}

static int list_class(ablate_builder *b, const char *path, const char *name)
{
    if (list_state(b, path, name, false, "good") < 0)
        return -1;
    const char *test = ablate_text(b, "%s/test", path), **states = names_in(b, test);
    int status = states ? 0 : -1, found = 0;
    for (int i = 0; status == 0 && states[i]; i++)
        if (is_folder(ablate_text(b, "%s/%s", test, states[i]))) {
            status = list_state(b, path, name, true, states[i]);
            found++;
        }
    free(states);
    if (status == 0 && found == 0)
        return ablate_fail(b, "%s: no folder there; put test pictures into good and DEFECT", test);
    return status;
}

static bool is_class(ablate_builder *b, const char *path)
{
    return is_folder(ablate_text(b, "%s/train", path)) || is_folder(ablate_text(b, "%s/test", path));
}

static int list_classes(ablate_builder *b, const folder_settings *s)
{
    bool chosen = s->classes[0];
    const char **names = chosen ? names_of_words(b, s->classes) : names_in(b, s->path);
    int status = names ? 0 : -1, found = 0;
    for (int i = 0; status == 0 && names[i]; i++) {
        const char *path = ablate_text(b, "%s/%s", s->path, names[i]);
        if (is_class(b, path)) {
            status = list_class(b, path, names[i]);
            found++;
        } else if (chosen) {
            status = ablate_fail(b, "%s: no class '%s' there; correct folder.classes", s->path, names[i]);
        }
    }
    free(names);
    if (status == 0 && found == 0)
        return ablate_fail(b, "%s: no class there, that is no CLASS/train; correct folder.path", s->path);
    return status;
}

static int list(ablate_builder *b, const void *settings)
{
    const folder_settings *s = settings;
    if (!is_folder(s->path))
        return ablate_fail(b, "'%s': no such folder; write data = folder:PATH, where the pictures are", s->path);
    if (!is_class(b, s->path))
        return list_classes(b, s);
    if (s->classes[0])
        return ablate_fail(b, "%s: is one class itself, nothing to choose; leave folder.classes out", s->path);
    char *whole = realpath(s->path, NULL); /* "." and ".." have names too */
    int status = whole ? list_class(b, s->path, strrchr(whole, '/') + 1)
                       : ablate_fail(b, "%s: cannot find out its name; give another path", s->path);
    free(whole);
    return status;
}

static const ablate_setting settings_table[] = {
    ABLATE_WORDS(folder_settings, path, "", "where the pictures are: one class, or a folder of classes"),
    ABLATE_WORDS(folder_settings, classes, "", "only these classes, in this order; empty: all, by name"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "folder",
    .doc = "pictures of a folder in MVTec AD's layout",
    .paper = "",
    .settings_size = sizeof(folder_settings),
    .settings = settings_table,
    .list = list,
};
