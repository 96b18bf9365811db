#include "metrics_class.h"
#include "../base/diag.h"
#include "../base/name.h"
#include "metrics_component.h"
#include "metrics_curve.h"
#include "metrics_image.h"
#include "metrics_key.h"
#include "metrics_linear.h"
#include "metrics_pixel.h"
#include "metrics_thread.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Working state of one class: n pictures and what is known of each. */
typedef struct class_state {
    const metrics_input *in;
    const metrics_protocol *protocol;
    metrics_row *row;
    int64_t n;
    const int64_t *picture;     /* (n) places in the input */
    component_list *components; /* (n) */
    double *least, *greatest;   /* (n) of the maps */
    double *score;              /* (n) of the pictures */
    int8_t *label;              /* (n) 1 = defective */
    int8_t *alone;              /* (n) 1 = defective by the given label, where that alone decides */
} class_state;

int class_note(class_notes *notes, const char *format, ...)
{
    char sentence[512], seen[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (!TAKE_ROOM(notes->text, notes->count, "notes"))
        return -1;
    notes->text[notes->count] = take_text("%s", name_shown(sentence, seen, sizeof seen));
    return notes->text[notes->count++] ? 0 : -1;
}

static void refuse_value(metrics_row *row, metrics_kind kind, const char *reason)
{
    row->value[kind] = NAN;
    row->reason[kind] = reason;
}

static int find_components(class_state *state)
{
    const metrics_input *in = state->in;
    int64_t pixels = in->height * in->width;
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed) num_threads(picture_threads(state->in, state->n))
    for (int64_t i = 0; i < state->n; i++)
        failed |= component_find(in->masks + state->picture[i] * pixels, in->height, in->width,
                                 state->protocol->connectivity, &state->components[i]) < 0;
    if (failed)
        return complain("out of memory for the defects of class '%s'; close other programs", state->row->name);
    for (int64_t i = 0; i < state->n; i++)
        state->row->defects += state->components[i].count;
    return 0;
}

/* Pictures whose given label their mask belies. */
typedef struct disagreement {
    long long hidden, marked; /* labelled defective, but without a defect; labelled good, but with one */
} disagreement;

static int note_disagreement(const class_state *state, const disagreement *found, class_notes *notes)
{
    const char *name = state->row->name;
    const bool one = found->hidden == 1, one_marked = found->marked == 1;
    if (!state->protocol->takes_given && (found->hidden || found->marked))
        return class_note(notes,
                          "class '%s': protocol '%s' takes a picture's label from its mask: %lld picture%s labelled "
                          "defective count%s as good, %lld labelled good count%s as defective",
                          name, state->protocol->name, found->hidden, one ? "" : "s", one ? "s" : "", found->marked,
                          one_marked ? "s" : "");
    if (found->hidden && class_note(notes,
                                    one ? "class '%s': the mask of %lld defective picture shows no defect; it counts "
                                          "as a defective picture with defect-free pixels"
                                        : "class '%s': the masks of %lld defective pictures show no defect; they "
                                          "count as defective pictures with defect-free pixels",
                                    name, found->hidden) < 0)
        return -1;
    if (found->marked && class_note(notes,
                                    one_marked ? "class '%s': the mask of %lld picture labelled good shows a defect; "
                                                 "it counts as a good picture with defect pixels"
                                               : "class '%s': the masks of %lld pictures labelled good show a "
                                                 "defect; they count as good pictures with defect pixels",
                                    name, found->marked) < 0)
        return -1;
    return 0;
}

static int label_pictures(class_state *state, class_notes *notes)
{
    disagreement found = { 0 };
    for (int64_t i = 0; i < state->n; i++) {
        bool masked = state->components[i].count > 0;
        bool label = state->in->labels ? state->in->labels[state->picture[i]] != 0 : masked;
        state->label[i] = state->protocol->takes_given ? label : masked;
        state->alone[i] = label;
        state->row->defective += state->label[i];
        found.hidden += label && !masked;
        found.marked += !label && masked;
    }
    return note_disagreement(state, &found, notes);
}

static bool uses_given_scores(const class_state *state)
{
    return state->in->scores && state->protocol->takes_given;
}

static bool pooling_fits(const class_state *state)
{
    int64_t least = (int64_t)state->protocol->pool_times * (state->protocol->pool - 1) + 1;
    return state->in->height >= least && state->in->width >= least;
}

static int pooled_scores(class_state *state)
{
    const metrics_protocol *protocol = state->protocol;
    int64_t pixels = state->in->height * state->in->width;
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed) num_threads(picture_threads(state->in, state->n))
    for (int64_t i = 0; i < state->n; i++) {
        double *room = malloc(2 * (size_t)pixels * sizeof *room);
        failed |= !room;
        if (room)
            state->score[i] =
                image_pooled_maximum(state->in, state->picture[i], protocol->pool, protocol->pool_times, room);
        free(room);
    }
    return failed ? complain("out of memory for pooling maps; close other programs") : 0;
}

static int score_pictures(class_state *state)
{
    bool given = uses_given_scores(state);
    if (!given && state->protocol->pool_times)
        return pooling_fits(state) ? pooled_scores(state) : 0;
    for (int64_t i = 0; i < state->n; i++)
        state->score[i] = given ? state->in->scores[state->picture[i]] : state->greatest[i];
    return 0;
}

/* Pictures are counted as pixels are: their scores as one map of a row, their labels as its mask. */
static int count_pictures(const class_state *state, double *auroc, double *ap)
{
    const metrics_input row = {
        .pictures = 1, .height = 1, .width = state->n, .maps_wide = state->score, .masks = (const uint8_t *)state->label
    };
    const int64_t place = 0;
    component_list defective;
    pixel_counts counts = { 0 };
    double least, greatest;
    int status = component_find(row.masks, row.height, row.width, state->protocol->connectivity, &defective);
    if (status == 0)
        status = pixel_count(&row, &place, 1, &defective, &counts, &least, &greatest);
    if (status == 0) {
        *auroc = curve_auroc(&counts.curve);
        *ap = curve_ap(&counts.curve);
        pixel_free(&counts);
    }
    component_free(&defective);
    return status;
}

static int evaluate_pictures(class_state *state, class_notes *notes)
{
    metrics_row *row = state->row;
    bool one_kind = row->defective == 0 || row->defective == state->n, given = uses_given_scores(state);
    if (one_kind || (!given && !pooling_fits(state))) {
        const char *reason = !one_kind        ? "the maps are smaller than what the protocol pools"
                             : row->defective ? "the class has no good picture"
                                              : "the class has no defective picture";
        refuse_value(row, METRICS_IMAGE_AUROC, reason);
        refuse_value(row, METRICS_IMAGE_AP, reason);
        return 0;
    }
    bool constant = true;
    for (int64_t i = 1; i < state->n; i++)
        constant &= state->score[i] == state->score[0];
    if (constant && class_note(notes, "class '%s': all pictures have the same score", row->name) < 0)
        return -1;
    return count_pictures(state, &row->value[METRICS_IMAGE_AUROC], &row->value[METRICS_IMAGE_AP]);
}

/* One sort of the defect pixels' scores serves the three pixel metrics. */
static int evaluate_pixels(class_state *state, class_notes *notes)
{
    pixel_counts counts;
    metrics_row *row = state->row;
    if (pixel_count(state->in, state->picture, state->n, state->components, &counts, state->least, state->greatest) < 0)
        return -1;
    const curve_counts *curve = &counts.curve;
    if (curve->positives == 0 || curve->negatives == 0) {
        const char *reason = curve->positives ? "the masks leave no defect-free pixel" : "the masks show no defect";
        for (int kind = METRICS_PIXEL_AUROC; kind <= METRICS_AUPRO; kind++)
            refuse_value(row, (metrics_kind)kind, reason);
    } else {
        row->value[METRICS_PIXEL_AUROC] = curve_auroc(curve);
        row->value[METRICS_PIXEL_AP] = curve_ap(curve);
        row->value[METRICS_AUPRO] = curve_aupro(curve, state->protocol->limit);
    }
    pixel_free(&counts);
    bool constant = true;
    for (int64_t i = 0; i < state->n; i++)
        constant &= state->least[i] == state->least[0] && state->greatest[i] == state->least[0];
    return constant ? class_note(notes, "class '%s': all pixels have the same score", row->name) : 0;
}

/* What the protocol does otherwise than `exact`. */
static int apply_protocol(class_state *state, class_notes *notes)
{
    metrics_row *row = state->row;
    const metrics_protocol *protocol = state->protocol;
    int64_t left_out = 0;
    const linear_class all = { state->in,    state->picture, state->n,       state->components,
                               state->alone, state->least,   state->greatest };
    if (protocol->thresholds && !row->reason[METRICS_AUPRO] &&
        linear_aupro(&all, protocol, &row->value[METRICS_AUPRO], &row->reason[METRICS_AUPRO], &left_out) < 0)
        return -1;
    if (left_out &&
        class_note(notes,
                   left_out == 1
                       ? "class '%s': %lld defective picture has no PRO curve of its own and is left out"
                       : "class '%s': %lld defective pictures have no PRO curve of their own and are left out",
                   row->name, (long long)left_out) < 0)
        return -1;
    for (int kind = 0; kind < METRICS_KINDS; kind++) {
        if (protocol->lacks >> kind & 1)
            refuse_value(row, (metrics_kind)kind, "the protocol does not define it");
        bool auroc = kind == METRICS_IMAGE_AUROC || kind == METRICS_PIXEL_AUROC;
        if (protocol->flip && auroc && row->value[kind] < 0.5)
            row->value[kind] = 1 - row->value[kind];
        if (protocol->round_to) /* as NumPy's round, which is theirs */
            row->value[kind] = rint(row->value[kind] * protocol->round_to) / protocol->round_to;
    }
    return 0;
}

static int state_open(class_state *state)
{
    size_t n = (size_t)state->n;
    state->components = take_zeroed(n, sizeof *state->components, "defects of a class");
    state->least = take(3 * n, sizeof *state->least, "scores of a class");
    state->label = take(2 * n, sizeof *state->label, "labels of a class");
    if (!state->components || !state->least || !state->label)
        return -1;
    state->greatest = state->least + n;
    state->score = state->greatest + n;
    state->alone = state->label + n;
    return 0;
}

static void state_close(class_state *state)
{
    for (int64_t i = 0; state->components && i < state->n; i++)
        component_free(&state->components[i]);
    free(state->components);
    free(state->least);
    free(state->label);
}

int class_evaluate(const metrics_input *in, const metrics_protocol *protocol, const int64_t *picture, metrics_row *row,
                   class_notes *notes)
{
    if (row->pictures == 0) {
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            refuse_value(row, (metrics_kind)kind, "the class has no picture");
        return 0;
    }
    class_state state = { in, protocol, row, row->pictures, picture, .components = NULL };
    int failed = state_open(&state) < 0 || find_components(&state) < 0 || label_pictures(&state, notes) < 0 ||
                 evaluate_pixels(&state, notes) < 0 || score_pictures(&state) < 0 ||
                 evaluate_pictures(&state, notes) < 0 || apply_protocol(&state, notes) < 0;
    state_close(&state);
    return failed ? -1 : 0;
}
