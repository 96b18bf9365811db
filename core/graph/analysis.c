#include "analysis.h"
#include <string.h>

static dependence depends(const ablate_value *value, int64_t batch, const dependence *known)
{
    if (value->kind != VALUE_RESULT)
        return value->kind == VALUE_CONSTANT    ? DEPENDS_ON_NOTHING
               : value->kind == VALUE_PARAMETER ? DEPENDS_ON_RUN
                                                : DEPENDS_ON_PICTURE;
    dependence most = value->op->random ? DEPENDS_ON_RUN : DEPENDS_ON_NOTHING;
    for (int i = 0; i < value->n_in; i++)
        if (known[value->in[i]->id] > most)
            most = known[value->in[i]->id];
    bool row_alone = !value->layout.mixes && value->shape.rank > 0 && value->shape.dim[0] == batch;
    return most == DEPENDS_ON_PICTURE && !row_alone ? DEPENDS_ON_RUN : most;
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

int analysis_frontier(const graph *g, const dependence *known, ablate_value *const *wanted, int n, ablate_value **list)
{
    int count = 0;
    for (int i = 0; i < g->values; i++) {
        bool outside = false;
        for (int w = 0; w < n; w++)
            outside = outside || wanted[w] == g->value[i];
        for (int user = i + 1; user < g->values && !outside; user++)
            for (int j = 0; known[user] == DEPENDS_ON_RUN && j < g->value[user]->n_in; j++)
                outside = outside || g->value[user]->in[j] == g->value[i];
        if (outside && known[i] == DEPENDS_ON_PICTURE)
            list[count++] = g->value[i];
    }
    return count;
}
