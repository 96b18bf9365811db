#include "dataset.h"
#include "../base/diag.h"
#include "../base/number.h"
#include "../base/numbers.h"
#include "../files/image.h"
#include "../graph/builder.h"
#include "../plugin/loader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dataset_close(dataset *d)
{
    folder_rest_free(&d->unused);
    free(d->class_name);
    free(d->picture);
    settings_free(&d->owner);
    *d = (dataset){ 0 };
}

static int class_index(dataset *d, const char *name)
{
    for (int i = 0; i < d->classes; i++)
        if (strcmp(d->class_name[i], name) == 0)
            return i;
    if (!TAKE_ROOM(d->class_name, d->classes, "a data set"))
        return -1;
    d->class_name[d->classes] = arena_text(d->owner.memory, name);
    return d->class_name[d->classes] ? d->classes++ : -1;
}

static int copy_inputs(const dataset *d, const ablate_picture *from, picture *to)
{
    int n = d->module->inputs ? d->module->inputs_length : 0;
    if (n == 0)
        return 0;
    if (!from->inputs)
        return complain("module '%s' promises '%s' with every picture; '%s' has none", d->module->name,
                        d->module->inputs, from->name);
    to->inputs = arena_take(d->owner.memory, (size_t)n * sizeof(float));
    return to->inputs ? (memcpy(to->inputs, from->inputs, (size_t)n * sizeof(float)), 0) : -1;
}

static bool is_text(const char *text)
{
    return text && *text;
}

static int add_picture(void *context, const ablate_picture *from)
{
    dataset *d = context;
    if (!is_text(from->class_name) || !is_text(from->state) || !is_text(from->name))
        return complain("module '%s' lists a picture without class, state or name", d->module->name);
    if (!TAKE_ROOM(d->picture, d->pictures, "a data set"))
        return -1;
    picture *to = &d->picture[d->pictures++];
    arena *memory = d->owner.memory;
    *to = (picture){ .class_name = arena_text(memory, from->class_name),
                     .state = arena_text(memory, from->state),
                     .name = arena_text(memory, from->name),
                     .path = from->path ? arena_text(memory, from->path) : NULL,
                     .mask = from->mask ? arena_text(memory, from->mask) : NULL,
                     .test = from->test,
                     .good = strcmp(from->state, "good") == 0 };
    to->class_index = class_index(d, from->class_name);
    bool whole = to->class_name && to->state && to->name && (to->path || !from->path) && (to->mask || !from->mask);
    return whole && to->class_index >= 0 ? copy_inputs(d, from, to) : -1;
}

static int add_unused(void *context, const char *text)
{
    dataset *d = context;
    return folder_rest_add(&d->unused, "%s", text);
}

/* Settings and the listed names, but not the files' contents: those are in each picture's own identity. */
static int hash_listing(dataset *d, const char *resolved)
{
    const unsigned numbers = ABLATE_NUMBERS;
    char code[HASH_DIGITS];
    if (module_code(d->module, code) < 0)
        return -1;
    hash_state state;
    hash_begin(&state);
    hash_add_text(&state, resolved);
    hash_add(&state, &numbers, sizeof numbers);
    hash_add_text(&state, code);
    for (int i = 0; i < d->pictures; i++) {
        hash_add_text(&state, d->picture[i].name);
        hash_add_text(&state, d->picture[i].state);
        hash_add(&state, &d->picture[i].test, 1);
    }
    d->listing = hash_end(&state);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(picture *const *)a)->name, (*(picture *const *)b)->name);
}

/* A picture listed twice would count twice in training and in every metric. */
static int check_names(const dataset *d)
{
    picture **order = take((size_t)d->pictures, sizeof *order, "a data set");
    int status = order ? 0 : -1;
    for (int i = 0; order && i < d->pictures; i++)
        order[i] = &d->picture[i];
    if (order)
        qsort(order, (size_t)d->pictures, sizeof *order, by_name);
    for (int i = 1; status == 0 && i < d->pictures; i++)
        if (strcmp(order[i - 1]->name, order[i]->name) == 0)
            status =
                complain("data '%s' lists '%s' twice (%s, %s); remove one of them", d->spec, order[i]->name,
                         order[i - 1]->path ? order[i - 1]->path : "made", order[i]->path ? order[i]->path : "made");
    free(order);
    return status;
}

static char *resolve(const dataset *d)
{
    settings list = { 0 };
    bool good = settings_list(&list, d->module->name, d->module->settings, d->chosen, NULL) == 0;
    char *text = good ? settings_lines(&list) : NULL;
    settings_free(&list);
    return text;
}

static int list_pictures(dataset *d)
{
    builder_host host = { .context = d, .add_picture = add_picture, .unused = add_unused };
    builder *b = builder_new(NULL, &host, false);
    int status = b ? builder_list(b, d->module, d->chosen) : -1;
    builder_free(b);
    if (status == 0 && d->pictures == 0)
        status = complain("data '%s' holds no pictures; look at its path and settings", d->spec);
    if (status == 0)
        status = check_names(d);
    char *resolved = status == 0 ? resolve(d) : NULL;
    status = resolved ? hash_listing(d, resolved) : -1;
    free(resolved);
    return status;
}

int dataset_open(dataset *d, const char *spec, const settings *from, const char *module_folders)
{
    *d = (dataset){ 0 };
    arena *memory = settings_memory(&d->owner);
    d->spec = memory ? arena_text(memory, spec) : NULL;
    char name[64];
    size_t length = strcspn(spec, ":");
    if (!d->spec || settings_merge(&d->owner, from) < 0)
        return -1;
    if (length == 0 || length >= sizeof name)
        return complain("run.data '%s' names no data module; write for example folder:PATH", spec);
    snprintf(name, sizeof name, "%.*s", (int)length, spec);
    d->module = module_load(name, module_folders);
    if (!d->module)
        return -1;
    if (spec[length] == ':' && settings_set(&d->owner, d->module->name, "path", d->spec + length + 1, "--data", 1) < 0)
        return -1;
    if (!d->module->list)
        return complain("module '%s' is no data module: it has no `list`; choose another for run.data", name);
    d->chosen = arena_take(memory, d->module->settings_size);
    if (!d->chosen || settings_fill(&d->owner, name, d->module->settings, d->chosen) < 0)
        return -1;
    if (spec[length] != ':' && settings_check_paths(&d->owner, name, d->module->settings) < 0)
        return -1;
    return list_pictures(d);
}

int dataset_count(const dataset *d, bool test)
{
    int count = 0;
    for (int i = 0; i < d->pictures; i++)
        count += d->picture[i].test == test;
    return count;
}

const char *dataset_counts(const dataset *d, char text[DATASET_COUNTS])
{
    char classes[NUMBER_OF], tests[NUMBER_OF];
    snprintf(text, DATASET_COUNTS, "%s, %d training and %s", number_of(d->classes, "class", "classes", classes),
             dataset_count(d, false), number_of(dataset_count(d, true), "test picture", "test pictures", tests));
    return text;
}

int *dataset_list(const dataset *d, bool test, int *count)
{
    int *list = take((size_t)dataset_count(d, test), sizeof *list, "a list of pictures");
    *count = 0;
    for (int i = 0; list && i < d->pictures; i++)
        if (d->picture[i].test == test)
            list[(*count)++] = i;
    return list;
}

int dataset_identify(const dataset *d, int index, hash_digest *digest)
{
    const picture *p = &d->picture[index];
    if (p->path)
        return hash_file(p->path, digest);
    hash_state state;
    hash_begin(&state);
    hash_add(&state, d->listing.byte, sizeof d->listing.byte);
    hash_add_text(&state, p->name);
    *digest = hash_end(&state);
    return 0;
}

/* Sides that no picture has would be read far beyond what the module has made. */
static int check_made(const dataset *d, int index, const ablate_image *made)
{
    if (made->width >= 1 && made->height >= 1 && made->width <= IMAGE_MOST_PIXELS / made->height)
        return 0;
    return complain("module '%s' made '%s' with %d x %d pixels; sides are at least 1, and pixels at most %d million",
                    d->module->name, d->picture[index].name, made->width, made->height, IMAGE_MOST_PIXELS / 1000000);
}

static int render(const dataset *d, int index, ablate_image *image, ablate_image *mask)
{
    *image = *mask = (ablate_image){ 0, 0, NULL };
    if (!d->module->image)
        return complain("'%s' has no file, and module '%s' makes no pictures", d->picture[index].name, d->module->name);
    builder_host host = { .context = NULL };
    builder *b = builder_new(NULL, &host, false);
    int status = b ? builder_image(b, d->module, d->chosen, index, image, mask) : -1;
    builder_free(b);
    if (status == 0 && !image->rgb)
        status = complain("module '%s' made no picture for '%s'", d->module->name, d->picture[index].name);
    if (status == 0)
        status = check_made(d, index, image);
    if (status == 0 && mask->rgb)
        status = check_made(d, index, mask);
    if (status < 0) {
        image_free(image);
        image_free(mask);
    }
    return status;
}

int dataset_image(const dataset *d, int index, ablate_image *image)
{
    ablate_image mask = { 0, 0, NULL };
    if (d->picture[index].path)
        return image_read(d->picture[index].path, image);
    int status = render(d, index, image, &mask);
    image_free(&mask);
    return status;
}

/* The size at which a picture is read: as a rule its file says it before its pixels. */
static int size_of(const char *path, image_facts *facts)
{
    ablate_image image;
    if (image_look(path, facts) < 0)
        return -1;
    if (facts->width > 0 && facts->height > 0)
        return 0;
    if (image_read(path, &image) < 0)
        return -1;
    facts->width = image.width;
    facts->height = image.height;
    image_free(&image);
    return 0;
}

/* On a picture of another size a mask may mark anything: it may be that of another picture, or of one stored turned. */
static int check_size(const picture *p, const image_mask *mask, const image_facts *seen)
{
    if (mask->width == seen->width && mask->height == seen->height)
        return 0;
    return complain("%s: a mask of %d x %d pixels for a picture of %d x %d%s; save the mask at the size at which the "
                    "picture is seen",
                    p->mask ? p->mask : p->name, mask->width, mask->height, seen->width, seen->height,
                    seen->orientation >= 5 ? ", which is stored lying and read upright, as its orientation says" : "");
}

static int read_mask(const picture *p, image_mask *mask)
{
    image_facts seen;
    if (size_of(p->path, &seen) < 0 || image_mask_read(p->mask, mask) < 0)
        return -1;
    return check_size(p, mask, &seen);
}

static int render_mask(const dataset *d, int index, image_mask *mask)
{
    ablate_image image = { 0, 0, NULL }, painted = { 0, 0, NULL };
    int status = render(d, index, &image, &painted);
    if (status == 0 && painted.rgb)
        status = image_mask_from(&painted, mask);
    const image_facts seen = { .width = image.width, .height = image.height };
    if (status == 0 && mask->value)
        status = check_size(&d->picture[index], mask, &seen);
    image_free(&image);
    image_free(&painted);
    return status;
}

int dataset_mask(const dataset *d, int index, image_mask *mask)
{
    const picture *p = &d->picture[index];
    *mask = (image_mask){ 0, 0, NULL };
    int status = !p->path ? render_mask(d, index, mask) : p->mask ? read_mask(p, mask) : 0;
    if (status < 0)
        image_mask_free(mask);
    return status;
}

int dataset_fitted(const dataset *d, int index, const input_settings *to, ablate_image *out)
{
    ablate_image image;
    *out = (ablate_image){ 0, 0, NULL };
    if (dataset_image(d, index, &image) < 0)
        return -1;
    int status = fitted_picture(&image, to, out);
    image_free(&image);
    return status;
}

int dataset_input(const dataset *d, int index, const input_settings *to, float *out)
{
    ablate_image fitted;
    int status = dataset_fitted(d, index, to, &fitted) < 0 ? -1 : fitted_input(&fitted, to, out);
    image_free(&fitted);
    return status;
}

int dataset_mask_fitted(const dataset *d, int index, const input_settings *to, mask_rule rule, image_mask *out)
{
    image_mask mask;
    *out = (image_mask){ 0, 0, NULL };
    int status = dataset_mask(d, index, &mask);
    if (status == 0 && mask.value)
        status = fitted_mask(&mask, to, rule, out);
    image_mask_free(&mask);
    return status;
}
