#include "overview_look.h"
#include "../base/diag.h"
#include "../base/words.h"
#include "../graph/analysis.h"
#include <stdlib.h>
#include <string.h>

typedef struct pass { /* one composition */
    look *look;
    bool training;
    graph *graph;
    builder *builder;
    look_slot slot[LOOK_SLOTS]; /* the board as it was before the module that is looked at */
    int slots;
    int part;   /* the module that is looked at */
    int first;  /* the first value that it added to the graph */
    int *owner; /* of each value: its piece; -1: input */
    int room;
} pass;

/* ---- pieces and links ---- */

static int part_named(const look *l, const char *name)
{
    for (int i = 0; name && i < l->model->parts; i++)
        if (strcmp(l->model->part[i].module->name, name) == 0)
            return i;
    return -1;
}

int look_piece_of(const look *l, int owner, int caller)
{
    for (int i = 0; i < l->pieces; i++)
        if (l->piece[i].owner == owner && l->piece[i].caller == caller)
            return i;
    return -1;
}

/* Pieces stand in the line's order, services before the module that calls them. -1: complained. */
static int find_piece(look *l, int owner, int caller)
{
    int there = look_piece_of(l, owner, caller);
    if (there >= 0)
        return there;
    if (l->pieces == OVERVIEW_BOXES)
        return complain("the line has more than %d parts to draw; shorten it", (int)OVERVIEW_BOXES);
    l->piece[l->pieces] = (look_piece){ .owner = owner, .caller = caller };
    return l->pieces++;
}

/* -1: complained. */
static int find_link(look *l, const char *name, int writer)
{
    for (int i = 0; i < l->links; i++)
        if (l->link[i].writer == writer && strcmp(l->link[i].name, name) == 0)
            return i;
    if (l->links == OVERVIEW_NETS)
        return complain("the line writes more than %d names; shorten it", (int)OVERVIEW_NETS);
    l->link[l->links] = (look_link){ .name = arena_text(l->memory, name), .writer = writer };
    return l->link[l->links].name ? l->links++ : -1;
}

size_t look_declared_at(const look *l, int part, const char *name)
{
    int at = word_find(l->model->part[part].module->reads, " |?", name, strlen(name));
    return at < 0 ? SIZE_MAX : (size_t)at;
}

/* The slot under which the module that is looked at read a value: of those that hold it, the one declared first. */
static look_slot *find_slot(pass *p, const ablate_value *value)
{
    look_slot *best = NULL;
    size_t first = SIZE_MAX;
    for (int i = 0; i < p->slots; i++) {
        size_t at = p->slot[i].value == value ? look_declared_at(p->look, p->part, p->slot[i].name) : SIZE_MAX;
        if (p->slot[i].value == value && (!best || at < first)) {
            best = &p->slot[i];
            first = at;
        }
    }
    return best;
}

static void note_read(pass *p, int piece, const ablate_value *value)
{
    look_slot *slot = find_slot(p, value);
    if (!slot)
        return;
    look_link *link = &p->look->link[slot->link];
    link->reader[piece] = 1;
    link->read |= 1u << slot->index;
}

/* ---- operations ---- */

/* Whether the tensor was counted already in [from, id): for the same piece, by its numbers' place or digest. */
static bool seen_before(const pass *p, const ablate_value *value, int piece)
{
    for (int i = 0; i < value->id; i++) {
        const ablate_value *v = p->graph->value[i];
        bool same = v->kind == value->kind &&
                    (v->kind == VALUE_PARAMETER
                         ? v->offset == value->offset
                         : strcmp(v->name, value->name) == 0 &&
                               memcmp(&v->source.digest, &value->source.digest, sizeof v->source.digest) == 0);
        if (same && p->owner[i] == piece)
            return true;
    }
    return false;
}

/* Tensors are counted where they are first used; numbers written in code are no weights. */
static void count_tensor(pass *p, ablate_value *value, int piece)
{
    look_piece *counted = &p->look->piece[piece];
    bool weight = value->kind == VALUE_CONSTANT && strcmp(value->name, "constant") != 0;
    if (!p->training || p->owner[value->id] == piece || !(weight || value->kind == VALUE_PARAMETER))
        return;
    if (!seen_before(p, value, piece))
        *(weight ? &counted->frozen : &counted->parameters) += shape_size(&value->shape);
    p->owner[value->id] = piece;
}

/* An input of an operation comes from the board, from the same piece, or passes between a module and its service. */
static void note_input(pass *p, int piece, ablate_value *in)
{
    look_piece *mine = &p->look->piece[piece];
    if (value_is_kept(in) || in->kind == VALUE_CONSTANT) {
        count_tensor(p, in, piece);
        return;
    }
    if (in->id < p->first) {
        note_read(p, piece, in);
        return;
    }
    look_piece *other = &p->look->piece[p->owner[in->id]];
    if (other == mine)
        return;
    ablate_shape *passed = mine->owner != mine->caller ? &mine->question : &other->answer;
    if (passed->rank == 0 || shape_size(&in->shape) > shape_size(passed))
        *passed = in->shape;
}

static int note_operation(pass *p, ablate_value *value, dependence known)
{
    int owner = part_named(p->look, value->module), piece = find_piece(p->look, owner < 0 ? p->part : owner, p->part);
    if (piece < 0)
        return -1;
    p->owner[value->id] = piece;
    look_piece *mine = &p->look->piece[piece];
    double flops = analysis_flops(value);
    mine->operations[p->training] += !value->op->view;
    mine->every_step = mine->every_step || (known == DEPENDS_ON_RUN && flops > 0);
    if (p->training) {
        mine->flops += flops;
        p->look->flops += flops;
    }
    for (int i = 0; i < value->n_in; i++)
        note_input(p, piece, value->in[i]);
    return 0;
}

static int note_operations(pass *p)
{
    graph *g = p->graph;
    int *owner = take_again(p->owner, (size_t)g->values + 1, sizeof *owner, "an overview");
    dependence *known = owner ? take((size_t)g->values + 1, sizeof *known, "an overview") : NULL;
    if (owner)
        p->owner = owner;
    if (!known)
        return -1;
    for (; p->room < g->values; p->room++)
        p->owner[p->room] = -1;
    analysis_dependence(g, p->look->model->run->batch, known);
    int status = 0;
    for (int i = p->first; i < g->values && status == 0; i++)
        if (g->value[i]->kind == VALUE_RESULT)
            status = note_operation(p, g->value[i], known[i]);
    free(known);
    return status;
}

/* ---- the board ---- */

static look_slot *board_slot(pass *p, const char *name, int index)
{
    for (int i = 0; i < p->slots; i++)
        if (p->slot[i].index == index && strcmp(p->slot[i].name, name) == 0)
            return &p->slot[i];
    if (p->slots == LOOK_SLOTS) {
        complain("the board holds more than %d values", (int)LOOK_SLOTS);
        return NULL;
    }
    p->slot[p->slots] = (look_slot){ .name = name, .index = index };
    return &p->slot[p->slots++];
}

static int note_write(pass *p, int piece, const char *name, int index, ablate_value *value)
{
    look_slot *slot = board_slot(p, name, index);
    if (!slot)
        return -1;
    if (slot->value == value)
        return 0;
    bool made = value->id >= p->first;
    if (!made && piece >= 0)
        note_read(p, piece, value);
    int link = find_link(p->look, name, p->part);
    if (link < 0)
        return -1;
    look_link *written = &p->look->link[link];
    slot->value = value;
    slot->link = link;
    written->written |= 1u << index;
    written->shape = value->shape;
    written->there[p->training] = true;
    written->made[p->training] = written->made[p->training] || made;
    return 0;
}

static int note_service(look *l, int part, const char *name)
{
    for (int i = 0; i < l->services; i++)
        if (strcmp(l->service[i], name) == 0)
            return 0;
    if (!(l->service[l->services] = arena_text(l->memory, name)))
        return -1;
    l->offered_by[l->services++] = part;
    return 0;
}

/* What the module has changed; reads of values that it hands on are looked up on the board as it was before. */
static int note_board(pass *p, int piece)
{
    const char *name;
    int status = 0;
    for (int i = 0; status == 0 && (name = builder_name(p->builder, i)); i++) {
        ablate_value *value = builder_value(p->builder, name, 0);
        if (!value && p->part >= 0)
            status = note_service(p->look, p->part, name);
        for (int k = 0; status == 0 && value; value = builder_value(p->builder, name, ++k))
            status = note_write(p, piece, name, k, value);
    }
    return status;
}

/* ---- losses ---- */

static int note_losses(pass *p, int from)
{
    look *l = p->look;
    for (int i = from; p->training && i < p->graph->losses; i++) {
        if (l->losses == OVERVIEW_CHIPS)
            return complain("the line has more than %d losses", (int)OVERVIEW_CHIPS);
        look_loss *loss = &l->loss[l->losses++];
        *loss = (look_loss){ .name = arena_text(l->memory, p->graph->loss[i].name), .part = p->part };
        if (!loss->name)
            return -1;
    }
    return 0;
}

/* Lives through every epoch as a training does, for modules may change the weights of losses. */
static int note_weights(pass *p)
{
    look *l = p->look;
    for (int epoch = 0; epoch < l->model->run->epochs; epoch++) {
        for (int i = 0; i < l->model->parts; i++) {
            const model_part *part = &l->model->part[i];
            if (builder_epoch(p->builder, part->module, part->settings, part->state, epoch) < 0)
                return -1;
        }
        for (int i = 0; i < l->losses; i++) {
            double weight = p->graph->loss[i].weight;
            if (epoch == 0)
                l->loss[i].first = l->loss[i].last = weight;
            if (weight != l->loss[i].last) {
                l->loss[i].changes++;
                l->loss[i].epoch = epoch;
                l->loss[i].last = weight;
            }
        }
    }
    return 0;
}

/* ---- both compositions ---- */

static int begin(pass *p, parameters *shared)
{
    const look *l = p->look;
    p->graph = graph_new(shared);
    p->builder = p->graph ? model_begin(l->model, l->data->module, p->graph, p->training) : NULL;
    p->part = -1;
    return p->builder ? note_board(p, -1) : -1;
}

static int look_at_part(pass *p, int part)
{
    const model_part *it = &p->look->model->part[part];
    int losses = p->graph->losses;
    p->part = part;
    p->first = p->graph->values;
    if (builder_compose(p->builder, it->module, it->settings) < 0 || note_operations(p) < 0)
        return -1;
    int piece = find_piece(p->look, part, part);
    return piece < 0 || note_board(p, piece) < 0 || note_losses(p, losses) < 0 ? -1 : 0;
}

static int compose(look *l, bool training, parameters *shared)
{
    pass *p = take_zeroed(1, sizeof *p, "an overview");
    if (!p)
        return -1;
    p->look = l;
    p->training = training;
    int status = begin(p, shared);
    for (int i = 0; i < l->model->parts && status == 0; i++)
        status = look_at_part(p, i);
    if (status == 0 && training)
        status = note_weights(p);
    builder_free(p->builder);
    graph_free(p->graph);
    free(p->owner);
    free(p);
    return status;
}

int look_at(look *l)
{
    parameters *shared = parameters_new();
    int status = shared ? compose(l, true, shared) : -1;
    if (status == 0)
        status = compose(l, false, shared);
    if (shared)
        l->parameters = shared->numbers;
    parameters_free(shared);
    return status;
}
