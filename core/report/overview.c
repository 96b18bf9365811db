#include "overview.h"
#include "../base/diag.h"
#include "../base/number.h"
#include "overview_look.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 24, MOST_TITLE_LINES = 3 }; /* of a box's text; lines of the module's place in the paper */

static const char *const units[] = { "", " k", " M", " G", " T" };

/* "182 k": three digits are enough. */
static const char *count_print(double n, char text[24])
{
    int unit = 0;
    for (; n >= 999.5 && unit < 4; unit++)
        n /= 1000;
    snprintf(text, 24, "%.*f%s", unit == 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2, n, units[unit]);
    return text;
}

/* "8x257x128" with the sign of multiplication. */
static const char *sizes_print(const ablate_shape *shape, char text[100])
{
    const shape_text plain = shape_words(shape);
    char *to = text;
    for (const char *at = plain.text; *at; at++)
        to += sprintf(to, "%.*s", *at == 'x' ? 2 : 1, *at == 'x' ? "\u00d7" : at);
    return text;
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
static int add_lines(overview *o, overview_box *box, const char *text, int most)
{
    for (const char *at = text; *(at += strspn(at, " ")) && box->lines < most;) {
        size_t length = line_length(at);
        bool cut = box->lines == most - 1 && at[length];
        char part[200];
        snprintf(part, sizeof part, "%.*s%s", (int)(length < 190 ? length : 190), at, cut ? "..." : "");
        if (!(box->line[box->lines] = arena_text(o->memory, part)))
            return -1;
        box->lines++;
        at += length;
    }
    return 0;
}

static int add_line(overview *o, overview_box *box, const char *text)
{
    return add_lines(o, box, text, OVERVIEW_LINES);
}

/* ---- boxes ---- */

/* "Multi-Layer Fusion, Eq. 12" -> its title, and its equations on a line of their own. */
static int add_place(overview *o, overview_box *box, const char *place)
{
    char title[200];
    const char *equations = strstr(place, "Eq.");
    size_t length = equations ? (size_t)(equations - place) : strlen(place);
    while (length > 0 && strchr(", ", place[length - 1]))
        length--;
    snprintf(title, sizeof title, "%.*s", (int)length, place);
    if (add_lines(o, box, title, MOST_TITLE_LINES) < 0)
        return -1;
    return equations ? add_line(o, box, equations) : 0;
}

/* The services that a module calls are the words of its declaration that another one offers. */
static int add_services(overview *o, overview_box *box, const look *l, const look_piece *piece)
{
    char sizes[100], text[140];
    snprintf(text, sizeof text, "called by %.100s:", l->model->part[piece->caller].module->name);
    if (add_line(o, box, text) < 0)
        return -1;
    for (int i = 0; i < l->services; i++)
        if (l->offered_by[i] == piece->owner && look_declared_at(l, piece->caller, l->service[i]) != SIZE_MAX &&
            add_line(o, box, l->service[i]) < 0)
            return -1;
    if (piece->question.rank == 0)
        return 0;
    snprintf(text, sizeof text, "given %s", sizes_print(&piece->question, sizes));
    return add_line(o, box, text);
}

static int add_cost(overview *o, overview_box *box, const look *l, const look_piece *piece)
{
    char number[24], text[100];
    if (piece->parameters > 0) {
        snprintf(text, sizeof text, "%s parameters", count_print((double)piece->parameters, number));
        if (add_line(o, box, text) < 0)
            return -1;
    }
    if (piece->frozen > 0) {
        snprintf(text, sizeof text, "%s frozen weights", count_print((double)piece->frozen, number));
        if (add_line(o, box, text) < 0)
            return -1;
    }
    double share = l->flops > 0 ? 100 * piece->flops / l->flops : 0;
    if (piece->flops == 0)
        return 0;
    if (share < 0.05)
        snprintf(text, sizeof text, "< 0.1 %% of FLOPs");
    else
        snprintf(text, sizeof text, "%.1f %% of FLOPs", share);
    return add_line(o, box, text);
}

static int add_box(overview *o, const look *l, const look_piece *piece)
{
    const ablate_module *owner = l->model->part[piece->owner].module;
    bool service = piece->owner != piece->caller;
    overview_box *box = &o->box[o->boxes++];
    *box = (overview_box){ .kind = piece->parameters > 0 ? OVERVIEW_TRAINED
                                   : piece->frozen > 0   ? OVERVIEW_FROZEN
                                                         : OVERVIEW_PLAIN,
                           .title = arena_text(o->memory, owner->name),
                           .training = piece->operations[1] > 0 && piece->operations[0] == 0 };
    if (!box->title)
        return -1;
    if ((service ? add_services(o, box, l, piece) : add_place(o, box, owner->paper)) < 0 ||
        add_cost(o, box, l, piece) < 0)
        return -1;
    if (piece->operations[1] > 0 && !piece->every_step)
        return add_line(o, box, "computed once a picture");
    return box->training ? add_line(o, box, "while training only") : 0;
}

/* ---- nets ---- */

/* NULL: complained. */
static overview_net *add_net(overview *o, int from, const char *name, const char *shape)
{
    if (o->nets == OVERVIEW_NETS) {
        complain("the line has more than %d arrows to draw; shorten it", (int)OVERVIEW_NETS);
        return NULL;
    }
    overview_net *net = &o->net[o->nets++];
    *net = (overview_net){ .from = from, .name = arena_text(o->memory, name), .shape = arena_text(o->memory, shape) };
    return net->name && net->shape ? net : NULL;
}

static int count_bits(unsigned bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* "teacher", "8x257x128"; "teacher x 3" if three are read; "teacher.2" if only that one of several is. */
static void name_net(const look_link *link, char name[80], char sizes[100])
{
    int written = count_bits(link->written), read = count_bits(link->read), only = 0;
    while (!(link->read >> only & 1u))
        only++;
    if (read > 1)
        snprintf(name, 80, "%.60s \u00d7 %d", link->name, read);
    else if (written > 1)
        snprintf(name, 80, "%.60s.%d", link->name, only);
    else
        snprintf(name, 80, "%.60s", link->name);
    sizes_print(&link->shape, sizes);
}

/* `box_of`: piece -> box. */
static int add_link(overview *o, const look *l, const look_link *link, const int *box_of)
{
    char name[80], shape[100];
    int from = -1;
    for (int i = 0; i < l->pieces; i++)
        if (l->piece[i].owner == link->writer && l->piece[i].caller == link->writer)
            from = box_of[i];
    name_net(link, name, shape);
    overview_net *net = add_net(o, from, name, shape);
    if (!net)
        return -1;
    net->list = count_bits(link->read) > 1;
    net->training = link->writer >= 0 && link->made[1] && !link->made[0];
    for (int i = 0; i < l->pieces; i++)
        if (link->reader[i])
            net->to[net->readers++] = box_of[i];
    return 0;
}

/* From the module that offers it, by way of the part of it that the caller sets to work, if it does any work. */
static int add_service(overview *o, const look *l, int caller, int owner, const int *box_of)
{
    int from = -1, to = -1, work = -1;
    char sizes[100];
    for (int i = 0; i < l->pieces; i++) {
        const look_piece *p = &l->piece[i];
        from = p->owner == owner && p->caller == owner ? box_of[i] : from;
        to = p->owner == caller && p->caller == caller ? box_of[i] : to;
        work = p->owner == owner && p->caller == caller ? i : work;
    }
    overview_net *net = add_net(o, from, "services", "");
    if (!net)
        return -1;
    net->service = true;
    net->to[net->readers++] = work < 0 ? to : box_of[work];
    if (work < 0 || l->piece[work].answer.rank == 0)
        return 0;
    if (!(net = add_net(o, box_of[work], "answer", sizes_print(&l->piece[work].answer, sizes))))
        return -1;
    net->to[net->readers++] = to;
    return 0;
}

static int add_nets(overview *o, const look *l, const int *box_of)
{
    for (int i = 0; i < l->links; i++)
        if (l->link[i].read && add_link(o, l, &l->link[i], box_of) < 0)
            return -1;
    for (int caller = 0; caller < l->model->parts; caller++)
        for (int owner = 0; owner < caller; owner++) {
            bool called = false;
            for (int i = 0; i < l->services; i++)
                called =
                    called || (l->offered_by[i] == owner && look_declared_at(l, caller, l->service[i]) != SIZE_MAX);
            if (called && add_service(o, l, caller, owner, box_of) < 0)
                return -1;
        }
    return 0;
}

/* ---- chips ---- */

static int add_chip(overview *o, int box, overview_end kind, const char *name, const char *detail)
{
    if (o->chips == OVERVIEW_CHIPS)
        return complain("the line has more than %d losses and results to draw", (int)OVERVIEW_CHIPS);
    overview_chip *chip = &o->chip[o->chips++];
    *chip = (overview_chip){ box, kind, arena_text(o->memory, name), arena_text(o->memory, detail) };
    return chip->name && chip->detail ? 0 : -1;
}

static int add_loss(overview *o, const look_loss *loss, int box)
{
    char name[80], detail[120], first[NUMBER_TEXT], last[NUMBER_TEXT];
    number_text(loss->first, first);
    number_text(loss->last, last);
    snprintf(name, sizeof name, "loss %.60s", loss->name);
    if (loss->changes == 0)
        snprintf(detail, sizeof detail, "weight %s", first);
    else if (loss->changes == 1)
        snprintf(detail, sizeof detail, "weight %s, epoch %d on: %s", first, loss->epoch + 1, last);
    else
        snprintf(detail, sizeof detail, "weight %s to %s", first, last);
    return add_chip(o, box, OVERVIEW_LOSS, name, detail);
}

/* Scores are the engine's: it makes maps and metrics of them. */
static int add_end(overview *o, const look_link *link, int box)
{
    char sizes[100], name[80];
    int n = count_bits(link->written);
    bool score = strcmp(link->name, "score") == 0 || strcmp(link->name, "score.image") == 0;
    snprintf(name, sizeof name, n > 1 ? "%.60s \u00d7 %d" : "%.60s", link->name, n);
    return add_chip(o, box, score ? OVERVIEW_SCORE : OVERVIEW_VALUE, name, sizes_print(&link->shape, sizes));
}

static int add_chips(overview *o, const look *l, int part, int box)
{
    for (int i = 0; i < l->losses; i++)
        if (l->loss[i].part == part && add_loss(o, &l->loss[i], box) < 0)
            return -1;
    for (int score = 1; score >= 0; score--)
        for (int i = 0; i < l->links; i++) {
            const look_link *link = &l->link[i];
            bool end = link->writer == part && !link->read;
            if (end && (strncmp(link->name, "score", 5) == 0) == (score == 1) && add_end(o, link, box) < 0)
                return -1;
        }
    return 0;
}

/* ---- the whole ---- */

/* The pieces in the line's order, services before the module that calls them. */
static int add_boxes(overview *o, const look *l, int *box_of)
{
    for (int caller = 0; caller < l->model->parts; caller++)
        for (int own = 0; own < 2; own++)
            for (int i = 0; i < l->pieces; i++) {
                const look_piece *piece = &l->piece[i];
                if (piece->caller != caller || (piece->owner == caller) != (own == 1))
                    continue;
                box_of[i] = o->boxes;
                if (add_box(o, l, piece) < 0 || (own && add_chips(o, l, caller, box_of[i]) < 0))
                    return -1;
            }
    return 0;
}

static int add_caption(overview *o, const look *l, const char *title)
{
    char text[400], flops[24], trained[24];
    snprintf(text, sizeof text, "%.200s: a step of %d pictures, %sFLOP forward, %s parameters", title,
             l->model->run->batch, count_print(l->flops, flops), count_print((double)l->parameters, trained));
    o->caption = arena_text(o->memory, text);
    return o->caption ? 0 : -1;
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
    if (status == 0)
        status = add_boxes(o, l, box_of);
    if (status == 0)
        status = add_nets(o, l, box_of);
    if (status == 0)
        status = add_caption(o, l, title);
    free(l);
    return status;
}

void overview_close(overview *o)
{
    arena_free(o->memory);
    *o = (overview){ 0 };
}
