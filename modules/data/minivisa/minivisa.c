/* The data set `minivisa`: twelve classes in the manner of VisA: circuit boards, several things in one picture, single
 * things; most defects are small. Every picture is a pure function of (seed, class, split, state, number). */
#include "minivisa.h"
#include "module.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct minivisa_settings {
    int seed, train, good, each;
    double size, contrast, variation;
    bool twin;
} minivisa_settings;

static const ablate_setting settings[] = {
    ABLATE_SET(minivisa_settings, seed, 1, 0, 2147483647, "everything is drawn from it"),
    ABLATE_SET(minivisa_settings, train, 20, 1, 100000, "training pictures a class, all without defect"),
    ABLATE_SET(minivisa_settings, good, 12, 0, 100000, "test pictures without defect a class"),
    ABLATE_SET(minivisa_settings, each, 4, 0, 100000, "test pictures of each kind of defect"),
    ABLATE_SET(minivisa_settings, size, 3, 0.1, 5, "factor on the size of defects"),
    ABLATE_SET(minivisa_settings, contrast, 3, 0.05, 5, "factor on the strength of defects of the surface"),
    ABLATE_SET(minivisa_settings, variation, 0.2, 0, 3, "factor on how much pose and light differ between pictures"),
    ABLATE_SET(minivisa_settings, twin, false, 0, 1, "leave the defects out, all else being the same"),
    { 0 }
};

static const mini_class *const classes[] = { &class_pcb1,      &class_pcb2,       &class_pcb3,     &class_pcb4,
                                             &class_macaroni1, &class_macaroni2,  &class_capsules, &class_candle,
                                             &class_cashew,    &class_chewinggum, &class_fryum,    &class_pipe_fryum };
enum { COUNT = sizeof classes / sizeof *classes, TRAIN = -2, GOOD = -1 };

typedef struct place { /* which picture it is */
    int class, state;  /* TRAIN, GOOD or a kind of defect */
    int number;        /* within its state */
} place;

/* How many pictures of a state there are; state -2, -1, 0, 1, ...; -1 past the last. */
static int64_t state_count(const minivisa_settings *s, int class, int state)
{
    if (state < 0)
        return state == TRAIN ? s->train : s->good;
    return classes[class]->flaws[state].name ? s->each : -1;
}

/* The place of picture `index`: class by class, training, good, then each kind of defect. False past the end. */
static bool place_of(const minivisa_settings *s, int64_t index, place *p)
{
    for (int c = 0; c < COUNT; c++)
        for (int state = TRAIN; state_count(s, c, state) >= 0; state++) {
            if (index < state_count(s, c, state)) {
                *p = (place){ c, state, (int)index };
                return true;
            }
            index -= state_count(s, c, state);
        }
    return false;
}

static int list(ablate_builder *b, const void *given)
{
    place p;
    for (int i = 0; place_of(given, i, &p); i++) {
        const mini_class *class = classes[p.class];
        bool test = p.state != TRAIN;
        const char *state = p.state < 0 ? "good" : class->flaws[p.state].name;
        char name[96];
        snprintf(name, sizeof name, "%s/%s/%s/%03d", class->name, test ? "test" : "train", state, p.number);
        ablate_picture picture = { .class_name = class->name, .state = state, .name = name, .test = test };
        if (b->api->add_picture(b, &picture))
            return -1;
    }
    return 0;
}

static uint64_t key_of(const minivisa_settings *s, const place *p)
{
    stream key = stream_branch((stream){ (uint64_t)s->seed, 0 }, (uint64_t)p->class);
    key = stream_branch(key, (uint64_t)(p->state - TRAIN));
    return stream_branch(key, (uint64_t)p->number).key;
}

static int image(ablate_builder *b, const void *given, int index, ablate_image *picture, ablate_image *mask)
{
    const minivisa_settings *s = given;
    place p;
    *picture = *mask = (ablate_image){ 0 };
    if (index < 0 || !place_of(s, index, &p))
        return ablate_fail(b, "there is no picture %d in this data set", index);
    bool flawed = p.state >= 0 && !s->twin;
    uint8_t *rgb = malloc(3 * PIXELS), *where = flawed ? malloc(3 * PIXELS) : NULL;
    request q = { classes[p.class], key_of(s, &p),      p.state < 0 ? -1 : p.state, s->twin,
                  (float)s->size,   (float)s->contrast, (float)s->variation };
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
    .name = "minivisa",
    .doc = "twelve classes of rendered photographs of boards and many small things, with exact masks of their defects",
    .paper = "",
    .reads = "",
    .writes = "",
    .settings_size = sizeof(minivisa_settings),
    .settings = settings,
    .list = list,
    .image = image,
};
