/* input.c: how a picture comes in. The board's has the run's mean and deviation taken out; a network sees it with those
 * that it was trained with, which is a line for each channel. */
#include "convnet.h"
#include <stdlib.h>

typedef struct statistics { /* of red, green and blue, of numbers from 0 to 1 */
    double mean[3], deviation[3];
} statistics;

/* lite: Google's code for these takes 127 from a byte and divides by 128. */
static const statistics known[] = {
    [STATISTICS_IMAGENET] = { { 0.485, 0.456, 0.406 }, { 0.229, 0.224, 0.225 } },
    [STATISTICS_HALF] = { { 0.5, 0.5, 0.5 }, { 0.5, 0.5, 0.5 } },
    [STATISTICS_LITE] = { { 127.0 / 255, 127.0 / 255, 127.0 / 255 }, { 128.0 / 255, 128.0 / 255, 128.0 / 255 } },
};

static bool three_read(const char *text, double number[3])
{
    char *end = NULL;
    for (int i = 0; i < 3 && text; i++, text = end) {
        number[i] = strtod(text, &end);
        if (end == text)
            return false;
    }
    return text != NULL;
}

/* x (B, S, S, 3), seen by the statistics `to`. */
static ablate_value *normalise(ablate_builder *b, const statistics *to, ablate_value *x)
{
    statistics from;
    float scale[3], shift[3];
    bool same = true;
    if (!three_read(ablate_chosen(b, "input.mean"), from.mean) ||
        !three_read(ablate_chosen(b, "input.std"), from.deviation)) {
        ablate_fail(b, "the run does not say with which mean and deviation pictures come in");
        return x;
    }
    for (int i = 0; i < 3; i++) {
        same = same && (float)from.mean[i] == (float)to->mean[i] && (float)from.deviation[i] == (float)to->deviation[i];
        scale[i] = (float)(from.deviation[i] / to->deviation[i]);
        shift[i] = (float)((from.mean[i] - to->mean[i]) / to->deviation[i]);
    }
    if (same)
        return x;
    return op_add(b, op_mul(b, x, ablate_constant(b, scale, 3)), ablate_constant(b, shift, 3));
}

ablate_value *convnet_picture(ablate_builder *b, const convnet_settings *s, int as)
{
    ablate_value *image = ablate_read(b, "image", -1);
    ablate_shape shape = ablate_shape_of(b, image);
    if (s->size && shape.rank == 4 && shape.dim[3] != s->size)
        image = op_resize(b, image, .height = s->size, .width = s->size);
    image = op_transpose(b, image, 0, 2, 3, 1);
    return as == STATISTICS_INPUT ? image : normalise(b, &known[as], image);
}
