#include "overview_place.h"
#include "overview_text.h"
#include <math.h>
#include <string.h>

/* Distances in points. */
static const double margin = 2, pad = 5, title_height = 12, card_offset = 3, tower_slant = 7;
static const double first_slot = 17, slot_height = 23, below_slots = 12;
static const double chip_height = 19, chip_gap = 3, chip_pad = 3;
static const double track_width = 6, label_gap = 3, arrow_length = 9;
static const double track_height = 11, channel_least = 12, caption_height = 14, most_spare = 24;

typedef struct grid {                       /* the lines that gaps, columns, channels and rows begin at */
    double box_width[OVERVIEW_BOXES + 1];   /* of each column */
    double label_width[OVERVIEW_BOXES + 1]; /* of the labels at the left of each gap */
    double gap[OVERVIEW_BOXES + 1], gap_width[OVERVIEW_BOXES + 1];
    double column[OVERVIEW_BOXES + 1];
    double channel[OVERVIEW_BOXES + 1], row[OVERVIEW_BOXES], row_box[OVERVIEW_BOXES]; /* row_box: height of its boxes */
    double width, height;
} grid;

int place_cards(const overview_box *box)
{
    return box->layers < 2 ? 1 : box->layers < PLACE_CARDS ? box->layers : PLACE_CARDS;
}

double place_slant(const overview_box *box)
{
    return box->kind == OVERVIEW_FROZEN ? tower_slant : 0;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* ---- sizes ---- */

static double box_text_width(const overview_box *box)
{
    double width = overview_bold_width(box->title, PLACE_TITLE);
    for (int i = 0; i < box->lines; i++)
        width = larger(width, overview_text_width(box->line[i], PLACE_TEXT));
    return width + 2 * pad + card_offset * (place_cards(box) - 1);
}

static double chip_text_width(const overview_chip *chip)
{
    return larger(overview_text_width(chip->name, PLACE_TEXT), overview_text_width(chip->detail, PLACE_TEXT)) +
           2 * chip_pad;
}

static double label_width(const overview_net *net)
{
    return larger(overview_text_width(net->name, PLACE_TEXT), overview_text_width(net->shape, PLACE_TEXT));
}

/* So many arrows that leave side by side, below each other. */
static double slots_height(int slots)
{
    return first_slot + slot_height * (slots - 1) + below_slots;
}

static double box_height(const overview *o, const route *r, int box)
{
    const overview_box *b = &o->box[box];
    double cards = card_offset * (place_cards(b) - 1);
    double text = 2 * pad + title_height + PLACE_LINE * b->lines + cards + 2 * place_slant(b);
    double out = cards + slots_height(r->outs[box + 1]), in = cards + slots_height(r->ins[box]) + slot_height / 2;
    double inputs = box == 0 ? slots_height(r->outs[0]) : 0; /* of the graph, which arrive at this height */
    return larger(larger(text, inputs), larger(out, in));
}

/* ---- the grid ---- */

static void measure_boxes(const overview *o, const route *r, grid *g)
{
    for (int i = 0; i < o->boxes; i++) {
        double *width = &g->box_width[route_column(r, i)];
        *width = larger(*width, box_text_width(&o->box[i]));
    }
    for (int i = 0; i < o->chips; i++) {
        double *width = &g->box_width[route_column(r, o->chip[i].box)];
        *width =
            larger(*width, chip_text_width(&o->chip[i]) + card_offset * (place_cards(&o->box[o->chip[i].box]) - 1));
    }
}

static void measure_columns(const overview *o, const route *r, grid *g)
{
    double x = margin;
    for (int i = 0; i < o->nets; i++) {
        double *width = &g->label_width[route_column(r, o->net[i].from) + 1];
        if (o->net[i].readers > 0)
            *width = larger(*width, label_width(&o->net[i]) + 2 * label_gap);
    }
    for (int c = 0; c <= r->columns; c++) {
        bool empty = g->label_width[c] == 0 && r->gap_tracks[c] == 0;
        double head = c == r->columns || (empty && c == 0) ? 0 : arrow_length;
        g->gap[c] = x;
        g->gap_width[c] = g->label_width[c] + track_width * r->gap_tracks[c] + head;
        g->column[c] = x + g->gap_width[c];
        x = g->column[c] + g->box_width[c];
    }
    g->width = x + margin;
}

/* What the page has left goes between the columns, to the right of each gap's tracks. */
static void spread_columns(const route *r, grid *g, double page)
{
    double spare = r->columns > 1 ? (page - g->width) / (r->columns - 1) : 0, moved = 0;
    if (spare <= 0)
        return;
    spare = spare < most_spare ? spare : most_spare;
    for (int c = 1; c <= r->columns; c++) {
        g->gap[c] += moved;
        if (c == r->columns)
            break;
        moved += spare;
        g->gap_width[c] += spare;
        g->column[c] += moved;
    }
    g->width += moved;
}

static double chips_height(const overview *o, const route *r, int row)
{
    double most = 0;
    for (int box = 0; box < o->boxes; box++) {
        int n = 0;
        for (int i = 0; i < o->chips; i++)
            n += o->chip[i].box == box;
        if (route_row(r, box) == row)
            most = larger(most, n * (chip_height + chip_gap));
    }
    return most;
}

static void measure_rows(const overview *o, const route *r, grid *g)
{
    double y = margin + caption_height;
    for (int row = 0; row < r->rows; row++) {
        g->channel[row] = y;
        double tracks = track_height * r->channel_tracks[row];
        y += tracks > 0 ? tracks + channel_least : row > 0 ? channel_least : 0;
        g->row[row] = y;
        for (int box = 0; box < o->boxes; box++)
            if (route_row(r, box) == row)
                g->row_box[row] = larger(g->row_box[row], box_height(o, r, box));
        y += g->row_box[row] + chips_height(o, r, row);
    }
    g->height = y + margin;
}

/* ---- boxes and chips ---- */

static void place_boxes(const overview *o, const grid *g, place *p)
{
    int below[OVERVIEW_BOXES] = { 0 };
    for (int i = 0; i < o->boxes; i++) {
        int row = route_row(&p->route, i), column = route_column(&p->route, i);
        double x = g->column[column], y = g->row[row];
        p->box[i] = (place_rect){ x, y, x + g->box_width[column], y + g->row_box[row] };
        p->card[i] = card_offset * (place_cards(&o->box[i]) - 1);
    }
    for (int i = 0; i < o->chips; i++) {
        int box = o->chip[i].box;
        double y = p->box[box].y1 + chip_gap + (chip_height + chip_gap) * below[box]++;
        p->chip[i] = (place_rect){ p->box[box].x0, y, p->box[box].x1 - p->card[box], y + chip_height };
    }
}

/* ---- arrows ---- */

static double gap_x(const place *p, const grid *g, int net, int gap)
{
    return g->gap[gap] + g->label_width[gap] + track_width * (route_gap(&p->route, net, gap)->track + 0.5);
}

static double channel_y(const place *p, const grid *g, int net, int channel)
{
    return g->channel[channel] + channel_least / 2 +
           track_height * (route_channel(&p->route, net, channel)->track + 0.5);
}

/* Where a net leaves its box; inputs come from the page's left side. */
static place_point start_of(const overview *o, const place *p, const grid *g, int net)
{
    int from = o->net[net].from;
    double slot = first_slot + slot_height * p->route.slot[net];
    if (from < 0)
        return (place_point){ g->gap[0], g->row[0] + slot };
    return (place_point){ p->box[from].x1, p->box[from].y0 + p->card[from] + slot };
}

static void place_wire_of(const overview *o, const grid *g, place *p, int edge)
{
    const route_edge *e = &p->route.edge[edge];
    place_point start = start_of(o, p, g, e->net);
    double end = p->box[e->to].x0;
    if (e->direct) {
        p->wire[edge] = (place_wire){ { start, { end, start.y } }, 2 };
        return;
    }
    double x = gap_x(p, g, e->net, e->out);
    double arrival = p->box[e->to].y0 + p->card[e->to] + first_slot + slot_height * (e->slot + 0.5);
    if (e->channel < 0) {
        p->wire[edge] = (place_wire){ { start, { x, start.y }, { x, arrival }, { end, arrival } }, 4 };
        return;
    }
    double y = channel_y(p, g, e->net, e->channel), turn = gap_x(p, g, e->net, e->in);
    p->wire[edge] =
        (place_wire){ { start, { x, start.y }, { x, y }, { turn, y }, { turn, arrival }, { end, arrival } }, 6 };
}

/* ---- labels and dots ---- */

static void add_label(place *p, const char *text, double x, double y, bool left, bool name)
{
    if (*text)
        p->label[p->labels++] = (place_label){ text, { x, y }, left, name };
}

/* Above the middle column that the arrow passes in its channel. */
static void label_channels(const overview *o, const grid *g, place *p)
{
    for (int i = 0; i < p->route.channels; i++) {
        const route_track *t = &p->route.channel[i];
        double y = channel_y(p, g, t->net, t->place);
        int column = (t->first + t->last - 1) / 2;
        double x = g->column[column] + g->box_width[column] / 2;
        add_label(p, o->net[t->net].name, x, y - track_height / 2, false, true);
    }
}

static void label_nets(const overview *o, const grid *g, place *p)
{
    for (int i = 0; i < o->nets; i++) {
        if (o->net[i].readers == 0)
            continue;
        place_point at = start_of(o, p, g, i);
        add_label(p, o->net[i].name, at.x + label_gap, at.y - 5.4, true, true);
        add_label(p, o->net[i].shape, at.x + label_gap, at.y + 5.4, true, false);
    }
}

static bool strictly_inside(const place_wire *w, place_point at)
{
    for (int i = 0; i + 1 < w->points; i++) {
        place_point a = w->point[i], b = w->point[i + 1];
        bool upright = a.x == b.x && at.x == a.x && (at.y - a.y) * (at.y - b.y) < 0;
        bool level = a.y == b.y && at.y == a.y && (at.x - a.x) * (at.x - b.x) < 0;
        if (upright || level)
            return true;
    }
    return false;
}

/* A net parts where one of its arrows turns and another goes straight on. */
static void place_dots(place *p)
{
    for (int i = 0; i < p->route.edges; i++)
        for (int k = 1; k + 1 < p->wire[i].points; k++) {
            place_point at = p->wire[i].point[k];
            bool parts = false, known = false;
            for (int j = 0; j < p->route.edges && !parts; j++)
                parts = p->route.edge[j].net == p->route.edge[i].net && strictly_inside(&p->wire[j], at);
            for (int j = 0; j < p->dots; j++)
                known = known || (p->dot[j].x == at.x && p->dot[j].y == at.y);
            if (parts && !known && p->dots < 2 * ROUTE_EDGES)
                p->dot[p->dots++] = at;
        }
}

/* ---- the whole ---- */

static int measure(const overview *o, int columns, place *p, grid *g)
{
    memset(g, 0, sizeof *g);
    if (route_make(o, columns, &p->route) < 0)
        return -1;
    measure_boxes(o, &p->route, g);
    measure_columns(o, &p->route, g);
    return 0;
}

/* The most columns that fit; then as few as give the same number of rows, if they fit too. */
static int choose_columns(const overview *o, double page, place *p, grid *g)
{
    int columns = o->boxes;
    for (;; columns--) {
        if (measure(o, columns, p, g) < 0)
            return -1;
        if (columns == 1 || g->width <= page)
            break;
    }
    int rows = p->route.rows, even = (o->boxes + rows - 1) / rows;
    if (measure(o, even, p, g) < 0)
        return -1;
    return g->width <= page || even == columns ? 0 : measure(o, columns, p, g);
}

int place_make(const overview *o, double page, place *p)
{
    grid g;
    memset(p, 0, sizeof *p);
    if (choose_columns(o, page, p, &g) < 0)
        return -1;
    spread_columns(&p->route, &g, page);
    measure_rows(o, &p->route, &g);
    p->width = g.width;
    p->height = g.height;
    place_boxes(o, &g, p);
    for (int i = 0; i < p->route.edges; i++)
        place_wire_of(o, &g, p, i);
    label_channels(o, &g, p);
    label_nets(o, &g, p);
    place_dots(p);
    return 0;
}
