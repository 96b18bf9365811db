#include "metrics_draw.h"

#include <math.h>

enum { DRAWN_GRID = 41 };
#define DRAWN_GOLDEN UINT64_C(0x9E3779B97F4A7C15)

enum map_kind {
    MAP_SMOOTH,
    MAP_WHITE,
    MAP_LEVELS,
    MAP_EQUAL,
    MAP_NEIGHBOURS,
    MAP_SPARSE,
    MAP_OUTLIERS,
    MAP_SIGNED,
    MAP_RAMP,
    MAP_PERFECT,
    MAP_QUANTISED,
    MAP_KINDS
};

enum mask_kind {
    MASK_ONE,
    MASK_RECTANGLES,
    MASK_ELLIPSES,
    MASK_NOISE,
    MASK_DIAGONALS,
    MASK_CHECKER,
    MASK_FULL,
    MASK_RINGS,
    MASK_SERPENT,
    MASK_COMB,
    MASK_ALL_BUT_ONE,
    MASK_DOTS,
    MASK_KINDS
};

enum case_stream { OF_CASE, OF_PICTURES, OF_CLASSES, OF_SCORES, OF_LABELS };

enum picture_stream { OF_PICTURE, OF_GRID, OF_PIXEL, OF_RAISE, OF_RIM, OF_SPECKLE };

typedef struct draws { /* small whole numbers, one after another */
    int number, stream, index;
} draws;

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t drawn_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static uint64_t drawn_word(int number, int stream, int index)
{
    uint64_t key = drawn_mix((uint64_t)number * DRAWN_GOLDEN + (uint64_t)stream + 1);
    return drawn_mix(key + ((uint64_t)index + 1) * DRAWN_GOLDEN);
}

static int word_below(uint64_t word, int n)
{
    return (int)((word >> 32) * (uint64_t)n >> 32);
}

static int draw_below(draws *d, int n)
{
    return word_below(drawn_word(d->number, d->stream, d->index++), n);
}

static bool has_presets(const drawn_case *c)
{
    return c->number % 4 == 2;
}

int drawn_pixels(const drawn_case *c)
{
    return c->pictures * c->height * c->width;
}

static void set_shape(drawn_case *c, draws *d, int pictures, int some, int least, int more)
{
    c->pictures = pictures + (some > 1 ? draw_below(d, some) : 0);
    c->height = least + draw_below(d, more);
    c->width = least + draw_below(d, more);
}

/* Small, middling, large enough for every pooling, or large. */
static void draw_shape(drawn_case *c, draws *d)
{
    int kind = c->number % 8;
    if (kind == 6)
        set_shape(c, d, 4, 9, 57, 24);
    else if (c->number % 64 == 7)
        set_shape(c, d, 2, 1, 200, 101);
    else if (kind == 4 || kind == 5 || kind == 7)
        set_shape(c, d, 2, 10, 20, 45);
    else
        set_shape(c, d, 1, 24, 1, 24);
}

static void draw_settings(drawn_case *c, draws *d)
{
    static const int precisions[] = { 2, 4, 8 };
    draw_shape(c, d);
    c->precision = precisions[draw_below(d, 3)];
    if (c->height >= 200 && c->precision == 8)
        c->precision = 4;
    c->map_kind = draw_below(d, MAP_KINDS);
    c->whole = draw_below(d, 1000);
    c->exponent = c->precision == 2 ? draw_below(d, 25) - 24 : draw_below(d, 41) - 20;
    c->grey = draw_below(d, 4) == 0;
    c->scored = draw_below(d, 3) == 0;
    c->labelled = draw_below(d, 2) == 0;
    c->connectivity = draw_below(d, 3) == 0 ? 4 : 8;
    c->texts = draw_below(d, 2) == 0;
    c->deflated = draw_below(d, 4) == 0;
    c->ones = draw_below(d, 2) == 0;
    c->class_count = 1 + draw_below(d, c->pictures / 5 < 3 ? 1 + c->pictures / 5 : 4);
}

/* ---- masks ---- */

static void fill_rectangle(const drawn_case *c, draws *d, uint8_t *mask)
{
    int top = draw_below(d, c->height), left = draw_below(d, c->width);
    int bottom = top + 1 + draw_below(d, c->height - top), right = left + 1 + draw_below(d, c->width - left);
    for (int y = top; y < bottom; y++)
        memset(mask + y * c->width + left, 255, (size_t)(right - left));
}

static void fill_ellipse(const drawn_case *c, draws *d, uint8_t *mask)
{
    int cy = draw_below(d, c->height), cx = draw_below(d, c->width);
    int ry = 1 + draw_below(d, 1 + c->height / 3), rx = 1 + draw_below(d, 1 + c->width / 3);
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            int64_t dx = (int64_t)(x - cx) * ry, dy = (int64_t)(y - cy) * rx, radius = (int64_t)rx * ry;
            if (dx * dx + dy * dy <= radius * radius)
                mask[y * c->width + x] = 255;
        }
}

/* Whether pixel (y, x) is of a defect; a and b are what was drawn for the kind. */
static bool in_pattern(const drawn_case *c, int kind, int stream, int y, int x, int a, int b)
{
    switch (kind) {
    case MASK_ONE:
        return y == a && x == b;
    case MASK_ALL_BUT_ONE:
        return y != a || x != b;
    case MASK_NOISE:
        return word_below(drawn_word(c->number, stream + OF_SPECKLE, y * c->width + x), 10) < 1 + a;
    case MASK_DIAGONALS:
        return (x + (a ? c->height - 1 - y : y)) % (2 + b) == 0;
    case MASK_CHECKER:
        return (x + y) % 2 == 0;
    case MASK_RINGS:
        return (abs(x - b) > abs(y - a) ? abs(x - b) : abs(y - a)) % 4 == 0;
    case MASK_SERPENT:
        return y % 2 == 0 || x == (y % 4 == 1 ? c->width - 1 : 0);
    case MASK_COMB:
        return y == c->height - 1 || x % 2 == 0;
    case MASK_DOTS:
        return x % 2 == 0 && y % 2 == 0;
    default:
        return true;
    }
}

static void fill_pattern(const drawn_case *c, draws *d, int kind, int stream, uint8_t *mask)
{
    int a = 0, b = 0;
    if (kind == MASK_ONE || kind == MASK_ALL_BUT_ONE || kind == MASK_RINGS) {
        a = draw_below(d, c->height);
        b = draw_below(d, c->width);
    } else if (kind == MASK_NOISE) {
        a = draw_below(d, 5);
    } else if (kind == MASK_DIAGONALS) {
        a = draw_below(d, 2);
        b = draw_below(d, 6);
    }
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++)
            mask[y * c->width + x] = in_pattern(c, kind, stream, y, x, a, b) ? 255 : 0;
}

/* A pixel in eight is only partly of a defect: less than half of a good one, more of a defective one. */
static void fill_rims(const drawn_case *c, int stream, uint8_t *mask)
{
    for (int i = 0; i < c->height * c->width; i++) {
        uint64_t word = drawn_word(c->number, stream + OF_RIM, i);
        if (word_below(word, 8) == 0)
            mask[i] = (uint8_t)((mask[i] ? 128 : 1) + (int)(word & 63));
    }
}

static void draw_mask(const drawn_case *c, int picture, uint8_t *mask)
{
    int stream = 16 + 16 * picture;
    draws d = { c->number, stream + OF_PICTURE, 0 };
    bool good = draw_below(&d, 5) < 2;
    int kind = draw_below(&d, MASK_KINDS);
    memset(mask, 0, (size_t)c->height * (size_t)c->width);
    if (!good && (kind == MASK_RECTANGLES || kind == MASK_ELLIPSES))
        for (int left = 1 + draw_below(&d, 3); left > 0; left--)
            (kind == MASK_RECTANGLES ? fill_rectangle : fill_ellipse)(c, &d, mask);
    else if (!good)
        fill_pattern(c, &d, kind, stream, mask);
    if (c->grey)
        fill_rims(c, stream, mask);
}

static void draw_masks(drawn_case *c)
{
    int greatest = 0, pixels = drawn_pixels(c);
    for (int p = 0; p < c->pictures; p++)
        draw_mask(c, p, c->masks + p * c->height * c->width);
    for (int i = 0; i < pixels; i++)
        greatest = c->masks[i] > greatest ? c->masks[i] : greatest;
    for (int i = 0; i < pixels && greatest != 255; i++)
        c->masks[i] = c->masks[i] >= 128 ? 255 : 0;
}

/* ---- maps ---- */

typedef struct drawn_score { /* number * 2^(case's exponent + power), or minus that */
    int64_t number;
    int bits; /* of number, at most; 0: it fits any precision */
    int power;
    bool minus;
} drawn_score;

static int64_t smooth_at(const drawn_case *c, int stream, int y, int x)
{
    int64_t corner[4], fy = y % 8, fx = x % 8;
    for (int k = 0; k < 4; k++) {
        int at = (y / 8 + k / 2) * DRAWN_GRID + x / 8 + k % 2;
        corner[k] = (int64_t)(drawn_word(c->number, stream + OF_GRID, at) >> 56);
    }
    return (8 - fy) * ((8 - fx) * corner[0] + fx * corner[1]) + fy * ((8 - fx) * corner[2] + fx * corner[3]);
}

static drawn_score widen(const drawn_case *c, int64_t number, int64_t low)
{
    return c->precision == 8 ? (drawn_score){ number * (1 << 20) + low, 44, 0, false }
                             : (drawn_score){ number, 24, 0, false };
}

static drawn_score neighbour(const drawn_case *c, uint64_t word, int lift)
{
    int bits = c->precision == 2 ? 11 : c->precision == 4 ? 24 : has_presets(c) ? 30 : 53;
    return (drawn_score){ (INT64_C(1) << (bits - 1)) + word_below(word, 9) + lift / 3, bits, 0, false };
}

static drawn_score outlier(const drawn_case *c, uint64_t word, int64_t low)
{
    bool far = word_below(word, 20) == 0, wide = far && c->precision > 2;
    return (drawn_score){ wide ? low : 1000 + low % 999, 0, wide ? (int)(word >> 26 & 63) : 0,
                          far && (word >> 24 & 1) };
}

static drawn_score draw_score(const drawn_case *c, int picture, int y, int x, bool defect)
{
    int stream = 16 + 16 * picture, at = y * c->width + x;
    uint64_t word = drawn_word(c->number, stream + OF_PIXEL, at);
    int64_t low = (int64_t)(word & 0xFFFFF), v;
    int lift = defect ? draw_below(&(draws){ c->number, stream + OF_RAISE, 0 }, 8) : 0;
    switch (c->map_kind) {
    case MAP_SMOOTH:
        v = smooth_at(c, stream, y, x);
        return widen(c, v * v / 32 + lift * (1 << 18), low);
    case MAP_QUANTISED:
        return (drawn_score){ smooth_at(c, stream, y, x) / 256 + 8 * lift, 7, 0, false };
    case MAP_WHITE:
        return widen(c, (int64_t)(word >> 41) + lift * (1 << 20), low);
    case MAP_LEVELS:
        return (drawn_score){ word_below(word, 4) + (lift > 3), 3, 0, false };
    case MAP_EQUAL:
        return (drawn_score){ c->whole, 10, 0, false };
    case MAP_NEIGHBOURS:
        return neighbour(c, word, lift);
    case MAP_SPARSE:
        return (drawn_score){ word_below(word, 16) < 1 + lift / 2 ? 1 + low / 1024 : 0, 11, 0, false };
    case MAP_OUTLIERS:
        return outlier(c, word, low);
    case MAP_SIGNED:
        return (drawn_score){ low / 512, 11, 0, (word >> 24 & 3) < 2 && lift < 4 };
    case MAP_RAMP:
        return (drawn_score){ (at + 37 * picture) % 101, 7, 0, false };
    default:
        return (drawn_score){ c->whole % 2 ? defect : !defect, 1, 0, false };
    }
}

static void draw_maps(drawn_case *c)
{
    bool bounded = c->map_kind == MAP_OUTLIERS || c->map_kind == MAP_EQUAL || c->map_kind == MAP_NEIGHBOURS;
    int exponent = c->precision == 2 && bounded && c->exponent > 4 ? 4 : c->exponent, area = c->height * c->width;
    for (int i = 0; i < drawn_pixels(c); i++) {
        int at = i % area;
        drawn_score s = draw_score(c, i / area, at / c->width, at % c->width, c->masks[i] >= 128);
        if (c->precision == 2 && s.bits > 11)
            s.number >>= s.bits - 11;
        double value = ldexp((double)s.number, exponent + s.power);
        c->maps[i] = s.minus ? -value : value;
    }
}

/* ---- all of it ---- */

static void draw_pictures(drawn_case *c)
{
    draws score = { c->number, OF_SCORES, 0 }, label = { c->number, OF_LABELS, 0 },
          class = { c->number, OF_CLASSES, 0 };
    int area = c->height * c->width;
    for (int p = 0; p < c->pictures; p++) {
        bool masked = false;
        for (int i = p * area; i < (p + 1) * area; i++)
            masked |= c->masks[i] > 127;
        c->scores[p] = (draw_below(&score, 6) + masked) / 4.0;
        c->labels[p] = masked ^ (draw_below(&label, 8) == 0);
        c->classes[p] = draw_below(&class, c->class_count);
    }
}

void draw_case(drawn_case *c, int number)
{
    draws d = { number, OF_CASE, 0 };
    c->number = number;
    draw_settings(c, &d);
    draw_masks(c);
    draw_maps(c);
    draw_pictures(c);
}

uint32_t drawn_sum(const drawn_case *c)
{
    uint64_t maps = 0, masks = 0;
    for (int i = 0; i < drawn_pixels(c); i++) {
        uint64_t bits, odd = 2 * (uint64_t)i + 1;
        double value = c->maps[i] + 0.0; /* -0 becomes +0 */
        memcpy(&bits, &value, sizeof bits);
        maps += (bits ^ (bits >> 29)) * odd;
        masks += c->masks[i] * odd;
    }
    return (uint32_t)(drawn_mix(maps + masks * DRAWN_GOLDEN) >> 32);
}
