#include "drawn.h"
#include "picture.h"
#include <stdio.h>
#include <stdlib.h>

/* How many pictures of a state there are; state -2, -1, 0, 1, ...; -1 past the last. */
static int64_t state_count(const drawn_set *set, const drawn_settings *s, int class, int state)
{
    if (state < 0)
        return state == DRAWN_TRAIN ? s->train : s->good;
    return set->classes[class]->flaws[state].name ? s->each : -1;
}

/* The place of picture `index`. False past the end. */
static bool place_of(const drawn_set *set, const drawn_settings *s, int64_t index, drawn_place *p)
{
    for (int c = 0; c < set->count; c++)
        for (int state = DRAWN_TRAIN; state_count(set, s, c, state) >= 0; state++) {
            if (index < state_count(set, s, c, state)) {
                *p = (drawn_place){ c, state, (int)index };
                return true;
            }
            index -= state_count(set, s, c, state);
        }
    return false;
}

int drawn_list(const drawn_set *set, ablate_builder *b, const drawn_settings *s)
{
    drawn_place p;
    for (int i = 0; place_of(set, s, i, &p); i++) {
        const mini_class *class = set->classes[p.class];
        bool test = p.state != DRAWN_TRAIN;
        const char *state = p.state < 0 ? "good" : class->flaws[p.state].name;
        char name[96];
        snprintf(name, sizeof name, "%s/%s/%s/%03d", class->name, test ? "test" : "train", state, p.number);
        ablate_picture picture = { .class_name = class->name, .state = state, .name = name, .test = test };
        if (ablate_add_picture(b, &picture))
            return -1;
    }
    return 0;
}

int drawn_image(const drawn_set *set, ablate_builder *b, const drawn_settings *s, int index, ablate_image *picture,
                ablate_image *mask)
{
    drawn_place p;
    *picture = *mask = (ablate_image){ 0 };
    if (index < 0 || !place_of(set, s, index, &p))
        return ablate_fail(b, "there is no picture %d in this data set", index);
    bool flawed = p.state >= 0 && !s->twin;
    uint8_t *rgb = malloc(3 * PIXELS), *where = flawed ? malloc(3 * PIXELS) : NULL;
    request q = { set->classes[p.class], set->key(s, &p),    p.state < 0 ? -1 : p.state, s->twin,
                  (float)s->size,        (float)s->contrast, (float)s->variation };
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
