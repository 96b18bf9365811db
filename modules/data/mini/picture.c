#include "picture.h"
#include "camera.h"
#include "mask.h"
#include "scene.h"
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 10, LEAST_MASK = 40 };
enum { OBJECT, POSE, CAMERA, FLAW }; /* branches of a picture's stream */

typedef struct room { /* working room of one picture */
    surface *clean, *flawed;
    float *planes;
    uint8_t *mask;
    mask_room compare;
} room;

static void room_free(room *r)
{
    free(r->clean);
    free(r->flawed);
    free(r->planes);
    free(r->mask);
    free(r->compare.copy);
    free(r->compare.queue);
}

static bool room_take(room *r, bool flawed)
{
    r->clean = malloc(PIXELS * sizeof *r->clean);
    r->planes = malloc(CAMERA_FLOATS * sizeof *r->planes);
    if (!flawed)
        return r->clean && r->planes;
    r->flawed = malloc(PIXELS * sizeof *r->flawed);
    r->mask = malloc(PIXELS);
    r->compare.amount = r->planes; /* the camera comes later */
    r->compare.copy = malloc(PIXELS);
    r->compare.queue = malloc(PIXELS * sizeof *r->compare.queue);
    return r->clean && r->planes && r->flawed && r->mask && r->compare.copy && r->compare.queue;
}

typedef struct model { /* room for any class's description of its object */
    _Alignas(max_align_t) unsigned char bytes[MODEL_BYTES];
} model;

static void paint_clean(const request *q, stream base, pose p, surface *at)
{
    model m = { 0 };
    stream object = stream_branch(base, OBJECT);
    q->class->prepare(&m, &object, NULL);
    scene_paint(q->class, &m, p, NULL, at);
}

/* The same surface with flaw number `attempt` of this picture. */
static void paint_flawed(const request *q, stream base, pose p, int attempt, room *r)
{
    const flaw_kind *kind = &q->class->flaws[q->flaw];
    flaw f = { .kind = kind, .index = q->flaw, .random = stream_branch(base, (uint64_t)FLAW + (uint64_t)attempt) };
    f.size = q->size * draw_log(&f.random, kind->size[0], kind->size[1]) * (1 + 0.8f * (float)attempt);
    f.strength = q->contrast * draw_between(&f.random, kind->strength[0], kind->strength[1]);
    memcpy(r->flawed, r->clean, PIXELS * sizeof *r->clean);
    if (!kind->paint) {
        model m = { 0 };
        stream object = stream_branch(base, OBJECT);
        q->class->prepare(&m, &object, &f);
        scene_paint(q->class, &m, p, &f, r->flawed);
        return;
    }
    canvas c = { r->flawed, p.scale * SIDE / 2, p.turn };
    kind->paint(&c, &f, &f.random);
}

int picture_make(const request *q, uint8_t *rgb, uint8_t *mask)
{
    room r = { 0 };
    bool flawed = q->flaw >= 0 && !q->twin;
    if (!room_take(&r, flawed)) {
        room_free(&r);
        return -1;
    }
    const studio steady = studio_steady(&q->class->studio, q->variation);
    stream base = { q->key, 0 }, posing = stream_branch(base, POSE), camera = stream_branch(base, CAMERA);
    pose p = pose_draw(&steady, &posing);
    paint_clean(q, base, p, r.clean);
    const surface *shown = r.clean;
    if (flawed) {
        /* A flaw of which nothing can be seen is drawn again, each time larger. */
        int area = 0;
        for (int attempt = 0; attempt < ATTEMPTS && area < LEAST_MASK; attempt++) {
            paint_flawed(q, base, p, attempt, &r);
            area = mask_compare(r.flawed, r.clean, r.mask, &r.compare);
        }
        shown = r.flawed;
        if (mask)
            memcpy(mask, r.mask, PIXELS);
    }
    camera_take(&steady, q->variation, shown, p, &camera, r.planes, rgb);
    room_free(&r);
    return 0;
}
