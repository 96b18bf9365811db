#include "overview_draw.h"
#include "../base/diag.h"
#include "../base/name.h"
#include "overview_text.h"
#include <string.h>

static const char *const box_kind[] = { "plain", "trained", "frozen" };
static const char *const chip_kind[] = { "loss", "score", "value" };
static const double legend_height = 16, swatch = 14, head = 5;

static void point(FILE *to, const char *what, const char *kind, double x, double y, const char *text)
{
    fprintf(to, "%s%s%s\t%.2f\t%.2f\t0\t0\t", what, *kind ? "-" : "", kind, x, y);
    name_print(text, to);
    fputc('\n', to);
}

static void outline(FILE *to, const char *what, const char *kind, place_rect r)
{
    point(to, what, kind, r.x0, r.y0, "");
    point(to, what, kind, r.x1, r.y0, "");
    point(to, what, kind, r.x1, r.y1, "");
    point(to, what, kind, r.x0, r.y1, "");
    point(to, what, kind, r.x0, r.y0, "");
    fprintf(to, "\n");
}

static const char *kind_of(const overview_box *box)
{
    return box->training ? "training" : box_kind[box->kind];
}

/* A card, whose right side is lower by `slant` at both ends than its left: a tower that narrows in the direction of the
 * arrows. */
static void draw_front(FILE *to, const char *kind, place_rect r, double slant)
{
    point(to, "box", kind, r.x0, r.y0, "");
    point(to, "box", kind, r.x1, r.y0 + slant, "");
    point(to, "box", kind, r.x1, r.y1 - slant, "");
    point(to, "box", kind, r.x0, r.y1, "");
    point(to, "box", kind, r.x0, r.y0, "");
    fprintf(to, "\n");
}

/* What is seen of a card that lies `step` to the right of and above the card r. */
static void draw_behind(FILE *to, const char *kind, place_rect r, double slant, double step)
{
    double hidden = slant * step / (r.x1 - r.x0);
    point(to, "box", kind, r.x0 + step, r.y0 + hidden, "");
    point(to, "box", kind, r.x0 + step, r.y0 - step, "");
    point(to, "box", kind, r.x1 + step, r.y0 - step + slant, "");
    point(to, "box", kind, r.x1 + step, r.y1 - step - slant, "");
    point(to, "box", kind, r.x1, r.y1 - step - slant + hidden, "");
    point(to, "box", kind, r.x1, r.y0 + slant, "");
    point(to, "box", kind, r.x0 + step, r.y0 + hidden, "");
    fprintf(to, "\n");
}

static void draw_box(const overview_box *box, const place *p, int i, FILE *to)
{
    int cards = place_cards(box);
    double all = p->card[i], slant = place_slant(box);
    place_rect front = { p->box[i].x0, p->box[i].y0 + all, p->box[i].x1 - all, p->box[i].y1 };
    for (int k = cards - 2; k >= 0; k--) {
        double up = all * k / (cards - 1), step = all / (cards - 1);
        place_rect r = { front.x0 + up, front.y0 - up, front.x1 + up, front.y1 - up };
        draw_behind(to, kind_of(box), r, slant, step);
    }
    draw_front(to, kind_of(box), front, slant);
    double x = (front.x0 + front.x1) / 2;
    double y = (front.y0 + front.y1 - PLACE_LINE * box->lines) / 2;
    point(to, "title", "", x, y, box->title);
    for (int k = 0; k < box->lines; k++)
        point(to, "text", "", x, y + 10.5 + PLACE_LINE * k, box->line[k]);
}

static void draw_chip(const overview_chip *chip, const place *p, int i, FILE *to)
{
    const place_rect *r = &p->chip[i];
    double x = (r->x0 + r->x1) / 2;
    outline(to, "chip", chip_kind[chip->kind], *r);
    point(to, "name", "", x, r->y0 + 5.2, chip->name);
    point(to, "text", "", x, r->y0 + 13.4, chip->detail);
}

/* From the box to its last chip, behind those between. */
static void draw_stem(const overview *o, const place *p, int box, FILE *to)
{
    double end = 0, x = p->box[box].x0 + 8;
    for (int i = 0; i < o->chips; i++)
        if (o->chip[i].box == box && p->chip[i].y0 > end)
            end = p->chip[i].y0;
    if (end == 0)
        return;
    point(to, "line", "stem", x, p->box[box].y1, "");
    point(to, "line", "stem", x, end, "");
    fprintf(to, "\n");
}

static const char *net_kind(const overview_net *net)
{
    return net->service ? "service" : net->training ? "training" : net->list ? "list" : "value";
}

/* A line all the way, and a head on its last points. */
static void draw_wire(const overview *o, const place *p, int i, FILE *to)
{
    const place_wire *w = &p->wire[i];
    const char *kind = net_kind(&o->net[p->route.edge[i].net]);
    place_point end = w->point[w->points - 1];
    for (int k = 0; k + 1 < w->points; k++)
        point(to, "line", kind, w->point[k].x, w->point[k].y, "");
    point(to, "line", kind, end.x - head, end.y, "");
    fprintf(to, "\narrow-%s\t%.2f\t%.2f\t%.2f\t0\t\n\n", kind, end.x - head, end.y, head);
}

/* ---- the legend ---- */

typedef struct legend_item {
    const char *what, *kind, *text;
} legend_item;

static bool occurs(const overview *o, const legend_item *item)
{
    bool found = false;
    for (int i = 0; i < o->boxes && strcmp(item->what, "box") == 0; i++)
        found = found || strcmp(item->kind, kind_of(&o->box[i])) == 0;
    for (int i = 0; i < o->chips && strcmp(item->what, "chip") == 0; i++)
        found = found || strcmp(item->kind, chip_kind[o->chip[i].kind]) == 0;
    for (int i = 0; i < o->nets && strcmp(item->what, "line") == 0; i++)
        found = found || (o->net[i].readers > 0 && strcmp(item->kind, net_kind(&o->net[i])) == 0);
    return found;
}

static double legend_width(const legend_item *item)
{
    return swatch + 3 + overview_text_width(item->text, PLACE_TEXT) + 9;
}

static void draw_item(const legend_item *item, double x, double y, FILE *to)
{
    if (strcmp(item->what, "line") == 0) {
        point(to, "line", item->kind, x, y, "");
        point(to, "line", item->kind, x + swatch, y, "");
        fprintf(to, "\n");
    } else {
        outline(to, item->what, item->kind, (place_rect){ x, y - 4, x + swatch, y + 4 });
    }
    point(to, "left-text", "", x + swatch + 3, y, item->text);
}

/* Kinds that occur, in lines as long as the page is wide; the height that they take. `to` NULL: only measured. */
static double draw_legend(const overview *o, const place *p, FILE *to)
{
    static const legend_item items[] = {
        { "box", "frozen", "frozen: weights that no step changes" },
        { "box", "trained", "with parameters" },
        { "box", "plain", "without parameters" },
        { "box", "training", "while training only" },
        { "chip", "loss", "loss" },
        { "chip", "score", "score" },
        { "chip", "value", "value that no module reads" },
        { "line", "value", "a value" },
        { "line", "list", "a list of values" },
        { "line", "training", "changed while training only" },
        { "line", "service", "functions to call" },
    };
    double x = 2, y = p->height + legend_height / 2;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (!occurs(o, &items[i]))
            continue;
        if (x > 2 && x + legend_width(&items[i]) > p->width) {
            x = 2;
            y += legend_height * 0.75;
        }
        if (to)
            draw_item(&items[i], x, y, to);
        x += legend_width(&items[i]);
    }
    return y + legend_height / 2;
}

int overview_draw(const overview *o, const place *p, FILE *to)
{
    fprintf(to, "what\tx\ty\tdx\tdy\ttext\n");
    point(to, "page", "", p->width, draw_legend(o, p, NULL), "");
    for (int i = 0; i < o->boxes; i++)
        draw_stem(o, p, i, to);
    for (int i = 0; i < o->boxes; i++)
        draw_box(&o->box[i], p, i, to);
    for (int i = 0; i < o->chips; i++)
        draw_chip(&o->chip[i], p, i, to);
    for (int i = 0; i < p->route.edges; i++)
        draw_wire(o, p, i, to);
    for (int i = 0; i < p->dots; i++)
        point(to, "dot", "", p->dot[i].x, p->dot[i].y, "");
    for (int i = 0; i < p->labels; i++) {
        const place_label *l = &p->label[i];
        const char *what = l->left   ? "left"
                           : l->name ? "name"
                                     : "text",
                   *kind = !l->left  ? ""
                           : l->name ? "name"
                                     : "text";
        point(to, what, kind, l->at.x, l->at.y, l->text);
    }
    point(to, "left", "text", 2, 8, o->caption);
    draw_legend(o, p, to);
    return ferror(to) ? complain("the overview cannot be written") : 0;
}
