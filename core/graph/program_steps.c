/* program_steps.c: the order of execution: forward as the graph was built, then backward in reverse. */
#include "../base/diag.h"
#include "analysis.h"
#include "program_parts.h"
#include <stdlib.h>

static step *add_step(program *p, step_kind kind, const ablate_value *value)
{
    if (!TAKE_ROOM(p->step, p->steps, "the steps of a program"))
        return NULL;
    step *added = &p->step[p->steps++];
    *added = (step){ .kind = kind, .value = value, .scratch = -1 };
    return added;
}

static bool computed(const program *p, int id)
{
    const ablate_value *value = p->request.graph->value[id];
    return value->kind == VALUE_RESULT && p->needed[id] && !p->stop[id] && p->place[id].root == id;
}

/* A view shares its input's memory. Two values of one parameter share their gradient. */
static void find_roots(program *p)
{
    const graph *g = p->request.graph;
    for (int i = 0; i < g->values; i++) {
        const ablate_value *value = g->value[i];
        p->place[i] = (place){ .root = i, .data_buffer = -1, .grad_buffer = -1, .aux_buffer = -1 };
        if (value->kind == VALUE_RESULT && value->op->view && !p->stop[i])
            p->place[i].root = p->place[value->in[0]->id].root;
        for (int j = 0; value_is_kept(value) && j < i; j++)
            if (p->needed[j] && value_same_kept(g->value[j], value)) {
                p->place[i].root = p->place[j].root;
                break;
            }
    }
}

static int list_forward(program *p)
{
    const graph *g = p->request.graph;
    for (int i = 0; i < g->values; i++) {
        step *added = computed(p, i) ? add_step(p, STEP_FORWARD, g->value[i]) : NULL;
        if (computed(p, i) && !added)
            return -1;
        if (added)
            added->flops = analysis_flops(g->value[i]);
    }
    return 0;
}

/* Gradients begin at the losses; terms that share memory begin as one. */
static int list_seeds(program *p, char *written)
{
    const graph *g = p->request.graph;
    for (int i = 0; i < g->losses; i++) {
        int root = p->place[g->loss[i].value->id].root;
        if (!p->receives[g->loss[i].value->id] || written[root])
            continue;
        written[root] = 1;
        if (!add_step(p, STEP_SEED, g->value[root]))
            return -1;
    }
    return 0;
}

/* Two inputs with one gradient cannot both store into it. */
static bool shares_gradient(const program *p, const ablate_value *value, int i, unsigned wants)
{
    for (int j = 0; j < value->n_in; j++)
        if (j != i && wants >> j & 1 && p->place[value->in[j]->id].root == p->place[value->in[i]->id].root)
            return true;
    return false;
}

/* Each product of the forward pass has one product for each gradient wanted of its first two operands; an operation
 * of one input has both operands inside it. */
static double backward_flops(const ablate_value *value, unsigned wants)
{
    int products = value->n_in == 1 ? 2 : 0;
    for (int i = 0; value->n_in > 1 && i < (value->n_in > 3 ? value->n_in : 2); i++)
        products += (int)(wants >> i & 1);
    return analysis_flops(value) * (products > 2 ? 2 : products);
}

static int list_one_backward(program *p, const ablate_value *value, char *written)
{
    unsigned wants = 0, add = 0;
    for (int i = 0; i < value->n_in; i++)
        wants |= p->receives[value->in[i]->id] ? 1u << i : 0;
    for (int i = 0; i < value->n_in; i++) {
        int root = p->place[value->in[i]->id].root;
        if (!(wants >> i & 1))
            continue;
        if (!written[root] && (!value->op->stores || shares_gradient(p, value, i, wants))) {
            if (!add_step(p, STEP_CLEAR, p->request.graph->value[root]))
                return -1;
            written[root] = 1;
        }
        add |= written[root] ? 1u << i : 0;
    }
    for (int i = 0; i < value->n_in; i++)
        if (wants >> i & 1)
            written[p->place[value->in[i]->id].root] = 1;
    step *added = add_step(p, STEP_BACKWARD, value);
    if (!added)
        return -1;
    added->wants = wants;
    added->work.call.add = add;
    added->flops = backward_flops(value, wants);
    return 0;
}

static int list_backward(program *p, char *written)
{
    const graph *g = p->request.graph;
    if (list_seeds(p, written) < 0)
        return -1;
    for (int i = g->values - 1; i >= 0; i--)
        if (computed(p, i) && p->receives[i] && list_one_backward(p, g->value[i], written) < 0)
            return -1;
    return 0;
}

int program_list_steps(program *p)
{
    find_roots(p);
    if (list_forward(p) < 0)
        return -1;
    if (!p->request.differentiate)
        return 0;
    char *written = take_zeroed((size_t)p->request.graph->values + 1, 1, "the steps of a program");
    int status = written ? list_backward(p, written) : -1;
    free(written);
    return status;
}
