/* The data set `mini`: fifteen classes of procedural inspection photographs, ten objects and five textures, in the
 * manner of industrial anomaly data sets. Every picture is a pure function of (seed, class, split, state, number). */
#include "mini.h"
#include "drawn.h"

static const ablate_setting rows[] = { DRAWN_SETTINGS(16, 16, 3) };

static const mini_class *const classes[] = { &class_bottle,     &class_cable,  &class_capsule, &class_hazelnut,
                                             &class_metal_nut,  &class_pill,   &class_screw,   &class_toothbrush,
                                             &class_transistor, &class_zipper, &class_carpet,  &class_grid,
                                             &class_leather,    &class_tile,   &class_wood };

static uint64_t key_of(const drawn_settings *s, const drawn_place *p)
{
    stream key = { (uint64_t)s->seed, 0 };
    const uint64_t kind = p->state < 0 ? 0 : (uint64_t)(p->state + 1);
    const uint64_t words[] = { (uint64_t)p->class, p->state != DRAWN_TRAIN, kind, (uint64_t)p->number };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        key = stream_branch(key, words[i]);
    return key.key;
}

static const drawn_set set = { classes, sizeof classes / sizeof *classes, key_of };

static int list(ablate_builder *b, const void *settings)
{
    return drawn_list(&set, b, settings);
}

static int image(ablate_builder *b, const void *settings, int index, ablate_image *picture, ablate_image *mask)
{
    return drawn_image(&set, b, settings, index, picture, mask);
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "mini",
    .doc = "fifteen classes of rendered inspection photographs with exact masks of their defects",
    .paper = "",
    .reads = "",
    .writes = "",
    .settings_size = sizeof(drawn_settings),
    .settings = rows,
    .list = list,
    .image = image,
};
