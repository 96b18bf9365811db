#include "print.h"
#include "../base/diag.h"
#include "../base/name.h"
#include "../base/number.h"
#include "analysis.h"
#include <stdlib.h>
#include <string.h>

static const char *const when[] = { "once", "picture", "step" };

static const char *kind_of(const ablate_value *value)
{
    static const char *const kinds[] = { "input", "parameter", "constant", "", "buffer" };
    return value->kind == VALUE_RESULT ? value->op->name : kinds[value->kind];
}

static void print_value(const ablate_value *value, dependence known, FILE *to)
{
    fprintf(to, "%4d  %-7s %-16s %10.3f %10.1f  %-14s", value->id, when[known], shape_words(&value->shape).text,
            1e-6 * analysis_flops(value), analysis_bytes(value) / 1024, kind_of(value));
    if (value->kind != VALUE_RESULT)
        fprintf(to, " %s", value->name);
    for (int i = 0; i < value->n_in; i++)
        fprintf(to, "%s%d", i ? "," : " ", value->in[i]->id);
    fprintf(to, "  [%s] %s:%d\n", value->module ? value->module : "", value->file ? value->file : "", value->line);
}

static void print_loss(const graph_term *l, FILE *to)
{
    char weight[NUMBER_TEXT];
    fprintf(to, "loss  %-20s value %d, weight %s\n", l->name, l->value->id, number_text(l->weight, weight));
}

static void print_kept(const parameters *p, FILE *to)
{
    long long buffered = 0;
    int buffers = 0;
    for (int i = 0; i < p->entries; i++) {
        buffers += p->entry[i].buffer;
        buffered += p->entry[i].buffer ? p->entry[i].count : 0;
    }
    fprintf(to, "%lld parameters in %d tensors\n", (long long)p->numbers, p->entries - buffers);
    if (buffers)
        fprintf(to, "%lld numbers kept in %d buffers\n", buffered, buffers);
}

static dependence *dependences(const graph *g, int64_t batch)
{
    dependence *known = take((size_t)g->values + 1, sizeof *known, "an analysis");
    if (known)
        analysis_dependence(g, batch, known);
    return known;
}

int graph_print(const graph *g, int64_t batch, FILE *to)
{
    dependence *known = dependences(g, batch);
    double flops[3] = { 0 }, bytes[3] = { 0 };
    if (!known)
        return -1;
    fprintf(to, "  id  when    shape                 MFLOP        KiB  operation      inputs  [module] place\n");
    for (int i = 0; i < g->values; i++) {
        print_value(g->value[i], known[i], to);
        flops[known[i]] += analysis_flops(g->value[i]);
        bytes[known[i]] += analysis_bytes(g->value[i]);
    }
    for (int i = 0; i < g->losses; i++)
        print_loss(&g->loss[i], to);
    for (int i = 0; i < g->updates; i++)
        fprintf(to, "keep  %-20s value %d\n", g->update[i].buffer->name, g->update[i].next->id);
    for (int i = 0; i < 3; i++)
        fprintf(to, "computed %-24s %10.3f MFLOP forward, %10.1f KiB moved\n",
                i == 0   ? "once:"
                : i == 1 ? "a picture:"
                         : "a step:",
                1e-6 * flops[i], bytes[i] / 1024);
    if (g->parameters)
        print_kept(g->parameters, to);
    free(known);
    return 0;
}

/* Constants and parameters would bury the picture: they appear as the operations that use them. */
static bool drawn(const ablate_value *value)
{
    return value->kind == VALUE_RESULT || value->kind == VALUE_INPUT;
}

/* A module's name for something, within DOT's quotes. */
static void print_label(const char *name, FILE *to)
{
    char one[NAME_ESCAPE];
    while (*name) {
        name += name_next(name, one);
        for (const char *c = one; *c; c++)
            fprintf(to, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
    }
}

static void draw_nodes(const graph *g, const dependence *known, const char *module, FILE *to)
{
    static const char *const colour[] = { "#e8e8e8", "#cfe3f5", "#ffe9c7" };
    fprintf(to, "  subgraph \"cluster_%s\" { label=\"%s\"; color=\"#888888\";\n", module, module);
    for (int i = 0; i < g->values; i++) {
        const ablate_value *value = g->value[i];
        if (!drawn(value) || strcmp(value->module, module) != 0)
            continue;
        fprintf(to, "    v%d [label=\"", value->id);
        print_label(value->kind == VALUE_INPUT ? value->name : value->op->name, to);
        fprintf(to, "\\n%s\", fillcolor=\"%s\"];\n", shape_words(&value->shape).text, colour[known[i]]);
    }
    fprintf(to, "  }\n");
}

static bool seen_before(const graph *g, int id)
{
    for (int i = 0; i < id; i++)
        if (drawn(g->value[i]) && strcmp(g->value[i]->module, g->value[id]->module) == 0)
            return true;
    return false;
}

int graph_draw(const graph *g, int64_t batch, FILE *to)
{
    dependence *known = dependences(g, batch);
    if (!known)
        return -1;
    fprintf(to, "digraph model {\n  rankdir=TB; node [shape=box, style=filled, fontname=\"sans-serif\"];\n");
    for (int i = 0; i < g->values; i++)
        if (drawn(g->value[i]) && !seen_before(g, i))
            draw_nodes(g, known, g->value[i]->module, to);
    for (int i = 0; i < g->values; i++)
        for (int j = 0; j < g->value[i]->n_in; j++)
            if (drawn(g->value[i]->in[j]))
                fprintf(to, "  v%d -> v%d;\n", g->value[i]->in[j]->id, i);
    for (int i = 0; i < g->losses; i++) {
        fprintf(to, "  loss%d [label=\"loss: ", i);
        print_label(g->loss[i].name, to);
        fprintf(to, "\", shape=ellipse, fillcolor=\"#f5cfcf\"]; v%d -> loss%d;\n", g->loss[i].value->id, i);
    }
    fprintf(to, "}\n");
    free(known);
    return 0;
}
