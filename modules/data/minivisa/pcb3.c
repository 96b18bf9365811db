/* PCB 3: a black, upright board that hears: a microphone at its top, four pins at its foot. */
#include "board.h"

static const piece pieces[] = {
    { MOUNT, { -0.33f, -0.1f }, .half = { 0.05f, 0.05f } },
    { MOUNT, { 0.33f, -0.1f }, .half = { 0.05f, 0.05f } },
    { LETTERS, { 0, -0.5f }, .half = { 0.29f, 0.29f } },
    { MICROPHONE, { 0, -0.5f }, .half = { 0.25f, 0.25f } },
    { CHIP2, { -0.17f, 0.17f }, .half = { 0.065f, 0.1f }, .pins = 4, .label = "LM393" },
    { TRIMMER, { 0.2f, 0.17f }, .half = { 0.125f, 0.125f } },
    { PASSIVE, { -0.33f, 0.12f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .label = "103" },
    { PASSIVE, { -0.33f, 0.28f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .tint = 0xA58A62 },
    { PASSIVE, { -0.12f, -0.1f }, .half = { 0.042f, 0.024f }, .label = "103" },
    { PASSIVE, { 0.06f, -0.1f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { PASSIVE, { -0.17f, 0.38f }, .half = { 0.042f, 0.024f }, .label = "102" },
    { PASSIVE, { 0.02f, 0.38f }, .half = { 0.042f, 0.024f }, .label = "151" },
    { CHIP_LAMP, { 0.2f, 0.42f }, { 0.042f, 0.028f }, .tint = 0xE89A8A },
    { CHIP_LAMP, { 0.35f, 0.42f }, { 0.042f, 0.028f }, .tint = 0xB8E0A0 },
    { LETTERS, { -0.32f, -0.25f }, .half = { 0, 0.06f }, .label = "M1C" },
    { LETTERS, { 0.31f, -0.25f }, .half = { 0, 0.05f }, .label = "C3" },
    { LETTERS, { 0.3f, 0.52f }, .half = { 0, 0.045f }, .label = "L1 L2" },
    { LETTERS, { -0.2f, 0.5f }, .half = { 0, 0.05f }, .label = "A G 5 D" },
    { PINS, { 0, 0.63f }, .half = { 0.2f, 0.3f }, .pins = 4 },
};
static const trace traces[] = {
    { { -0.15f, 0.55f }, { -0.22f, 0.42f }, 0 },   { { -0.05f, 0.55f }, { -0.02f, 0.42f }, 0 },
    { { 0.05f, 0.55f }, { 0.07f, 0.42f }, 0 },     { { 0.15f, 0.55f }, { 0.3f, 0.46f }, 0.016f },
    { { -0.08f, -0.27f }, { -0.17f, -0.12f }, 0 }, { { 0.08f, -0.27f }, { 0.11f, -0.12f }, 0 },
    { { -0.16f, -0.06f }, { -0.25f, 0.07f }, 0 },  { { 0.02f, -0.06f }, { -0.09f, 0.08f }, 0 },
    { { 0.1f, -0.06f }, { 0.12f, 0.0f }, 0 },      { { -0.08f, 0.16f }, { 0.06f, 0.3f }, 0 },
    { { -0.08f, 0.24f }, { -0.04f, 0.34f }, 0 },   { { -0.26f, 0.24f }, { -0.3f, 0.34f }, 0 },
    { { -0.33f, 0.06f }, { -0.4f, -0.2f }, 0 },    { { 0.28f, 0.33f }, { 0.24f, 0.38f }, 0 },
    { { 0.38f, 0.36f }, { 0.4f, 0.0f }, 0.018f },  { { -0.33f, 0.34f }, { -0.38f, 0.6f }, 0.018f },
    { { 0.36f, -0.4f }, { 0.4f, -0.7f }, 0 },      { { -0.36f, -0.4f }, { -0.4f, -0.7f }, 0 },
};
static const fault faults[] = { BENT, MELTED, MISSING, PAINTED };
static const layout plan = { { 0.46f, 0.82f },
                             0x2A2D34,
                             0xA9A49A,
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
    { "scratch", mark_scratch, 1u << LAMINATE, { 0.06f, 0.16f }, { 0.8f, 1.3f }, 0xB8B4A4 },
    { 0 }
};
const mini_class class_pcb3 = {
    "minivisa-pcb3", flaws, { 0.05f, 0.03f, { 0.96f, 1.03f }, { 0.75f, 1.05f }, 0.5f, 1, 0.6f }, true, prepare, pixel
};
