/* shape.c: outlines put together from discs, boxes, bars and rings. Distances are exact near the edges that matter. */
#include "shape.h"
#include <math.h>
#include <stddef.h>

static const float PI = 3.14159265f;

static float circle(float x, float y, float radius)
{
    return sqrtf(x * x + y * y) - radius;
}

static float box(float x, float y, float half_width, float half_height)
{
    float dx = fabsf(x) - half_width, dy = fabsf(y) - half_height;
    float ox = fmaxf(dx, 0), oy = fmaxf(dy, 0);
    return sqrtf(ox * ox + oy * oy) + fminf(fmaxf(dx, dy), 0);
}

/* Bar with round ends from (ax, ay) to (bx, by). */
static float bar(float x, float y, float ax, float ay, float bx, float by, float radius)
{
    float px = x - ax, py = y - ay, dx = bx - ax, dy = by - ay;
    float t = fminf(fmaxf((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1);
    return circle(px - t * dx, py - t * dy, radius);
}

static float either(float a, float b)
{
    return fminf(a, b);
}

static float without(float a, float b)
{
    return fmaxf(a, -b);
}

/* Regular polygon of n sides; `inset` < 1 pulls the middles of the sides in: a star. */
static float polygon(float x, float y, int n, float inset)
{
    float sector = PI / (float)n, angle = fmodf(atan2f(x, -y) + 2 * PI, 2 * sector) - sector;
    float r = sqrtf(x * x + y * y), px = r * cosf(angle), py = r * fabsf(sinf(angle));
    float mx = cosf(sector) * inset, tx = cosf(sector), ty = sinf(sector);
    float ex = tx - mx, ey = ty, length = sqrtf(ex * ex + ey * ey);
    return ((px - mx) * ey - py * ex) / length;
}

static float disc(float x, float y)
{
    return circle(x, y, 1);
}

static float ring(float x, float y)
{
    return fabsf(circle(x, y, 0.72f)) - 0.26f;
}

static float star(float x, float y)
{
    return polygon(x, y, 5, 0.5f);
}

static float gear(float x, float y)
{
    float tooth = 0.09f * fminf(fmaxf(2.5f * sinf(10 * atan2f(y, x)), -1), 1);
    return without(0.8f * (circle(x, y, 0.86f) - tooth), circle(x, y, 0.3f));
}

static float square(float x, float y)
{
    return box(x, y, 0.72f, 0.72f) - 0.05f;
}

static float triangle(float x, float y)
{
    return polygon(x, y, 3, 1) - 0.05f;
}

static float hexagon(float x, float y)
{
    return polygon(x, y, 6, 1);
}

static float cross(float x, float y)
{
    return either(box(x, y, 0.95f, 0.3f), box(x, y, 0.3f, 0.95f));
}

static float heart(float x, float y)
{
    float ax = fabsf(x), lobes = circle(ax - 0.42f, y + 0.3f, 0.48f);
    float tip = fmaxf((ax + y * 0.9f - 0.66f) * 0.74f, -0.3f - y);
    return either(lobes, tip);
}

static float leaf(float x, float y)
{
    float blade = fmaxf(circle(x - 0.75f, y, 1.25f), circle(x + 0.75f, y, 1.25f));
    return either(blade, bar(x, y, 0, 0.8f, 0.1f, 1.15f, 0.05f));
}

static float cup(float x, float y)
{
    float body = fmaxf(fabsf(y) - 0.75f, fabsf(x + 0.15f) - 0.62f + 0.15f * y);
    float handle = fmaxf(fabsf(circle(x - 0.5f, y + 0.05f, 0.36f)) - 0.1f, 0.3f - x);
    return either(body, handle);
}

static float coin(float x, float y)
{
    float rim = without(circle(x, y, 1), fabsf(circle(x, y, 0.8f)) - 0.02f);
    return without(rim, fabsf(polygon(x * 2, y * 2, 5, 0.5f)) - 0.05f);
}

static float letter(float x, float y)
{
    float stem = box(x + 0.42f, y, 0.17f, 0.85f), bars = box(x - 0.05f, fabsf(y) - 0.68f, 0.6f, 0.17f);
    return either(stem, either(bars, box(x + 0.05f, y, 0.45f, 0.15f)));
}

static float arrow(float x, float y)
{
    float head = fmaxf((fabsf(x) - (y + 0.95f)) * 0.7071f, y + 0.15f);
    return either(head, box(x, y - 0.35f, 0.24f, 0.55f));
}

static float moon(float x, float y)
{
    return without(circle(x, y, 0.95f), circle(x - 0.45f, y + 0.1f, 0.75f));
}

static float flower(float x, float y)
{
    float petals = 0.75f * (circle(x, y, 0.72f) - 0.24f * cosf(6 * atan2f(y, x)));
    return without(petals, fabsf(circle(x, y, 0.24f)) - 0.03f);
}

static float fish(float x, float y)
{
    float body = fmaxf(circle(x + 0.2f, y - 0.55f, 0.95f), circle(x + 0.2f, y + 0.55f, 0.95f));
    float tail = fmaxf(fabsf(y) - 0.9f * (x - 0.35f), x - 0.95f) * 0.75f;
    return without(either(body, tail), circle(x + 0.65f, y + 0.08f, 0.07f));
}

static float key(float x, float y)
{
    float bow = fabsf(circle(x, y + 0.6f, 0.27f)) - 0.12f, shaft = box(x, y - 0.3f, 0.1f, 0.65f);
    float bits = either(box(x - 0.2f, y - 0.85f, 0.2f, 0.08f), box(x - 0.17f, y - 0.55f, 0.17f, 0.08f));
    return either(bow, either(shaft, bits));
}

static float wheel(float x, float y)
{
    float step = PI / 4, angle = fmodf(atan2f(y, x) + 2 * PI + step / 2, step) - step / 2, r = sqrtf(x * x + y * y);
    float spoke = fmaxf(fabsf(r * sinf(angle)) - 0.06f, r - 0.85f);
    return either(fabsf(r - 0.84f) - 0.14f, either(spoke, r - 0.22f));
}

static float plate(float x, float y)
{
    return without(circle(x, y, 1), fabsf(circle(x, y, 0.66f)) - 0.025f);
}

static float rod(float x, float y)
{
    return box(x, y, 0.18f, 0.98f) - 0.02f;
}

static float spiral(float x, float y)
{
    float r = sqrtf(x * x + y * y), turn = r / 0.36f - atan2f(y, x) / (2 * PI);
    float across = 0.36f * fabsf(turn - floorf(turn) - 0.5f) - 0.1f;
    return fmaxf(across, r - 0.98f);
}

static float button(float x, float y)
{
    float holes = circle(fabsf(x) - 0.22f, fabsf(y) - 0.22f, 0.11f);
    return without(without(circle(x, y, 0.95f), holes), fabsf(circle(x, y, 0.7f)) - 0.02f);
}

static float drop(float x, float y)
{
    float tip = fmaxf((fabsf(x) * 1.9f - (y + 1)) * 0.46f, y - 0.15f);
    return either(circle(x, y - 0.38f, 0.6f), tip);
}

static float house(float x, float y)
{
    float wall = box(x, y - 0.4f, 0.62f, 0.5f), roof = fmaxf((fabsf(x) - (y + 0.95f)) * 0.7071f, y + 0.1f);
    return without(either(wall, roof), box(x - 0.15f, y - 0.6f, 0.16f, 0.31f));
}

static float egg(float x, float y)
{
    float wide = 0.72f + 0.14f * y;
    return 0.8f * (sqrtf(x * x / (wide * wide) + y * y) - 1) * 0.9f;
}

static float bone(float x, float y)
{
    float ends = circle(fabsf(x) - 0.22f, fabsf(y) - 0.72f, 0.27f);
    return either(ends, box(x, y, 0.15f, 0.75f));
}

static float spoon(float x, float y)
{
    float bowl = 0.36f * (sqrtf(x * x / 0.13f + (y + 0.6f) * (y + 0.6f) / 0.16f) - 1);
    return either(bowl, bar(x, y, 0, -0.25f, 0, 0.95f, 0.09f));
}

static float ladder(float x, float y)
{
    float rung = fmodf(y + 4.15f, 0.42f) - 0.21f;
    float rungs = fmaxf(fabsf(rung) - 0.06f, fmaxf(fabsf(x) - 0.4f, fabsf(y) - 0.95f));
    return either(box(fabsf(x) - 0.42f, y, 0.09f, 0.98f), rungs);
}

static float tree(float x, float y)
{
    float low = fmaxf((fabsf(x) - 0.8f * (y + 0.55f)) * 0.78f, y - 0.5f);
    float high = fmaxf((fabsf(x) - 0.8f * (y + 1)) * 0.78f, y + 0.15f);
    return either(either(low, high), box(x, y - 0.7f, 0.14f, 0.28f));
}

static float mushroom(float x, float y)
{
    float cap = fmaxf(circle(x, y - 0.05f, 0.9f), y - 0.05f);
    return either(cap, box(x, y - 0.4f, 0.24f, 0.45f) - 0.04f);
}

static float bow(float x, float y)
{
    float wings = fmaxf(fabsf(y) - 0.12f - 0.5f * fabsf(x), fabsf(x) - 0.9f) * 0.85f;
    return without(either(wings, circle(x, y, 0.24f)), fabsf(circle(x, y, 0.26f)) - 0.02f);
}

static float frame(float x, float y)
{
    return without(box(x, y, 0.78f, 0.9f), box(x, y, 0.5f, 0.62f));
}

const shape shapes[] = {
    { "disc", "discs", disc },
    { "ring", "rings", ring },
    { "star", "stars", star },
    { "gear", "gears", gear },
    { "square", "squares", square },
    { "triangle", "triangles", triangle },
    { "hexagon", "hexagons", hexagon },
    { "cross", "crosses", cross },
    { "heart", "hearts", heart },
    { "leaf", "leaves", leaf },
    { "cup", "cups", cup },
    { "coin", "coins", coin },
    { "letter", "letters", letter },
    { "arrow", "arrows", arrow },
    { "moon", "moons", moon },
    { "flower", "flowers", flower },
    { "fish", "fishes", fish },
    { "key", "keys", key },
    { "wheel", "wheels", wheel },
    { "plate", "plates", plate },
    { "rod", "rods", rod },
    { "spiral", "spirals", spiral },
    { "button", "buttons", button },
    { "drop", "drops", drop },
    { "house", "houses", house },
    { "egg", "eggs", egg },
    { "bone", "bones", bone },
    { "spoon", "spoons", spoon },
    { "ladder", "ladders", ladder },
    { "tree", "trees", tree },
    { "mushroom", "mushrooms", mushroom },
    { "bow", "bows", bow },
    { "frame", "frames", frame },
    { NULL, NULL, NULL },
};

int shape_count(void)
{
    int n = 0;
    while (shapes[n].name)
        n++;
    return n;
}
