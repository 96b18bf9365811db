/* PCB 2: a red board that sees obstacles by infrared: two diodes reach over its left edge. */
#include "board.h"

static const piece pieces[] = {
    { LETTERS, { 0.02f, -0.02f }, .half = { 0.14f, 0.17f } },
    { MOUNT, { -0.33f, 0.01f }, .half = { 0.055f, 0.055f } },
    { TRIMMER, { 0.34f, -0.02f }, .half = { 0.125f, 0.125f } },
    { CHIP2, { 0.02f, -0.02f }, .half = { 0.065f, 0.1f }, .pins = 4, .label = "LM393" },
    { PASSIVE, { -0.14f, -0.28f }, .half = { 0.042f, 0.024f }, .label = "102" },
    { PASSIVE, { 0.06f, -0.28f }, .half = { 0.042f, 0.024f }, .label = "103" },
    { PASSIVE, { 0.26f, -0.28f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { PASSIVE, { -0.14f, 0.27f }, .half = { 0.042f, 0.024f }, .label = "103" },
    { PASSIVE, { 0.06f, 0.27f }, .half = { 0.042f, 0.024f }, .label = "151" },
    { PASSIVE, { 0.26f, 0.27f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { CHIP_LAMP, { 0.54f, -0.27f }, { 0.042f, 0.028f }, .tint = 0xB8E0A0 },
    { CHIP_LAMP, { 0.54f, 0.27f }, { 0.042f, 0.028f }, .tint = 0xE89A8A },
    { LETTERS, { 0.42f, 0.17f }, .half = { 0, 0.045f }, .label = "A0 D0" },
    { LETTERS, { -0.36f, 0.3f }, .half = { 0, 0.055f }, .label = "FC51" },
    { LETTERS, { -0.34f, -0.3f }, .half = { 0, 0.055f }, .label = "MH" },
    { LAMP, { -0.72f, -0.17f }, .half = { 0.13f, 0.085f }, .tint = 0xC6D2DE },
    { LAMP, { -0.72f, 0.17f }, .half = { 0.13f, 0.085f }, .tint = 0x2A2434 },
    { PINS, { 0.62f, 0 }, .half = { 0.15f, 0.3f }, .turn = -1.571f, .pins = 3 },
};
static const trace traces[] = {
    { { -0.36f, -0.13f }, { -0.18f, -0.24f }, 0 },  { { -0.36f, -0.21f }, { -0.24f, -0.28f }, 0 },
    { { -0.36f, 0.13f }, { -0.18f, 0.23f }, 0 },    { { -0.36f, 0.21f }, { -0.24f, 0.27f }, 0 },
    { { -0.1f, -0.24f }, { -0.06f, -0.1f }, 0 },    { { 0.02f, -0.24f }, { -0.08f, -0.04f }, 0 },
    { { -0.1f, 0.23f }, { -0.06f, 0.06f }, 0 },     { { 0.02f, 0.23f }, { 0.1f, 0.08f }, 0 },
    { { 0.1f, -0.1f }, { 0.22f, -0.24f }, 0 },      { { 0.11f, 0.02f }, { 0.26f, 0.13f }, 0 },
    { { 0.3f, -0.28f }, { 0.48f, -0.27f }, 0 },     { { 0.3f, 0.27f }, { 0.48f, 0.27f }, 0 },
    { { 0.54f, -0.1f }, { 0.58f, -0.22f }, 0 },     { { 0.54f, 0.1f }, { 0.58f, 0.22f }, 0 },
    { { 0.54f, 0 }, { 0.46f, 0.1f }, 0.018f },      { { -0.2f, 0.1f }, { -0.12f, 0.16f }, 0 },
    { { -0.46f, 0.02f }, { -0.5f, 0.3f }, 0.018f },
};
static const fault faults[] = { BENT, MELTED, MISSING, PAINTED };
static const layout plan = { { 0.62f, 0.36f },
                             0x9A2A26,
                             0xB9BEC2,
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
    { "scratch", mark_scratch, 1u << LAMINATE, { 0.06f, 0.16f }, { 0.8f, 1.3f }, 0xE4D6B8 },
    { 0 }
};
const mini_class class_pcb2 = {
    "minivisa-pcb2", flaws, { 0.05f, 0.03f, { 0.98f, 1.05f }, { 0.75f, 1.05f }, 0.5f, 1, 0.6f }, true, prepare, pixel
};
