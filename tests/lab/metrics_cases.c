#include "metrics_cases.h"

void assert_near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= NAIVE_TOLERANCE))
        fail_msg("%.17g is not %.17g", value, wanted);
}

const metrics_protocol *protocol(const char *name)
{
    const metrics_protocol *found = metrics_protocol_find(name);
    assert_non_null(found);
    return found;
}

metrics_input one_class(int n, int height, int width, const float *maps, const uint8_t *masks)
{
    return (metrics_input){
        .pictures = n, .height = height, .width = width, .maps = maps, .masks = masks, .class_count = 1
    };
}

double evaluate_one(const metrics_input *in, const metrics_protocol *how, metrics_kind kind)
{
    metrics_result result;
    assert_int_equal(metrics_evaluate(in, how, &result), 0);
    double value = result.mean[kind];
    assert_true(isnan(value) == (result.classes[0].reason[kind] != NULL));
    metrics_result_free(&result);
    return value;
}

uint32_t draw(uint64_t *at, uint32_t below)
{
    return random_draw(17, 0, (*at)++).word[0] % below;
}

double draw_score(uint64_t *at, int kind)
{
    double wild = (double)draw(at, 1u << 20) - (1 << 19);
    switch (kind) {
    case 0:
        return draw(at, 4);
    case 1:
        return wild / 1024;
    case 2:
        return 1 + draw(at, 9) * 0x1p-23;
    case 3:
        return draw(at, 20) ? 1 + draw(at, 999) * 0x1p-23 : wild * 1e20;
    case 4:
        return draw(at, 2) ? -0.0 : 0.0;
    default:
        return ldexp(wild, (int)draw(at, 60) - 40);
    }
}

void draw_set(naive_set *set, uint64_t *at)
{
    int kind = (int)draw(at, 6), density = (int)draw(at, 3);
    set->n = 1 + (int)draw(at, 4);
    set->height = 1 + (int)draw(at, 12);
    set->width = 1 + (int)draw(at, 24);
    for (int i = 0; i < naive_pixels(set); i++) {
        set->score[i] = (double)(float)draw_score(at, kind);
        set->mask[i] = draw(at, 10) < (uint32_t)(1 + 3 * density);
    }
}

metrics_input input_of(naive_set *set, bool wide, float *maps)
{
    for (int i = 0; i < naive_pixels(set); i++) {
        if (wide)
            set->score[i] *= 1 + (i % 3) * 0x1p-40;
        maps[i] = (float)set->score[i];
    }
    metrics_input in = one_class(set->n, set->height, set->width, wide ? NULL : maps, set->mask);
    in.maps_wide = wide ? set->score : NULL;
    return in;
}

int count_mask(const naive_set *set)
{
    int count = 0;
    for (int i = 0; i < naive_pixels(set); i++)
        count += set->mask[i] != 0;
    return count;
}
