/* paper_stage.h: a stage on which modules of modules/ play with small tensors. What is on the board beforehand are
 * parameters of an actor module, so that gradients reach it too.
 *
 *     stage s;
 *     stage_open(&s, true);                              training graph
 *     stage_give(&s, "teacher.0", shape, numbers);       number 0 of the board's "teacher"
 *     stage_set(&s, "mlf.dropout=0");
 *     stage_play(&s, "mlf");                             loads, fills its settings, builds
 *     stage_judge(&s, "bottleneck.0", shape, weights);   one more loss: sum(bottleneck weights)
 *     stage_settle(&s);                                  first values, with seed 5; then write to stage_parameter(...)
 *     stage_compute(&s, n, values, out, gradients);
 *     stage_close(&s);
 *
 * The actor is also a text tower: "text.tokens" of "damaged object" are the board's "words.damaged_object.0" (L, Ct),
 * "text.encode" is (sum of the tokens up to the end, weighted by place with "tower.rows.0" (L)) times "tower.out.0"
 * (Ct, C), so it is causal and sees where each token stands; what it says is written to "spoken", a number a text.
 * "image.project" multiplies by "tower.project.0", or changes nothing if there is none.
 *
 * Everything fails the running cmocka test with the engine's sentence. */
#ifndef LAB_PAPER_STAGE_H
#define LAB_PAPER_STAGE_H
#include "../../core/base/diag.h"
#include "../../core/base/settings.h"
#include "../../core/graph/builder.h"
#include "../../core/graph/program.h"
#include "../../core/plugin/loader.h"
#include "test.h"
#include <math.h>

#define STAGE_EPS 1.1920928955078125e-7 /* FLT_EPSILON */

enum { STAGE_GIVEN = 32, STAGE_MODULES = 8, STAGE_SEED = 11 /* of the random operations */ };

typedef struct stage_value { /* on the board before the modules play, or the weights of a judge */
    const char *name;        /* "teacher.0" */
    ablate_shape shape;
    const float *data; /* the caller's, to the end of the stage; NULL: numbers that look random */
} stage_value;

typedef struct stage {
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    struct settings chosen;
    stage_value given[STAGE_GIVEN];
    int givens;
    bool acted;                             /* the board is set */
    const ablate_module *on[STAGE_MODULES]; /* those that played */
    void *filled[STAGE_MODULES];            /* their settings */
    int played;
    const char *folders; /* where modules are looked for first, or NULL */
    float *values;       /* of all parameters, once settled */
} stage;

/* A number in [-1, 1] that looks random, the same at each call. */
double stage_number(unsigned stream, unsigned index);

/* abort() is never reached, as fail_msg does not come back; the compiler cannot see that. */
#define require(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fail_msg("%s:%d: %s: %s", __FILE__, __LINE__, #condition, complaint() ? complaint() : "");                 \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* |got - expected| <= tolerance, NaN failing. */
void stage_near(double got, double expected, double tolerance, const char *what, int64_t at);

/* The CPU on two threads. */
const device *stage_device(void);

/* "teacher.0" -> "teacher" into `list`, and 0 is returned. */
int stage_split(const char *name, char list[64]);

/* ---- opening and closing ---- */

void stage_open(stage *s, bool training);

void stage_close(stage *s);

/* Numbers of one list are given in ascending order, and before the first module plays. `name` lives on. */
void stage_give(stage *s, const char *name, ablate_shape shape, const float *data);

/* What encoder and decoder write, three layers of (b, n, c) that look random, and a picture. */
void stage_give_features(stage *s, int b, int n, int c);

void stage_set(stage *s, const char *assignment);

/* The module's `build`: 0, or -1 and the engine's complaint. */
int stage_try(stage *s, const char *name);

/* The same, which must succeed. */
void stage_play(stage *s, const char *name);

void stage_judge(stage *s, const char *name, ablate_shape shape, const float *factors);

/* The beginning of an epoch of training, for every module that played. */
void stage_begin_epoch(stage *s, int epoch);

/* The numbers of a parameter, "moe.w1" or "actor.teacher.0", to be read or written. */
float *stage_parameter(const stage *s, const char *name);

/* First values of all parameters; every setting must have been used. */
void stage_settle(stage *s);

/* ---- computing ---- */

/* Runs once, forward and backward. Results of `wanted` go to `out`, gradients of the losses' weighted sum to
 * `gradients`, all parameters, or nowhere if NULL. */
void stage_compute(stage *s, int n, ablate_value *const *wanted, float *const *out, float *gradients);

/* The numbers of a value on the board; the caller frees. */
float *stage_board(stage *s, const char *name, int index);

#endif
