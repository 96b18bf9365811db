/* The data set `mini`: fifteen classes of procedural inspection photographs, ten objects and five textures, in the
 * manner of industrial anomaly data sets. Every picture is a pure function of (seed, class, split, state, number). */
#include "mini.h"
#include "module.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct mini_settings {
    int seed, train, good, each;
    double size, contrast, variation;
    bool twin;
} mini_settings;

static const ablate_setting settings[] = {
    ABLATE_SET(mini_settings, seed, 1, 0, 2147483647, "everything is drawn from it"),
    ABLATE_SET(mini_settings, train, 16, 1, 100000, "training pictures a class, all without defect"),
    ABLATE_SET(mini_settings, good, 8, 0, 100000, "test pictures without defect a class"),
    ABLATE_SET(mini_settings, each, 4, 0, 100000, "test pictures of each kind of defect"),
    ABLATE_SET(mini_settings, size, 3, 0.1, 5, "factor on the size of defects"),
    ABLATE_SET(mini_settings, contrast, 3, 0.05, 5, "factor on the strength of defects of the surface"),
    ABLATE_SET(mini_settings, variation, 0.2, 0, 3, "factor on how much pose and light differ between pictures"),
    ABLATE_SET(mini_settings, twin, false, 0, 1, "leave the defects out, all else being the same"),
    { 0 }
};

const mini_class *const mini_classes[CLASSES] = { &class_bottle,     &class_cable,  &class_capsule, &class_hazelnut,
                                                  &class_metal_nut,  &class_pill,   &class_screw,   &class_toothbrush,
                                                  &class_transistor, &class_zipper, &class_carpet,  &class_grid,
                                                  &class_leather,    &class_tile,   &class_wood };

typedef struct place { /* which picture it is */
    int class, flaw, number;
    bool test;
} place;

static int flaw_count(const mini_class *c)
{
    int n = 0;
    while (c->flaws[n].name)
        n++;
    return n;
}

/* The place of picture `index`: class by class, training, good, then each kind of defect. False past the end. */
static bool place_of(const mini_settings *s, int index, place *p)
{
    for (int c = 0; c < CLASSES; c++) {
        int kinds = flaw_count(mini_classes[c]);
        int64_t count = (int64_t)s->train + s->good + (int64_t)kinds * s->each;
        if (index >= count) {
            index -= (int)count;
            continue;
        }
        *p = (place){ c, -1, index, index >= s->train };
        if (p->test)
            p->number -= s->train;
        if (p->number >= s->good && p->test) {
            p->flaw = (p->number - s->good) / s->each;
            p->number = (p->number - s->good) % s->each;
        }
        return true;
    }
    return false;
}

static const char *state_of(const place *p)
{
    return p->flaw < 0 ? "good" : mini_classes[p->class]->flaws[p->flaw].name;
}

static int list(ablate_builder *b, const void *given)
{
    const mini_settings *s = given;
    place p;
    for (int i = 0; place_of(s, i, &p); i++) {
        const char *class = mini_classes[p.class]->name;
        char name[96];
        snprintf(name, sizeof name, "%s/%s/%s/%03d", class, p.test ? "test" : "train", state_of(&p), p.number);
        ablate_picture picture = { .class_name = class, .state = state_of(&p), .name = name, .test = p.test };
        if (b->api->add_picture(b, &picture))
            return -1;
    }
    return 0;
}

static uint64_t key_of(const mini_settings *s, const place *p)
{
    stream key = { (uint64_t)s->seed, 0 };
    const uint64_t words[] = { (uint64_t)p->class, p->test, (uint64_t)(p->flaw + 1), (uint64_t)p->number };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        key = stream_branch(key, words[i]);
    return key.key;
}

static int image(ablate_builder *b, const void *given, int index, ablate_image *picture, ablate_image *mask)
{
    const mini_settings *s = given;
    place p;
    *picture = *mask = (ablate_image){ 0 };
    if (index < 0 || !place_of(s, index, &p))
        return ablate_fail(b, "there is no picture %d in this data set", index);
    bool flawed = p.flaw >= 0 && !s->twin;
    uint8_t *rgb = malloc(3 * PIXELS), *where = flawed ? malloc(3 * PIXELS) : NULL;
    request q = { mini_classes[p.class], key_of(s, &p),      p.flaw, s->twin, (float)s->size,
                  (float)s->contrast,    (float)s->variation };
    if (!rgb || (flawed && !where) || picture_make(&q, rgb, where)) {
        free(rgb);
        free(where);
        return ablate_fail(b, "out of memory for a picture of %s", q.class->name);
    }
    *picture = (ablate_image){ SIDE, SIDE, rgb };
    if (!flawed)
        return 0;
    for (int k = PIXELS - 1; k >= 0; k--) /* grey to RGB in place, from the end */
        where[3 * k] = where[3 * k + 1] = where[3 * k + 2] = where[k];
    *mask = (ablate_image){ SIDE, SIDE, where };
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "mini",
    .doc = "fifteen classes of rendered inspection photographs with exact masks of their defects",
    .paper = "",
    .reads = "",
    .writes = "",
    .settings_size = sizeof(mini_settings),
    .settings = settings,
    .list = list,
    .image = image,
};
