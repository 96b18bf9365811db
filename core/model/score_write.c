#include "../base/diag.h"
#include "../base/utf8.h"
#include "../files/npz_writer.h"
#include "score.h"
#include <stdlib.h>
#include <string.h>

enum { SHAPE_ROOM = 64, NO_CHARACTER = 0xfffd };

typedef struct score_file { /* what is being written, and of what */
    npz_writer *to;
    const dataset *data;
    const scores *scores;
    char maps_shape[SHAPE_ROOM], shape[SHAPE_ROOM]; /* "(N, H, W)", "(N,)" */
} score_file;

static size_t map_elements(const scores *s)
{
    return (size_t)s->count * (size_t)s->size * (size_t)s->size;
}

/* ---- text ---- */

/* The character at *text, which moves on. A byte that belongs to none, as file names may hold, is NO_CHARACTER. */
static uint32_t next_character(const char **text)
{
    uint32_t code;
    size_t bytes = utf8_read(*text, &code);
    *text += bytes ? bytes : 1;
    return bytes ? code : NO_CHARACTER;
}

/* Text of every picture, in characters of 32 bits, all as long as the longest in bytes. */
static int add_texts(score_file *f, const char *name, const char *const *text)
{
    size_t count = (size_t)f->scores->count, longest = 1;
    char type[24];
    for (size_t i = 0; i < count; i++)
        longest = strlen(text[i]) > longest ? strlen(text[i]) : longest;
    uint32_t *code = take_zeroed(count * longest, sizeof *code, "the names of pictures");
    for (size_t i = 0; code && i < count; i++) {
        const char *at = text[i];
        for (uint32_t *to = code + i * longest; *at; to++)
            *to = next_character(&at);
    }
    snprintf(type, sizeof type, "<U%zu", longest);
    int status = code ? npz_add(f->to, name, type, f->shape, code, count * longest * sizeof *code) : -1;
    free(code);
    return status;
}

/* ---- arrays ---- */

static int add_masks(score_file *f, session *on, const model *m)
{
    size_t count = map_elements(f->scores);
    float *fraction = take(count, sizeof *fraction, "the masks");
    const uint8_t *grey = fraction ? session_masks(on, m->input, (mask_rule){ IMAGE_BILINEAR, IMAGE_GREY }) : NULL;
    for (size_t i = 0; grey && i < count; i++)
        fraction[i] = (float)grey[i] / 255.0f;
    int status = grey ? npz_add(f->to, "masks", "<f4", f->maps_shape, fraction, count * sizeof *fraction) : -1;
    free(fraction);
    const uint8_t *nearest = status == 0 ? session_masks(on, m->input, (mask_rule){ IMAGE_NEAREST, 0 }) : NULL;
    return nearest ? npz_add(f->to, "masks_nearest", "|u1", f->maps_shape, nearest, count) : -1;
}

static int add_descriptions(score_file *f)
{
    size_t count = (size_t)f->scores->count;
    int8_t *label = take(count, sizeof *label, "the labels");
    const char **text = take(2 * count, sizeof *text, "the names of pictures"), **names = text + count;
    int status = label && text ? 0 : -1;
    for (size_t i = 0; status == 0 && i < count; i++) {
        const picture *p = &f->data->picture[f->scores->picture[i]];
        label[i] = !p->good;
        text[i] = p->class_name;
        names[i] = p->name;
    }
    if (status == 0)
        status = npz_add(f->to, "labels", "|i1", f->shape, label, count);
    if (status == 0)
        status = add_texts(f, "classes", text);
    if (status == 0)
        status = add_texts(f, "names", names);
    free(label);
    free(text);
    return status;
}

static int add_all(score_file *f, session *on, const model *m)
{
    const scores *s = f->scores;
    if (npz_add(f->to, "maps", "<f4", f->maps_shape, s->maps, map_elements(s) * sizeof *s->maps) < 0 ||
        add_masks(f, on, m) < 0 || add_descriptions(f) < 0)
        return -1;
    return s->image ? npz_add(f->to, "scores", "<f8", f->shape, s->image, (size_t)s->count * sizeof *s->image) : 0;
}

int scores_write(session *on, const model *m, const scores *s, const char *path)
{
    score_file f = { .to = npz_create(path), .data = &on->data, .scores = s };
    snprintf(f.maps_shape, sizeof f.maps_shape, "(%d, %d, %d)", s->count, s->size, s->size);
    snprintf(f.shape, sizeof f.shape, "(%d,)", s->count);
    if (!f.to)
        return -1;
    if (add_all(&f, on, m) == 0)
        return npz_finish(f.to);
    npz_abandon(f.to);
    return -1;
}
