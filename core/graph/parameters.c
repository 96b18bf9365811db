#include "parameters.h"
#include "../base/diag.h"
#include "../base/random.h"
#include "../shape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

parameters *parameters_new(void)
{
    parameters *p = take_zeroed(1, sizeof *p, "parameters");
    if (p && !(p->memory = arena_new())) {
        free(p);
        p = NULL;
    }
    return p;
}

void parameters_free(parameters *p)
{
    if (!p)
        return;
    arena_free(p->memory);
    free(p->entry);
    free(p);
}

typedef enum { INIT_ZEROS, INIT_ONES, INIT_CONSTANT, INIT_NORMAL, INIT_UNIFORM, INIT_START } init_kind;
typedef struct init_rule {
    init_kind kind;
    float scale;
} init_rule;

/* "WORD NUMBER" exactly; then *number is set. */
static bool has_number(const char *init, const char *word, double *number)
{
    size_t length = strlen(word);
    char *end;
    if (strncmp(init, word, length) != 0 || init[length] != ' ')
        return false;
    *number = strtod(init + length, &end);
    return *end == 0 && end != init + length && isfinite((float)*number);
}

/* PyTorch's names: xavier_uniform has bound sqrt(6 / (fan_in + fan_out)); Linear's kaiming_uniform(a = sqrt 5) comes to
 * 1 / sqrt(fan_in), fan_in being the last axis. */
static int rule_read(const char *init, const ablate_shape *shape, init_rule *rule)
{
    double in = shape->rank > 0 ? (double)shape->dim[shape->rank - 1] : 1, number = 0;
    double out = shape->rank > 1 ? (double)shape->dim[shape->rank - 2] : 1;
    if (strcmp(init, "zeros") == 0)
        *rule = (init_rule){ INIT_ZEROS, 0 };
    else if (strcmp(init, "ones") == 0)
        *rule = (init_rule){ INIT_ONES, 1 };
    else if (has_number(init, "constant", &number))
        *rule = (init_rule){ INIT_CONSTANT, (float)number };
    else if (has_number(init, "normal", &number))
        *rule = (init_rule){ INIT_NORMAL, (float)number };
    else if (has_number(init, "uniform", &number))
        *rule = (init_rule){ INIT_UNIFORM, (float)number };
    else if (strcmp(init, "xavier") == 0)
        *rule = (init_rule){ INIT_UNIFORM, (float)sqrt(6.0 / (in + out)) };
    else if (strcmp(init, "linear") == 0)
        *rule = (init_rule){ INIT_UNIFORM, (float)(1.0 / sqrt(in)) };
    else if (strcmp(init, PARAMETER_START) == 0)
        *rule = (init_rule){ INIT_START, 0 };
    else
        return complain("initial values '%.60s' are unknown; use zeros, ones, constant X, normal STD, uniform BOUND, "
                        "xavier or linear",
                        init);
    return 0;
}

void parameters_begin_normal(parameters *p)
{
    p->begin_normal = true;
}

static const char *init_chosen(const parameters *p, const char *init)
{
    double bound;
    if (!p->begin_normal)
        return init;
    if (strcmp(init, "linear") == 0 || strcmp(init, "xavier") == 0)
        return "normal 0.02";
    return has_number(init, "uniform", &bound) ? "zeros" : init;
}

static const parameter *find(const parameters *p, const char *name)
{
    for (int i = 0; i < p->entries; i++)
        if (strcmp(p->entry[i].name, name) == 0)
            return &p->entry[i];
    return NULL;
}

/* Every tensor begins where four floats can be taken at once, and the trained ones where the processor's widest vector
 * can. */
enum { ALIGNMENT = 4, BUFFER_ALIGNMENT = 16 };

/* The known tensor, if it is the same; else NULL: complained. */
static const parameter *same_tensor(const parameter *known, const parameter *now)
{
    const char *kind = now->buffer ? "buffer" : "parameter";
    if (known->buffer != now->buffer)
        complain("'%s' is a %s here and a %s elsewhere; give one of them another name", known->name, kind,
                 known->buffer ? "buffer" : "parameter");
    else if (!shape_same(&known->shape, &now->shape))
        complain("%s '%s' is %s here and %s elsewhere; give one of them another name", kind, known->name,
                 shape_words(&now->shape).text, shape_words(&known->shape).text);
    else if (strcmp(known->init, now->init) != 0)
        complain("%s '%s' begins as '%s' here and as '%s' elsewhere; give one of them another name", kind, known->name,
                 now->init, known->init);
    else
        return known;
    return NULL;
}

static const parameter *enter(parameters *p, parameter now)
{
    const parameter *known = find(p, now.name);
    if (known)
        return same_tensor(known, &now);
    int64_t alignment = now.buffer ? BUFFER_ALIGNMENT : ALIGNMENT;
    int64_t room = (now.count + alignment - 1) / alignment * alignment;
    now.offset = now.buffer ? p->buffered : p->count - p->buffered;
    now.name = arena_text(p->memory, now.name);
    now.init = arena_text(p->memory, now.init);
    if (!now.name || !now.init || !TAKE_ROOM(p->entry, p->entries, "parameters"))
        return NULL;
    p->numbers += now.buffer ? 0 : now.count;
    p->buffered += now.buffer ? room : 0;
    p->count += room;
    p->entry[p->entries] = now;
    return &p->entry[p->entries++];
}

const parameter *parameters_enter(parameters *p, const char *name, const char *init, const ablate_shape *shape)
{
    init_rule rule;
    return rule_read(init, shape, &rule) < 0
               ? NULL
               : enter(p, (parameter){ name, init_chosen(p, init), *shape, false, 0, shape_size(shape) });
}

const parameter *parameters_enter_buffer(parameters *p, const char *name, const char *init, const ablate_shape *shape)
{
    init_rule rule;
    return rule_read(init, shape, &rule) < 0 ? NULL
                                             : enter(p, (parameter){ name, init, *shape, true, 0, shape_size(shape) });
}

static void draw_normal(uint64_t key, float scale, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i += 4) {
        float four[4];
        random_normal4(random_draw(key, 0, (uint64_t)i / 4), four);
        for (int64_t j = 0; j < 4 && i + j < n; j++)
            out[i + j] = scale * four[j];
    }
}

static void draw_uniform(uint64_t key, float bound, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i++) {
        random_block block = random_draw(key, 0, (uint64_t)i / 4);
        out[i] = bound * (2.0f * random_uniform(block.word[i % 4]) - 1.0f);
    }
}

int parameters_draw(const parameters *p, uint64_t seed, float *out)
{
    for (int e = 0; e < p->entries; e++) {
        const parameter *entry = &p->entry[e];
        float *to = out + parameters_at(p, entry->buffer, entry->offset);
        uint64_t key = random_key(seed, entry->name);
        init_rule rule = { INIT_ZEROS, 0 };
        if (rule_read(entry->init, &entry->shape, &rule) < 0)
            return -1;
        if (rule.kind == INIT_NORMAL)
            draw_normal(key, rule.scale, entry->count, to);
        else if (rule.kind == INIT_UNIFORM)
            draw_uniform(key, rule.scale, entry->count, to);
        else if (rule.kind != INIT_START)
            for (int64_t i = 0; i < entry->count; i++)
                to[i] = rule.scale;
        for (int64_t i = entry->count; i % (entry->buffer ? BUFFER_ALIGNMENT : ALIGNMENT); i++)
            to[i] = 0;
    }
    return 0;
}
