#include "analysis.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

/* Does row b of a value that pictures reach need row b of them alone? A shape rule that takes a weight for rows of the
 * batch, because there are as many, is asked again for a batch of another length. */
static bool rows_alone(const ablate_value *value, int64_t batch, const dependence *known)
{
    ablate_shape in[ABLATE_INPUTS];
    ablate_layout other = { 0 };
    if (value->shape.rank == 0 || value->shape.dim[0] != batch)
        return false;
    if (!value->layout.mixes)
        return true;
    for (int i = 0; i < value->n_in; i++) {
        in[i] = value->in[i]->shape;
        if (known[value->in[i]->id] == DEPENDS_ON_PICTURE)
            in[i].dim[0]++;
    }
    return value->op->shape(in, value->n_in, value->attr, &other) == 0 && !other.mixes && other.out.rank > 0 &&
           other.out.dim[0] == batch + 1;
}

static dependence depends(const ablate_value *value, int64_t batch, const dependence *known)
{
    if (value->kind != VALUE_RESULT)
        return value->kind == VALUE_CONSTANT ? DEPENDS_ON_NOTHING
               : value_is_kept(value)        ? DEPENDS_ON_RUN
                                             : DEPENDS_ON_PICTURE;
    dependence most = value->op->random ? DEPENDS_ON_RUN : DEPENDS_ON_NOTHING;
    for (int i = 0; i < value->n_in; i++)
        if (known[value->in[i]->id] > most)
            most = known[value->in[i]->id];
    return most == DEPENDS_ON_PICTURE && !rows_alone(value, batch, known) ? DEPENDS_ON_RUN : most;
}

void analysis_dependence(const graph *g, int64_t batch, dependence *out)
{
    for (int i = 0; i < g->values; i++)
        out[i] = depends(g->value[i], batch, out);
}

void analysis_needed(const graph *g, ablate_value *const *wanted, int n, const char *given, char *needed)
{
    memset(needed, 0, (size_t)g->values);
    for (int i = 0; i < n; i++)
        needed[wanted[i]->id] = 1;
    for (int i = g->values - 1; i >= 0; i--)
        for (int j = 0; needed[i] && !given[i] && j < g->value[i]->n_in; j++)
            needed[g->value[i]->in[j]->id] = 1;
}

static bool passes_gradient(const ablate_value *value)
{
    return value->kind == VALUE_RESULT && value->op->backward;
}

void analysis_gradients(const graph *g, const char *needed, const char *given, char *receives)
{
    /* Upwards: which values can reach a parameter at all. */
    for (int i = 0; i < g->values; i++) {
        const ablate_value *value = g->value[i];
        receives[i] = value->kind == VALUE_PARAMETER && needed[i];
        for (int j = 0; passes_gradient(value) && needed[i] && !given[i] && j < value->n_in; j++)
            receives[i] = (char)(receives[i] | receives[value->in[j]->id]);
    }
    /* Downwards: of those, which does a loss reach. Bit 2 marks them. */
    for (int i = 0; i < g->losses; i++)
        receives[g->loss[i].value->id] = (char)(receives[g->loss[i].value->id] << 1 | receives[g->loss[i].value->id]);
    for (int i = g->values - 1; i >= 0; i--)
        for (int j = 0; receives[i] & 2 && passes_gradient(g->value[i]) && j < g->value[i]->n_in; j++) {
            char *below = &receives[g->value[i]->in[j]->id];
            *below = (char)(*below & 1 ? 3 : 0);
        }
    for (int i = 0; i < g->values; i++)
        receives[i] = (char)(receives[i] >> 1 & 1);
}

void analysis_reached(const graph *g, const ablate_value *from, char *reached)
{
    memset(reached, 0, (size_t)g->values);
    reached[from->id] = 1;
    for (int i = from->id; i >= 0; i--)
        for (int j = 0; reached[i] && passes_gradient(g->value[i]) && j < g->value[i]->n_in; j++)
            reached[g->value[i]->in[j]->id] = 1;
}

double analysis_flops(const ablate_value *value)
{
    ablate_shape shape[ABLATE_INPUTS];
    if (value->kind != VALUE_RESULT || value->op->view)
        return 0;
    for (int i = 0; i < value->n_in; i++)
        shape[i] = value->in[i]->shape;
    return value->op->flops ? value->op->flops(shape, value->n_in, &value->shape, value->attr)
                            : (double)shape_size(&value->shape);
}

double analysis_bytes(const ablate_value *value)
{
    ablate_shape shape[ABLATE_INPUTS];
    double total = (double)shape_size(&value->shape);
    if (value->kind != VALUE_RESULT || value->op->view)
        return 0;
    for (int i = 0; i < value->n_in; i++)
        shape[i] = value->in[i]->shape;
    if (value->op->bytes)
        return value->op->bytes(shape, value->n_in, &value->shape, value->attr);
    for (int i = 0; i < value->n_in; i++)
        total += (double)shape_size(&value->in[i]->shape);
    return total * (double)sizeof(float);
}

static bool costs_little(const ablate_value *value)
{
    double numbers = (double)shape_size(&value->shape);
    for (int i = 0; i < value->n_in; i++)
        numbers += (double)shape_size(&value->in[i]->shape);
    return value->kind == VALUE_RESULT && analysis_flops(value) < ANALYSIS_CHEAP * numbers;
}

/* Does it come from one single other result that depends on a picture? */
static bool has_one_source(const ablate_value *value, const dependence *known)
{
    const ablate_value *from = NULL;
    for (int i = 0; i < value->n_in; i++) {
        if (known[value->in[i]->id] != DEPENDS_ON_PICTURE)
            continue;
        if (from && from != value->in[i])
            return false;
        from = value->in[i];
    }
    return from && from->kind == VALUE_RESULT;
}

/* Is all that it comes from there anyway? */
static bool has_sources_kept(const ablate_value *value, const dependence *known, const char *kept)
{
    for (int i = 0; i < value->n_in; i++)
        if (known[value->in[i]->id] == DEPENDS_ON_PICTURE && !kept[value->in[i]->id])
            return false;
    return true;
}

enum { FRONTIER_USED = 1, FRONTIER_HERE = 2 }; /* needed on the users' side; and computed there */

/* From those users that count downwards: what is cheap to have from one value moves to their side. */
static void mark_used(const graph *g, const dependence *known, const char *counts, char *mark)
{
    for (int i = g->values - 1; i >= 0; i--) {
        const ablate_value *value = g->value[i];
        bool frozen = known[i] == DEPENDS_ON_PICTURE;
        bool here = counts[i] && (known[i] == DEPENDS_ON_RUN ||
                                  (mark[i] && frozen && costs_little(value) && has_one_source(value, known)));
        for (int j = 0; here && j < value->n_in; j++)
            mark[value->in[j]->id] = FRONTIER_USED;
        mark[i] = (char)(!frozen || !(mark[i] || here) ? 0 : here ? FRONTIER_HERE : FRONTIER_USED);
    }
}

int analysis_frontier(const graph *g, const dependence *known, ablate_value *const *wanted, int n, bool alone,
                      ablate_value **list)
{
    int count = 0;
    size_t room = (size_t)g->values + 1;
    char *mark = take_zeroed(3 * room, 1, "an analysis"), *counts = mark ? mark + room : NULL;
    if (!mark)
        return -1;
    memset(counts, 1, room);
    if (alone)
        analysis_needed(g, wanted, n, counts + room, counts); /* nothing is given yet */
    for (int i = 0; i < n; i++)
        mark[wanted[i]->id] = FRONTIER_USED;
    mark_used(g, known, counts, mark);
    for (int i = 0; i < g->values; i++) {
        const ablate_value *value = g->value[i];
        if (mark[i] == FRONTIER_USED && costs_little(value) && has_sources_kept(value, known, mark))
            mark[i] = FRONTIER_HERE;
        if (mark[i] == FRONTIER_USED)
            list[count++] = g->value[i];
    }
    free(mark);
    return count;
}
