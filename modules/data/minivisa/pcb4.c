/* PCB 4: a green controller board, crowded: a large chip, two rows of pads, capacitors, a socket, screw terminals. */
#include "board.h"

static const piece pieces[] = {
    { MOUNT, { -0.8f, -0.56f }, .half = { 0.045f, 0.045f } },
    { MOUNT, { 0.8f, -0.56f }, .half = { 0.045f, 0.045f } },
    { MOUNT, { -0.8f, 0.56f }, .half = { 0.045f, 0.045f } },
    { MOUNT, { 0.8f, 0.56f }, .half = { 0.045f, 0.045f } },
    { HOLES, { 0.02f, -0.58f }, .half = { 0.6f, 0.04f }, .pins = 12, .tint = 0xC8C6BC },
    { HOLES, { 0.02f, 0.58f }, .half = { 0.6f, 0.04f }, .pins = 12 },
    { SOCKET, { -0.78f, 0.02f }, .half = { 0.16f, 0.17f } },
    { TERMINAL, { 0.76f, 0.03f }, .half = { 0.27f, 0.12f }, .turn = 1.571f, .pins = 3 },
    { CHIP4, { 0.06f, 0.06f }, .half = { 0.185f, 0.185f }, .pins = 9, .label = "MEGA8" },
    { CRYSTAL, { -0.36f, 0.22f }, .half = { 0.12f, 0.046f }, .turn = 1.571f, .label = "16 0" },
    { CAN, { -0.56f, -0.36f }, .half = { 0.105f, 0.105f } },
    { CAN, { -0.56f, 0.36f }, .half = { 0.105f, 0.105f }, .turn = 3.1416f },
    { CHIP2, { -0.2f, -0.32f }, .half = { 0.065f, 0.1f }, .pins = 4, .label = "7805" },
    { CHIP2, { 0.5f, -0.33f }, .half = { 0.065f, 0.1f }, .pins = 4, .turn = 1.571f, .label = "4051" },
    { PASSIVE, { 0.02f, -0.4f }, .half = { 0.042f, 0.024f }, .label = "103" },
    { PASSIVE, { 0.02f, -0.3f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { PASSIVE, { 0.2f, -0.4f }, .half = { 0.042f, 0.024f }, .label = "472" },
    { PASSIVE, { 0.2f, -0.3f }, .half = { 0.042f, 0.024f }, .tint = 0xA58A62 },
    { PASSIVE, { -0.25f, 0.14f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .tint = 0xA58A62 },
    { PASSIVE, { -0.25f, 0.32f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .tint = 0xA58A62 },
    { PASSIVE, { 0.42f, 0.1f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .label = "102" },
    { PASSIVE, { 0.52f, 0.1f }, .half = { 0.042f, 0.024f }, .turn = 1.571f, .label = "102" },
    { PASSIVE, { 0.42f, 0.3f }, .half = { 0.042f, 0.024f }, .turn = 1.571f },
    { PASSIVE, { 0.52f, 0.3f }, .half = { 0.042f, 0.024f }, .turn = 1.571f },
    { PASSIVE, { 0.0f, 0.41f }, .half = { 0.042f, 0.024f }, .label = "151" },
    { CHIP_LAMP, { 0.2f, 0.41f }, { 0.042f, 0.028f }, .tint = 0xE89A8A },
    { CHIP_LAMP, { -0.34f, -0.05f }, { 0.042f, 0.028f }, .tint = 0xB8E0A0 },
    { LETTERS, { -0.56f, -0.36f }, .half = { 0.13f, 0.13f } },
    { LETTERS, { -0.56f, 0.36f }, .half = { 0.13f, 0.13f } },
    { LETTERS, { 0.06f, -0.48f }, .half = { 0, 0.04f }, .label = "3 4 5 6 7 8" },
    { LETTERS, { 0.06f, 0.48f }, .half = { 0, 0.04f }, .label = "A0 A1 A2" },
    { LETTERS, { -0.38f, -0.14f }, .half = { 0, 0.042f }, .label = "R1" },
    { LETTERS, { 0.64f, -0.48f }, .half = { 0, 0.05f }, .label = "C4" },
};
static const trace traces[] = {
    { { -0.53f, -0.54f }, { -0.4f, -0.4f }, 0 },
    { { -0.33f, -0.54f }, { -0.29f, -0.4f }, 0 },
    { { -0.13f, -0.54f }, { -0.1f, -0.4f }, 0 },
    { { 0.07f, -0.54f }, { 0.1f, -0.35f }, 0 },
    { { 0.27f, -0.54f }, { 0.3f, -0.36f }, 0 },
    { { 0.47f, -0.54f }, { 0.4f, -0.42f }, 0 },
    { { -0.02f, -0.26f }, { 0, -0.17f }, 0 },
    { { 0.08f, -0.26f }, { 0.06f, -0.17f }, 0 },
    { { 0.16f, -0.26f }, { 0.12f, -0.17f }, 0 },
    { { 0.26f, -0.26f }, { 0.2f, -0.17f }, 0 },
    { { -0.6f, -0.06f }, { -0.42f, -0.05f }, 0.018f },
    { { -0.28f, -0.05f }, { -0.17f, -0.02f }, 0 },
    { { -0.6f, 0.04f }, { -0.17f, 0.06f }, 0 },
    { { -0.6f, 0.1f }, { -0.36f, 0.12f }, 0 },
    { { -0.42f, -0.26f }, { -0.3f, -0.24f }, 0.02f },
    { { -0.2f, -0.2f }, { -0.14f, -0.1f }, 0.016f },
    { { 0.29f, 0 }, { 0.4f, 0.03f }, 0 },
    { { 0.29f, 0.1f }, { 0.38f, 0.19f }, 0 },
    { { 0.29f, -0.06f }, { 0.5f, -0.22f }, 0 },
    { { 0.47f, 0.2f }, { 0.6f, 0.22f }, 0.018f },
    { { 0.57f, 0.03f }, { 0.64f, 0.0f }, 0.018f },
    { { 0.56f, -0.25f }, { 0.66f, -0.18f }, 0.018f },
    { { -0.02f, 0.29f }, { -0.05f, 0.38f }, 0 },
    { { 0.1f, 0.29f }, { 0.14f, 0.38f }, 0 },
    { { -0.43f, 0.54f }, { -0.4f, 0.42f }, 0 },
    { { -0.23f, 0.54f }, { -0.16f, 0.38f }, 0 },
    { { 0.17f, 0.54f }, { 0.26f, 0.44f }, 0 },
    { { 0.37f, 0.54f }, { 0.42f, 0.38f }, 0 },
    { { 0.47f, 0.54f }, { 0.54f, 0.38f }, 0 },
    { { -0.24f, 0.3f }, { -0.2f, 0.38f }, 0 },
    { { -0.7f, -0.4f }, { -0.62f, -0.2f }, 0.02f },
    { { -0.7f, 0.42f }, { -0.62f, 0.26f }, 0.02f },
};
static const fault faults[] = { PAINTED, PAINTED, EXTRA, MISSING, WRONG_PLACE };
static const layout plan = {
    { 0.9f, 0.66f }, 0x1F6A3E, 0xD2D2CE, pieces, sizeof pieces / sizeof *pieces, traces, sizeof traces / sizeof *traces,
    faults
};

static void prepare(void *model, stream *random, flaw *f)
{
    board_prepare(model, &plan, random, f);
}
static void pixel(const void *model, spot p, surface *s)
{
    board_pixel(model, p, s);
}

enum { ON_BOARD = 1u << LAMINATE | 1u << METAL | 1u << BODY };
static const flaw_kind flaws[] = { { "burnt", mark_burn, ON_BOARD, { 0.04f, 0.1f }, { 0.7f, 1.1f }, 0x17120E },
                                   { "dirt", mark_debris, ON_BOARD, { 0.015f, 0.04f }, { 0.6f, 1 }, 0x7A6A4E },
                                   { "extra", NULL, 0, { 0.03f, 0.06f }, { 1, 1 }, 0 },
                                   { "missing", NULL, 0, { 0.1f, 0.11f }, { 1, 1 }, 0 },
                                   { "wrong_place", NULL, 0, { 0.04f, 0.09f }, { 1, 1 }, 0 },
                                   { 0 } };
const mini_class class_pcb4 = {
    "minivisa-pcb4", flaws, { 0.05f, 0.03f, { 0.96f, 1.03f }, { 0.75f, 1.05f }, 0.5f, 1, 0.6f }, true, prepare, pixel
};
