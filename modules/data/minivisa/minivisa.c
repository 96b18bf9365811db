/* The data set `minivisa`: twelve classes in the manner of VisA: circuit boards, several things in one picture, single
 * things; most defects are small. Every picture is a pure function of (seed, class, split, state, number). */
#include "minivisa.h"
#include "../mini/drawn.h"

static const ablate_setting rows[] = { DRAWN_SETTINGS(20, 16, 4) };

static const mini_class *const classes[] = { &class_pcb1,      &class_pcb2,       &class_pcb3,     &class_pcb4,
                                             &class_macaroni1, &class_macaroni2,  &class_capsules, &class_candle,
                                             &class_cashew,    &class_chewinggum, &class_fryum,    &class_pipe_fryum };

static uint64_t key_of(const drawn_settings *s, const drawn_place *p)
{
    stream key = stream_branch((stream){ (uint64_t)s->seed, 0 }, (uint64_t)p->class);
    key = stream_branch(key, (uint64_t)(p->state - DRAWN_TRAIN));
    return stream_branch(key, (uint64_t)p->number).key;
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
    .name = "minivisa",
    .doc = "twelve classes of rendered photographs of boards and many small things, with exact masks of their defects",
    .paper = "",
    .reads = "",
    .writes = "",
    .settings_size = sizeof(drawn_settings),
    .settings = rows,
    .list = list,
    .image = image,
};
