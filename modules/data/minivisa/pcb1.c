/* PCB 1: a blue board for ranging by ultrasound, with two transducers and four pins. */
#include "board.h"

static const piece pieces[] = {
    { MOUNT, { -0.84f, -0.34f }, .half = { 0.04f, 0.04f } },
    { MOUNT, { 0.84f, -0.34f }, .half = { 0.04f, 0.04f } },
    { MOUNT, { -0.84f, 0.3f }, .half = { 0.04f, 0.04f } },
    { MOUNT, { 0.84f, 0.3f }, .half = { 0.04f, 0.04f } },
    { TRANSDUCER, { -0.49f, -0.04f }, .half = { 0.33f, 0.33f } },
    { TRANSDUCER, { 0.49f, -0.04f }, .half = { 0.33f, 0.33f } },
    { CRYSTAL, { 0, -0.33f }, .half = { 0.13f, 0.048f }, .label = "4000" },
    { CHIP2, { 0, -0.08f }, .half = { 0.07f, 0.115f }, .pins = 7, .label = "LM324" },
    { PASSIVE, { -0.1f, 0.14f }, .half = { 0.042f, 0.024f }, .turn = 1.571f },
    { PASSIVE, { 0, 0.14f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .tint = 0xA58A62 },
    { PASSIVE, { 0.1f, 0.14f }, .half = { 0.042f, 0.024f }, .turn = 1.571f },
    { PASSIVE, { -0.74f, 0.36f }, .half = { 0.042f, 0.024f }, .label = "103" },
    { PASSIVE, { -0.56f, 0.36f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { PASSIVE, { 0.56f, 0.36f }, .half = { 0.042f, 0.024f }, .label = "472" },
    { PASSIVE, { 0.74f, 0.36f }, .half = { 0.042f, 0.024f }, .label = "103" },
    { PASSIVE, { -0.28f, -0.36f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { PASSIVE, { 0.28f, -0.36f }, .half = { 0.042f, 0.024f }, .label = "102" },
    { LETTERS, { -0.34f, 0.36f }, .half = { 0, 0.075f }, .label = "T" },
    { LETTERS, { 0.34f, 0.36f }, .half = { 0, 0.075f }, .label = "R" },
    { LETTERS, { -0.66f, -0.37f }, .half = { 0, 0.06f }, .label = "HC" },
    { LETTERS, { 0.66f, -0.37f }, .half = { 0, 0.06f }, .label = "SR04" },
    { LETTERS, { 0, 0.25f }, .half = { 0, 0.042f }, .label = "5 T E G" },
    { PINS, { 0, 0.4f }, .half = { 0.2f, 0.34f }, .pins = 4 },
};
static const trace traces[] = {
    { { -0.15f, 0.32f }, { -0.1f, 0.19f }, 0 },      { { -0.05f, 0.32f }, { 0, 0.19f }, 0 },
    { { 0.05f, 0.32f }, { 0.1f, 0.19f }, 0 },        { { 0.15f, 0.32f }, { 0.2f, 0.1f }, 0.02f },
    { { -0.13f, -0.16f }, { -0.32f, -0.36f }, 0 },   { { -0.12f, -0.04f }, { -0.2f, 0.3f }, 0 },
    { { 0.12f, -0.04f }, { 0.22f, 0.26f }, 0 },      { { 0.13f, -0.16f }, { 0.24f, -0.36f }, 0 },
    { { -0.08f, -0.33f }, { -0.16f, -0.2f }, 0 },    { { 0.08f, -0.33f }, { 0.16f, -0.2f }, 0 },
    { { -0.52f, 0.36f }, { -0.42f, 0.3f }, 0 },      { { 0.52f, 0.36f }, { 0.4f, 0.3f }, 0 },
    { { -0.78f, 0.36f }, { -0.86f, 0.1f }, 0.016f }, { { 0.78f, 0.36f }, { 0.86f, 0.1f }, 0.016f },
    { { -0.86f, 0.08f }, { -0.84f, -0.22f }, 0 },    { { 0.86f, 0.08f }, { 0.84f, -0.22f }, 0 },
};
static const fault faults[] = { BENT, MELTED, MISSING, PAINTED };
static const layout plan = { { 0.92f, 0.44f },
                             0x1F56A0,
                             0xC9CBCB,
                             pieces,
                             sizeof pieces / sizeof *pieces,
                             traces,
                             sizeof traces / sizeof *traces,
                             faults };

static void prepare(void *model, stream *random, flaw *f)
{
    board_prepare(model, &plan, random, f);
}
static void pixel(const void *model, spot p, surface *s)
{
    board_pixel(model, p, s);
}

static const flaw_kind flaws[] = {
    { "bent", NULL, 0, { 0.07f, 0.16f }, { 1, 1 }, 0 },
    { "melt", NULL, 0, { 0.06f, 0.13f }, { 0.7f, 1.1f }, 0 },
    { "missing", NULL, 0, { 0.1f, 0.11f }, { 1, 1 }, 0 },
    { "scratch", mark_scratch, 1u << LAMINATE, { 0.07f, 0.18f }, { 0.8f, 1.3f }, 0xD8D2B8 },
    { 0 }
};
const mini_class class_pcb1 = {
    "minivisa-pcb1", flaws, { 0.05f, 0.03f, { 0.96f, 1.03f }, { 0.75f, 1.05f }, 0.5f, 1, 0.6f }, true, prepare, pixel
};
