#include "overview.h"
#include "../base/diag.h"
#include "../base/number.h"
#include "overview_look.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 24, MOST_TITLE_LINES = 3 }; /* of a box's text; lines of the module's place in the paper */

/* printf into the overview's memory; "" if there is none, and the overview is bad then. */
static const char *words(overview *, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *words(overview *o, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_print_list(o->memory, format, arguments);
    va_end(arguments);
    o->bad |= text == NULL;
    return text ? text : "";
}

/* "182 k": three digits are enough. */
static const char *count_words(overview *o, double n)
{
    static const char *const units[] = { "", " k", " M", " G", " T" };
    int unit = 0;
    for (; n >= 999.5 && unit < 4; unit++)
        n /= 1000;
    return words(o, "%.*f%s", unit == 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2, n, units[unit]);
}

/* "8x257x128" with the sign of multiplication. */
static const char *sizes_words(overview *o, const ablate_shape *shape)
{
    char text[100] = "", *to = text;
    const shape_text plain = shape_words(shape);
    for (const char *at = plain.text; *at; at++)
        to += sprintf(to, "%.*s", *at == 'x' ? 2 : 1, *at == 'x' ? "\u00d7" : at);
    return words(o, "%s", text);
}

/* Bytes of the longest beginning of `text` that ends at a blank and fits into a box; at least one word. */
static size_t line_length(const char *text)
{
    size_t best = strcspn(text, " ");
    for (size_t end = best; end <= COLUMNS && (best = end, text[end]);)
        end += 1 + strcspn(text + end + 1, " ");
    return best;
}

/* Breaks the text at blanks into lines of the box, up to line[most - 1]; what does not fit ends in "...". */
static void add_lines(overview *o, overview_box *box, const char *text, int most)
{
    for (const char *at = text; *(at += strspn(at, " ")) && box->lines < most;) {
        size_t length = line_length(at);
        bool cut = box->lines == most - 1 && at[length];
        box->line[box->lines++] = words(o, "%.*s%s", (int)(length < 190 ? length : 190), at, cut ? "..." : "");
        at += length;
    }
}

static void add_line(overview *o, overview_box *box, const char *text)
{
    add_lines(o, box, text, OVERVIEW_LINES);
}

/* ---- boxes ---- */

/* "Multi-Layer Fusion, Eq. 12" -> its title, and its equations on a line of their own. */
static void add_place(overview *o, overview_box *box, const char *place)
{
    const char *equations = strstr(place, "Eq.");
    size_t length = equations ? (size_t)(equations - place) : strlen(place);
    while (length > 0 && strchr(", ", place[length - 1]))
        length--;
    add_lines(o, box, words(o, "%.*s", (int)length, place), MOST_TITLE_LINES);
    if (equations)
        add_line(o, box, equations);
}

/* Does module `caller` of the line call service `i`, which `owner` offers? It is a word of its declaration then. */
static bool calls(const look *l, int caller, int owner, int i)
{
    return l->offered_by[i] == owner && look_declared_at(l, caller, l->service[i]) != SIZE_MAX;
}

static void add_services(overview *o, overview_box *box, const look *l, const look_piece *piece)
{
    add_line(o, box, words(o, "called by %.100s:", l->model->part[piece->caller].module->name));
    for (int i = 0; i < l->services; i++)
        if (calls(l, piece->caller, piece->owner, i))
            add_line(o, box, l->service[i]);
    if (piece->question.rank > 0)
        add_line(o, box, words(o, "given %s", sizes_words(o, &piece->question)));
}

static void add_cost(overview *o, overview_box *box, const look *l, const look_piece *piece)
{
    double share = l->flops > 0 ? 100 * piece->flops / l->flops : 0;
    if (piece->parameters > 0)
        add_line(o, box, words(o, "%s parameters", count_words(o, (double)piece->parameters)));
    if (piece->frozen > 0)
        add_line(o, box, words(o, "%s frozen weights", count_words(o, (double)piece->frozen)));
    if (piece->flops != 0)
        add_line(o, box, share < 0.05 ? "< 0.1 % of FLOPs" : words(o, "%.1f %% of FLOPs", share));
}

static void add_box(overview *o, const look *l, const look_piece *piece)
{
    const ablate_module *owner = l->model->part[piece->owner].module;
    overview_box *box = &o->box[o->boxes++];
    *box = (overview_box){ .kind = piece->parameters > 0 ? OVERVIEW_TRAINED
                                   : piece->frozen > 0   ? OVERVIEW_FROZEN
                                                         : OVERVIEW_PLAIN,
                           .title = words(o, "%s", owner->name),
                           .training = piece->operations[1] > 0 && piece->operations[0] == 0 };
    if (piece->owner != piece->caller)
        add_services(o, box, l, piece);
    else
        add_place(o, box, owner->paper);
    add_cost(o, box, l, piece);
    if (piece->operations[1] > 0 && !piece->every_step)
        add_line(o, box, "computed once a picture");
    else if (box->training)
        add_line(o, box, "while training only");
}

/* ---- nets ---- */

/* One too many takes the place of the last, and the overview is bad then. */
static overview_net *add_net(overview *o, int from, const char *name, const char *shape)
{
    if (o->nets < OVERVIEW_NETS)
        o->nets++;
    else
        o->bad = complain("the line has more than %d arrows to draw; shorten it", (int)OVERVIEW_NETS) < 0;
    overview_net *net = &o->net[o->nets - 1];
    *net = (overview_net){ .from = from, .name = name, .shape = shape };
    return net;
}

static int count_bits(unsigned bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* "teacher"; "teacher x 3" if three are read; "teacher.2" if only that one of several is. */
static const char *net_name(overview *o, const look_link *link)
{
    int written = count_bits(link->written), read = count_bits(link->read), only = 0;
    while (!(link->read >> only & 1u))
        only++;
    return read > 1      ? words(o, "%.60s \u00d7 %d", link->name, read)
           : written > 1 ? words(o, "%.60s.%d", link->name, only)
                         : words(o, "%.60s", link->name);
}

/* The box of a module's own work; -1: it has none. */
static int own_box(const look *l, int part, const int *box_of)
{
    int piece = look_piece_of(l, part, part);
    return piece < 0 ? -1 : box_of[piece];
}

/* `box_of`: piece -> box. */
static void add_link(overview *o, const look *l, const look_link *link, const int *box_of)
{
    overview_net *net = add_net(o, own_box(l, link->writer, box_of), net_name(o, link), sizes_words(o, &link->shape));
    net->list = count_bits(link->read) > 1;
    net->training = link->writer >= 0 && link->made[1] && !link->made[0];
    for (int i = 0; i < l->pieces; i++)
        if (link->reader[i])
            net->to[net->readers++] = box_of[i];
}

/* From the module that offers it, by way of the part of it that the caller sets to work, if it does any work. */
static void add_service(overview *o, const look *l, int caller, int owner, const int *box_of)
{
    int to = own_box(l, caller, box_of), work = look_piece_of(l, owner, caller);
    overview_net *net = add_net(o, own_box(l, owner, box_of), "services", "");
    net->service = true;
    net->to[net->readers++] = work < 0 ? to : box_of[work];
    if (work < 0 || l->piece[work].answer.rank == 0)
        return;
    net = add_net(o, box_of[work], "answer", sizes_words(o, &l->piece[work].answer));
    net->to[net->readers++] = to;
}

static void add_nets(overview *o, const look *l, const int *box_of)
{
    for (int i = 0; i < l->links; i++)
        if (l->link[i].read)
            add_link(o, l, &l->link[i], box_of);
    for (int caller = 0; caller < l->model->parts; caller++)
        for (int owner = 0; owner < caller; owner++) {
            bool called = false;
            for (int i = 0; i < l->services; i++)
                called = called || calls(l, caller, owner, i);
            if (called)
                add_service(o, l, caller, owner, box_of);
        }
}

/* ---- chips ---- */

static void add_chip(overview *o, int box, overview_end kind, const char *name, const char *detail)
{
    if (o->chips < OVERVIEW_CHIPS)
        o->chip[o->chips++] = (overview_chip){ box, kind, name, detail };
    else
        o->bad = complain("the line has more than %d losses and results to draw", (int)OVERVIEW_CHIPS) < 0;
}

static void add_loss(overview *o, const look_loss *loss, int box)
{
    char first[NUMBER_TEXT], last[NUMBER_TEXT];
    number_text(loss->first, first);
    number_text(loss->last, last);
    const char *detail = loss->changes == 0   ? words(o, "weight %s", first)
                         : loss->changes == 1 ? words(o, "weight %s, epoch %d on: %s", first, loss->epoch + 1, last)
                                              : words(o, "weight %s to %s", first, last);
    add_chip(o, box, OVERVIEW_LOSS, words(o, "loss %.60s", loss->name), detail);
}

/* Scores are the engine's: it makes maps and metrics of them. */
static void add_end(overview *o, const look_link *link, int box)
{
    int n = count_bits(link->written);
    bool score = strcmp(link->name, "score") == 0 || strcmp(link->name, "score.image") == 0;
    const char *name = n > 1 ? words(o, "%.60s \u00d7 %d", link->name, n) : words(o, "%.60s", link->name);
    add_chip(o, box, score ? OVERVIEW_SCORE : OVERVIEW_VALUE, name, sizes_words(o, &link->shape));
}

static void add_chips(overview *o, const look *l, int part, int box)
{
    for (int i = 0; i < l->losses; i++)
        if (l->loss[i].part == part)
            add_loss(o, &l->loss[i], box);
    for (int score = 1; score >= 0; score--)
        for (int i = 0; i < l->links; i++) {
            const look_link *link = &l->link[i];
            bool end = link->writer == part && !link->read;
            if (end && (strncmp(link->name, "score", 5) == 0) == (score == 1))
                add_end(o, link, box);
        }
}

/* ---- the whole ---- */

/* The pieces in the line's order, services before the module that calls them. */
static void add_boxes(overview *o, const look *l, int *box_of)
{
    for (int caller = 0; caller < l->model->parts; caller++)
        for (int own = 0; own < 2; own++)
            for (int i = 0; i < l->pieces; i++) {
                const look_piece *piece = &l->piece[i];
                if (piece->caller != caller || (piece->owner == caller) != (own == 1))
                    continue;
                box_of[i] = o->boxes;
                add_box(o, l, piece);
                if (own)
                    add_chips(o, l, caller, box_of[i]);
            }
}

static void add_caption(overview *o, const look *l, const char *title)
{
    o->caption = words(o, "%.200s: a step of %d pictures, %sFLOP forward, %s parameters", title, l->model->run->batch,
                       count_words(o, l->flops), count_words(o, (double)l->parameters));
}

int overview_open(overview *o, const model *m, const dataset *data, const char *title)
{
    int box_of[OVERVIEW_BOXES] = { 0 };
    *o = (overview){ .memory = arena_new() };
    look *l = o->memory ? take_zeroed(1, sizeof *l, "an overview") : NULL;
    if (!l)
        return -1;
    l->memory = o->memory;
    l->model = m;
    l->data = data;
    int status = look_at(l);
    if (status == 0) {
        add_boxes(o, l, box_of);
        add_nets(o, l, box_of);
        add_caption(o, l, title);
    }
    free(l);
    return status == 0 && !o->bad ? 0 : -1;
}

void overview_close(overview *o)
{
    arena_free(o->memory);
    *o = (overview){ 0 };
}
