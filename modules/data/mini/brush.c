#include "brush.h"

static bool lies_on(const canvas *c, int i, int j, unsigned parts)
{
    return i >= 0 && j >= 0 && i < SIDE && j < SIDE && (parts >> c->at[j * SIDE + i].part & 1u);
}

/* A pixel of the parts with others of them around it, if one is found. */
static point place_choose(const canvas *c, unsigned parts, stream *random)
{
    point best = { SIDE / 2.0f, SIDE / 2.0f };
    int most = -1;
    for (int k = 0; k < 4000 && most < 4; k++) {
        int i = 8 + draw_below(random, SIDE - 16), j = 8 + draw_below(random, SIDE - 16);
        if (!lies_on(c, i, j, parts))
            continue;
        int near = lies_on(c, i - 4, j, parts) + lies_on(c, i + 4, j, parts) + lies_on(c, i, j - 4, parts) +
                   lies_on(c, i, j + 4, parts);
        if (near > most) {
            most = near;
            best = (point){ (float)i + 0.5f, (float)j + 0.5f };
        }
        if (k > 2000 && most >= 0)
            break;
    }
    return best;
}

static float level_at(const canvas *c, point at)
{
    float sum = 0;
    for (int j = -6; j <= 6; j += 3)
        for (int i = -6; i <= 6; i += 3)
            sum += c->at[(int)clamp(at.y + (float)j, 0, SIDE - 1) * SIDE + (int)clamp(at.x + (float)i, 0, SIDE - 1)]
                       .height;
    return sum / 25;
}

colour tint_vary(colour c, float hue, stream *random)
{
    float level = draw_between(random, 0.75f, 1.2f);
    c.r *= level * (1 + draw_between(random, -hue, hue));
    c.g *= level * (1 + draw_between(random, -hue, hue));
    c.b *= level * (1 + draw_between(random, -hue, hue));
    return c;
}

brush brush_begin(canvas *c, const flaw *f, stream *random)
{
    brush b = { .canvas = c, .flaw = f, .pixel = 1 / c->unit, .strength = f->strength };
    b.centre = place_choose(c, f->kind->parts, random);
    b.level = level_at(c, b.centre);
    b.radius = f->size * c->unit;
    b.angle = draw_between(random, -PI, PI);
    b.width = 0.8f;
    b.tint = tint(f->kind->tint);
    b.tint = tint_vary(b.tint, 0.07f, random);
    b.salt = draw_bits(random);
    return b;
}

point brush_walk(brush *b, stream *random, point from, float angle, float length, float bend, float jag)
{
    if (b->paths == PATHS)
        return from;
    int n = PATH_POINTS;
    float curve = bend * draw_normal(random) / (float)n, turning = curve * draw_normal(random) * 0.3f;
    point *path = b->path[b->paths];
    for (int i = 0; i < n; i++) {
        path[i] = from;
        float heading = angle + jag * draw_normal(random), step = length / (float)(n - 1);
        step *= jag > 0 ? draw_between(random, 0.6f, 1.4f) : 1;
        from.x += step * cosf(heading);
        from.y += step * sinf(heading);
        angle += curve;
        curve += turning;
    }
    b->points[b->paths++] = n;
    return path[n - 1];
}

void brush_line(brush *b, stream *random, float bend, float jag)
{
    float cosine = cosf(b->angle), sine = sinf(b->angle);
    brush_walk(b, random, (point){ -b->radius * cosine, -b->radius * sine }, b->angle, 2 * b->radius, bend, jag);
}

void brush_sweep(const brush *b, float reach, touch *change)
{
    int left = (int)(b->centre.x - reach), right = (int)(b->centre.x + reach) + 1;
    int top = (int)(b->centre.y - reach), bottom = (int)(b->centre.y + reach) + 1;
    for (int j = top > 0 ? top : 0; j <= bottom && j < SIDE; j++)
        for (int i = left > 0 ? left : 0; i <= right && i < SIDE; i++)
            if (b->loose || lies_on(b->canvas, i, j, b->flaw->kind->parts))
                change(b, (float)i + 0.5f - b->centre.x, (float)j + 0.5f - b->centre.y, &b->canvas->at[j * SIDE + i]);
}

float brush_distance(const brush *b, float x, float y)
{
    float nearest = 1e9f;
    for (int i = 0; i < b->paths; i++) {
        float d = distance_path(x, y, b->path[i], b->points[i]);
        nearest = d < nearest ? d : nearest;
    }
    return nearest;
}

float brush_blob(const brush *b, float x, float y, float uneven, float soft)
{
    float r = length(x, y) / b->radius, scale = 1.3f / b->radius;
    float edge = 1 + uneven * noise_fractal(x * scale + 7, y * scale, 3, b->salt);
    return ramp(edge + soft, edge - soft, r);
}
