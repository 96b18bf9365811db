#include "camera.h"

enum { HALF = SIDE / 2, STEPS = 12 };

typedef struct lamp {
    float x, y, z;    /* towards the lamp, unit length */
    float hx, hy, hz; /* halfway to the viewer */
    float ambient, shadow;
    int path_x[STEPS], path_y[STEPS]; /* towards the lamp, in half-size pixels */
    float rise;                       /* of a ray to the lamp, pixels a step */
} lamp;

typedef struct sensor {
    float gain[3], vignette, falloff_x, falloff_y, blur, read, shot;
    point centre;
    uint32_t salt;
} sensor;

static lamp lamp_draw(const studio *s, float vary, stream *random)
{
    lamp l = { .ambient = clamp(s->ambient + vary * draw_between(random, -0.08f, 0.08f), 0.1f, 0.95f) };
    float elevation = draw_between(random, s->elevation[0], s->elevation[1]);
    float azimuth =
        -2.2f + vary * draw_between(random, -0.5f, 0.5f); /* from the upper left, as most people set it up */
    l.x = cosf(elevation) * cosf(azimuth);
    l.y = cosf(elevation) * sinf(azimuth);
    l.z = sinf(elevation);
    float n = sqrtf(l.x * l.x + l.y * l.y + (l.z + 1) * (l.z + 1));
    l.hx = l.x / n;
    l.hy = l.y / n;
    l.hz = (l.z + 1) / n;
    l.shadow = s->shadow * (0.925f + vary * draw_between(random, -0.175f, 0.175f));
    const float step = 1.6f;
    for (int k = 0; k < STEPS; k++) {
        l.path_x[k] = (int)lrintf((float)(k + 1) * step * cosf(azimuth));
        l.path_y[k] = (int)lrintf((float)(k + 1) * step * sinf(azimuth));
    }
    l.rise = 2 * step * tanf(elevation);
    return l;
}

static sensor sensor_draw(const studio *s, float vary, stream *random)
{
    float light = s->light * (0.99f + vary * draw_between(random, -0.11f, 0.11f));
    float warmth = vary * 0.025f * draw_normal(random);
    sensor c = { .gain = { light * (1 + clamp(warmth, -0.06f, 0.06f)), light,
                           light * (1 - clamp(warmth, -0.06f, 0.06f)) } };
    c.vignette = 0.08f + vary * draw_between(random, -0.06f, 0.06f);
    c.falloff_x = vary * draw_between(random, -0.07f, 0.07f);
    c.falloff_y = vary * draw_between(random, -0.07f, 0.07f);
    c.centre = (point){ vary * draw_between(random, -0.2f, 0.2f), vary * draw_between(random, -0.2f, 0.2f) };
    c.blur = draw_between(random, 0.06f, 0.2f);
    c.read = draw_between(random, 0.6f, 1.5f);
    c.shot = draw_between(random, 0.4f, 1.4f);
    c.salt = draw_bits(random);
    return c;
}

/* Halves the height map, in pixels. */
static void heights_halve(const surface *at, float unit, float *half)
{
    for (int j = 0; j < HALF; j++)
        for (int i = 0; i < HALF; i++) {
            const surface *s = &at[2 * j * SIDE + 2 * i];
            half[j * HALF + i] = 0.25f * unit * (s[0].height + s[1].height + s[SIDE].height + s[SIDE + 1].height);
        }
}

static void box_blur_line(const float *in, float *out, int step, int radius)
{
    float sum = 0;
    for (int i = -radius; i <= radius; i++)
        sum += in[(i < 0 ? 0 : i) * step];
    for (int i = 0; i < HALF; i++) {
        out[i * step] = sum / (float)(2 * radius + 1);
        int next = i + radius + 1, last = i - radius;
        sum += in[(next < HALF ? next : HALF - 1) * step] - in[(last > 0 ? last : 0) * step];
    }
}

static void box_blur(float *plane, float *other, int radius)
{
    for (int j = 0; j < HALF; j++)
        box_blur_line(plane + j * HALF, other + j * HALF, 1, radius);
    for (int i = 0; i < HALF; i++)
        box_blur_line(other + i, plane + i, HALF, radius);
}

/* How much of the lamp a place sees, by walking towards it through the (half-size) heights. */
static float sight(const float *half, const lamp *l, int i, int j)
{
    float here = half[j * HALF + i] + 0.5f, most = 0;
    for (int k = 0; k < STEPS; k++) {
        int x = i + l->path_x[k], y = j + l->path_y[k];
        if (x < 0 || y < 0 || x >= HALF || y >= HALF)
            break;
        float over = half[y * HALF + x] - here - (float)(k + 1) * l->rise;
        most = over > most ? over : most;
    }
    return most > 0 ? 1 - l->shadow * ramp(0, 4, most) : 1;
}

/* Light that reaches each half-size pixel: cast shadow times the darkness of corners (ambient occlusion). */
static void shade_heights(const surface *at, float unit, const lamp *l, float *shade, float *half, float *wide)
{
    heights_halve(at, unit, half);
    for (int k = 0; k < HALF * HALF; k++)
        wide[k] = half[k];
    float *other = wide + HALF * HALF;
    box_blur(wide, other, 4);
    for (int j = 0; j < HALF; j++)
        for (int i = 0; i < HALF; i++)
            shade[j * HALF + i] =
                sight(half, l, i, j) * (1 - 0.5f * l->shadow * ramp(0.3f, 7, wide[j * HALF + i] - half[j * HALF + i]));
    box_blur(shade, other, 1);
}

static float shade_at(const float *shade, int i, int j)
{
    float x = clamp(0.5f * (float)i - 0.25f, 0, HALF - 1.001f), y = clamp(0.5f * (float)j - 0.25f, 0, HALF - 1.001f);
    int m = (int)x, n = (int)y;
    const float *s = shade + n * HALF + m;
    return mix(mix(s[0], s[1], x - (float)m), mix(s[HALF], s[HALF + 1], x - (float)m), y - (float)n);
}

/* What a mirror of this slope sees: a bright tent with a darker floor and the soft box of the lamp. */
static float surroundings(const lamp *l, float nx, float ny, float nz)
{
    float along = nx * l->hx + ny * l->hy + nz * l->hz, up = nx * l->x + ny * l->y;
    return 0.22f + 0.5f * ramp(-0.7f, 0.7f, up) + 0.75f * ramp(0.9f, 0.985f, along);
}

static colour light_surface(const surface *s, const lamp *l, float nx, float ny, float nz, float shade)
{
    float facing = nx * l->x + ny * l->y + nz * l->z;
    float lit = l->ambient * (0.6f + 0.4f * shade) * (0.75f + 0.25f * nz) +
                (1 - l->ambient) * shade * (facing > 0 ? facing : 0) / l->z;
    float shine = 0, along = nx * l->hx + ny * l->hy + nz * l->hz;
    if (s->gloss > 0.003f && along > 0.3f)
        shine = s->gloss * (0.5f + s->sharp) * exp2f((6 + 160 * square(s->sharp)) * log2f(along)) * shade;
    float body = mix(lit, surroundings(l, nx, ny, nz) * (0.45f + 0.55f * shade), s->metal);
    body = mix(body, 1, s->glow);
    return (colour){ s->tint.r * body + shine, s->tint.g * body + shine, s->tint.b * body + shine };
}

/* Downhill slope of the heights around a pixel, smoothed across (Sobel), at most `steepest`. */
static point slope_at(const surface *at, float unit, int i, int j)
{
    const float steepest = 2.5f;
    int right = i + 1 < SIDE ? 1 : 0, left = i > 0 ? -1 : 0;
    const surface *row = at + j * SIDE + i, *above = j > 0 ? row - SIDE : row, *below = j + 1 < SIDE ? row + SIDE : row;
    float a = above[left].height, b = above[right].height, c = below[left].height, d = below[right].height;
    float dx = 0.125f * unit * (a - b + c - d + 2 * (row[left].height - row[right].height));
    float dy = 0.125f * unit * (a + b - c - d + 2 * (above->height - below->height));
    float steep = dx * dx + dy * dy, limit = steep > square(steepest) ? steepest / sqrtf(steep) : 1;
    return (point){ dx * limit, dy * limit };
}

static void light_picture(const surface *at, float unit, const lamp *l, const float *shade, float *rgb)
{
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            point slope = slope_at(at, unit, i, j);
            int k = j * SIDE + i;
            float nz = 1 / sqrtf(square(slope.x) + square(slope.y) + 1);
            colour c = light_surface(&at[k], l, slope.x * nz, slope.y * nz, nz, shade_at(shade, i, j));
            rgb[3 * k] = c.r;
            rgb[3 * k + 1] = c.g;
            rgb[3 * k + 2] = c.b;
        }
}

/* The lens: falling off towards the corners and slightly soft. */
static void lens(const sensor *c, float *rgb, float *other)
{
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            float x = ((float)i + 0.5f) / HALF - 1, y = ((float)j + 0.5f) / HALF - 1;
            float level = 1 - c->vignette * (square(x - c->centre.x) + square(y - c->centre.y)) + c->falloff_x * x +
                          c->falloff_y * y;
            for (int k = 3 * (j * SIDE + i), end = k + 3, n = 0; k < end; k++, n++)
                rgb[k] *= level * c->gain[n];
        }
    float side = c->blur, middle = 1 - 2 * side;
    for (int j = 0; j < SIDE; j++) {
        float *in = rgb + 3 * SIDE * j, *out = other + 3 * SIDE * j;
        for (int k = 0; k < 3 * SIDE; k++)
            out[k] = middle * in[k] + side * (in[k < 3 ? k : k - 3] + in[k >= 3 * SIDE - 3 ? k : k + 3]);
    }
    for (int j = 0; j < SIDE; j++) {
        const float *in = other + 3 * SIDE * j;
        int up = j > 0 ? -3 * SIDE : 0, down = j + 1 < SIDE ? 3 * SIDE : 0;
        for (int k = 0; k < 3 * SIDE; k++)
            rgb[3 * SIDE * j + k] = middle * in[k] + side * (in[k + up] + in[k + down]);
    }
}

/* Gamma, noise of the sensor (independent in each channel, stronger in the light), 8 bit. */
static void develop(const sensor *c, const float *rgb, uint8_t *out)
{
    for (int k = 0; k < 3 * PIXELS; k++) {
        uint32_t h = hash_point(k, 17, c->salt);
        float g = ((float)((h & 255) + (h >> 8 & 255) + (h >> 16 & 255) + (h >> 24)) - 510) / 147.8f;
        float v = rgb[k];
        v = 255 * root(v < 1 ? v : 1) + g * (c->read + c->shot * clamp(v, 0, 1));
        out[k] = (uint8_t)clamp(v + 0.5f, 0, 255);
    }
}

void camera_take(const studio *s, float vary, const surface *at, pose p, stream *random, float *planes, uint8_t *rgb)
{
    lamp l = lamp_draw(s, vary, random);
    sensor c = sensor_draw(s, vary, random);
    float unit = p.scale * SIDE / 2, *light = planes, *other = planes + 3 * PIXELS, *shade = planes + 6 * PIXELS;
    shade_heights(at, unit, &l, shade, shade + PIXELS / 4, shade + PIXELS / 2);
    light_picture(at, unit, &l, shade, light);
    lens(&c, light, other);
    develop(&c, light, rgb);
}
