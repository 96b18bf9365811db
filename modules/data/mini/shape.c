#include "shape.h"

#include <stddef.h>
#include <string.h>

float distance_path(float x, float y, const point *path, int n)
{
    float nearest = 1e9f;
    for (int i = 0; i + 1 < n; i++) {
        float d = distance_segment(x, y, path[i], path[i + 1]);
        nearest = d < nearest ? d : nearest;
    }
    return nearest;
}

/* The letter, then its strokes: column and row of both ends on a grid of 3 columns and 5 rows. */
static const char *const glyphs[] = { "A041010240323",
                                      "B00040010102121120212122323140414",
                                      "C200000040424",
                                      "D000400101021212323140414",
                                      "E2000000404240212",
                                      "F000400200212",
                                      "G20000004042424222212",
                                      "H000420240222",
                                      "L00040424",
                                      "M0004001212202024",
                                      "N000400242420",
                                      "R00040020202222021224",
                                      "S20000002022222242404",
                                      "T00201014",
                                      "X00242004",
                                      "00020202424040400",
                                      "101101014",
                                      "200202022220202040424",
                                      "30020202424040222",
                                      "4000202222024",
                                      "520000002022222242404",
                                      "620000004042424222202",
                                      "700202014",
                                      "800202024240404000222",
                                      "922020200002020242404" };

static float distance_glyph(float x, float y, char letter)
{
    float nearest = 1;
    size_t g = 0, count = sizeof glyphs / sizeof *glyphs;
    while (g < count && glyphs[g][0] != letter)
        g++;
    for (const char *s = g < count ? glyphs[g] + 1 : ""; *s; s += 4) {
        point a = { (float)(s[0] - '0') * 0.3f, (float)(s[1] - '0') * 0.25f };
        point b = { (float)(s[2] - '0') * 0.3f, (float)(s[3] - '0') * 0.25f };
        float d = distance_segment(x, y, a, b);
        nearest = d < nearest ? d : nearest;
    }
    return nearest;
}

float distance_text(float x, float y, const char *text)
{
    int n = (int)strlen(text);
    float left = x + 0.425f * (float)n - 0.125f;
    if (fabsf(y) > 0.8f || left < -0.3f || left > 0.85f * (float)n + 0.1f)
        return 1;
    int i = (int)clamp((left + 0.125f) / 0.85f, 0, (float)(n - 1));
    return distance_glyph(left - 0.85f * (float)i, y + 0.5f, text[i]);
}
