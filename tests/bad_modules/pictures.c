/* A data module that lists and makes pictures wrongly, as its setting says. */
#include "module.h"
#include <stdlib.h>

typedef struct chosen {
    int wrong;
} chosen;

enum { RIGHT, NO_CLASS, NULL_PICTURE, NO_NUMBERS, WIDE, NEGATIVE, WIDE_MASK, FAILS, BUILDS };

static int list(ablate_builder *b, const void *settings)
{
    static const float numbers[2] = { 1, 2 };
    const chosen *s = settings;
    const ablate_picture picture = { .class_name = s->wrong == NO_CLASS ? "" : "a",
                                     .state = "good",
                                     .name = "a",
                                     .test = true,
                                     .inputs = s->wrong == NO_NUMBERS ? NULL : numbers };
    return ablate_add_picture(b, s->wrong == NULL_PICTURE ? NULL : &picture);
}

static ablate_image made(int width, int height)
{
    return (ablate_image){ width, height, calloc(48, 1) };
}

static int image(ablate_builder *b, const void *settings, int index, ablate_image *picture, ablate_image *mask)
{
    const chosen *s = settings;
    (void)index;
    *picture = s->wrong == WIDE ? made(1 << 30, 1 << 30) : s->wrong == NEGATIVE ? made(-4, 4) : made(4, 4);
    *mask = s->wrong == WIDE_MASK ? made(2147483647, 2) : made(4, 4);
    if (s->wrong == BUILDS)
        ablate_write(b, "image", 0, NULL);
    return s->wrong == FAILS ? -1 : 0;
}

static const ablate_setting rows[] = {
    ABLATE_SET(chosen, wrong, 0, 0, 8, "what is wrong"),
    { 0 },
};

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI,
                                            .name = "pictures",
                                            .settings_size = sizeof(chosen),
                                            .settings = rows,
                                            .list = list,
                                            .image = image,
                                            .inputs = "numbers",
                                            .inputs_length = 2 };
