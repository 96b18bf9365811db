/* sizes.c: the lists and sizes that the settings give, and whether they fit. */
#include "diad.h"
#include <stdlib.h>
#include <string.h>

static bool levels_of(ablate_builder *b, const char *name, const char *text, diad_levels *levels)
{
    levels->count = 0;
    for (const char *at = text + strspn(text, " "); *at; at += strspn(at, " ")) {
        char *end;
        long number = strtol(at, &end, 10);
        if (end == at || (*end && *end != ' ') || number < 1 || number > 4096 || levels->count == DIAD_LEVELS) {
            ablate_fail(b, "diad.%s = %s: give up to %d numbers from 1 to 4096, separated by blanks", name, text,
                        DIAD_LEVELS);
            return false;
        }
        levels->of[levels->count++] = (int)number;
        at = end;
    }
    return true;
}

/* Of the list of channels in parts of `width`: do they part into groups and heads? */
static bool parts_fit(const diad *d, const char *name, int width, const diad_levels *of, int by)
{
    for (int i = 0; i < of->count; i++)
        if (width * of->of[i] % by != 0) {
            ablate_fail(d->b, "diad: %d channels of %s do not part into %d; choose other widths, groups or heads",
                        width * of->of[i], name, by);
            return false;
        }
    return true;
}

static bool sizes_fit(diad *d, ablate_value *image)
{
    const diad_settings *s = d->s;
    ablate_shape shape = ablate_shape_of(d->b, image);
    int64_t side = shape.rank == 4 ? shape.dim[3] : 0;
    int halves = d->picture_levels.count - 1, below = d->levels.count - 1;
    int64_t part = (int64_t)1 << (halves + below);
    d->size = side;
    d->grid = side >> halves;
    if (halves < 0 || below < 0)
        ablate_fail(d->b, "diad: picture_levels and levels must have a number each at least");
    else if (side == 0 || side % part != 0)
        ablate_fail(d->b,
                    "diad: pictures of %lld x %lld cannot be halved %d times; set input.size to a multiple of %lld",
                    (long long)side, (long long)side, halves + below, (long long)part);
    else if (d->hint.count != d->picture_levels.count)
        ablate_fail(d->b, "diad.hint = %s: give %d numbers, as picture_levels has", s->hint, halves + 1);
    else if (s->samples > s->timesteps / 2)
        ablate_fail(d->b, "diad: %d steps of %d leave none out; set samples to %d or less", s->samples, s->timesteps,
                    s->timesteps / 2);
    else if (s->width % 2 != 0)
        ablate_fail(d->b, "diad.width = %d: sines and cosines take half each; give an even number", s->width);
    else
        return parts_fit(d, "picture_levels", s->picture_width, &d->picture_levels, s->groups) &&
               parts_fit(d, "levels", s->width, &d->levels, s->groups) &&
               parts_fit(d, "levels", s->width, &d->levels, s->heads);
    return false;
}

bool diad_sizes_read(diad *d, ablate_value *image)
{
    const diad_settings *s = d->s;
    return levels_of(d->b, "picture_levels", s->picture_levels, &d->picture_levels) &&
           levels_of(d->b, "levels", s->levels, &d->levels) &&
           levels_of(d->b, "attention", s->attention, &d->attention) && levels_of(d->b, "hint", s->hint, &d->hint) &&
           sizes_fit(d, image);
}
