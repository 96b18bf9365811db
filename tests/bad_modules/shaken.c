/* Adds uniform draws to the encoder's features, by an operation that cannot show them, or by one that can. */
#include "module.h"

typedef struct shaken_settings {
    bool shown;
} shaken_settings;

static int build(ablate_builder *b, const void *settings)
{
    const shaken_settings *s = settings;
    const char *op = s->shown ? "shaken.shown" : "shaken.hidden";
    for (int i = 0; i < ablate_count(b, "teacher"); i++)
        ablate_write(b, "perturbed", i, ablate_op(b, op, NULL, ablate_read(b, "teacher", i)));
    return 0;
}

static int shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    layout->out = in[0];
    return 0;
}

static int64_t count(const ablate_shape *s)
{
    int64_t n = 1;
    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    return n;
}

/* 0, 1/8, ..., 7/8, another order at each step; no good as random numbers, and easy to know again. */
static float draw(const ablate_call *call, int64_t e)
{
    return (float)(((uint64_t)e + call->key + 3 * call->step) % 8) / 8.0f;
}

static void give(const ablate_call *call)
{
    for (int64_t e = 0; e < count(call->out_shape); e++)
        call->out[e] = draw(call, e);
}

static void shake(const ablate_call *call)
{
    for (int64_t e = 0; e < count(call->out_shape); e++)
        call->out[e] = call->in[0][e] + draw(call, e);
}

#define RANDOM(op, does) .name = op, .doc = "for a test", .min_in = 1, .max_in = 1, .shape = shape, .forward = does
static const ablate_op ops[] = {
    { RANDOM("shaken.hidden", shake), .random = true },
    { RANDOM("shaken.shown", shake), .random = true },
    { RANDOM("shaken.shown_draw", give), .random = true },
    { 0 },
};

static const ablate_setting settings_rows[] = {
    ABLATE_SET(shaken_settings, shown, 0, 0, 1, "by an operation that can show its draws"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "shaken",
    .doc = "noise for a test",
    .reads = "teacher",
    .writes = "perturbed",
    .settings_size = sizeof(shaken_settings),
    .settings = settings_rows,
    .ops = ops,
    .build = build,
};
