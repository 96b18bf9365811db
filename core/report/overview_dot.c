#include "overview_dot.h"
#include "../base/diag.h"
#include "../base/name.h"
#include <string.h>

#define INK       "#222222"
#define GREY      "#888888"
#define BLUE      "#0072B2"
#define GREEN     "#009E73"
#define VERMILION "#D55E00"

typedef struct style { /* how a kind is drawn, and what the legend says of it */
    const char *fill, *border, *words;
} style;

enum { TRAINING = OVERVIEW_FROZEN + 1, BOX_KINDS, CHIP_KINDS = OVERVIEW_VALUE + 1 };
static const style boxes[BOX_KINDS] = {
    [OVERVIEW_PLAIN] = { "#EEEEEE", INK, "without parameters" },
    [OVERVIEW_TRAINED] = { "#FFFFFF", INK, "with parameters" },
    [OVERVIEW_FROZEN] = { "#CFE3F2", INK, "frozen: weights that no step changes" },
    [TRAINING] = { "#FFFFFF", BLUE, "while training only" },
};
static const style chips[CHIP_KINDS] = {
    [OVERVIEW_LOSS] = { "#F3C3A5", VERMILION, "loss" },
    [OVERVIEW_SCORE] = { "#B9E3D5", GREEN, "score" },
    [OVERVIEW_VALUE] = { "#FFFFFF", GREY, "value that no module reads" },
};

enum { VALUE, LIST, CHANGED, SERVICE, NET_KINDS };
static const struct {
    const char *drawn, *colour, *words; /* attributes; of the legend */
} nets[NET_KINDS] = {
    [VALUE] = { "color=\"" INK "\"", INK, "thin arrow: a value" },
    [LIST] = { "color=\"" INK "\", penwidth=2", INK, "thick: a list of values" },
    [CHANGED] = { "color=\"" BLUE "\", penwidth=2, style=dashed", BLUE, "dashed: changed while training only" },
    [SERVICE] = { "color=\"" GREEN "\", style=dotted", GREEN, "dotted: functions to call" },
};

static int box_kind(const overview_box *box)
{
    return box->training ? TRAINING : (int)box->kind;
}

static int net_kind(const overview_net *net)
{
    return net->service ? SERVICE : net->training ? CHANGED : net->list ? LIST : VALUE;
}

/* Inside of Graphviz's HTML. */
static void put_text(const char *text, FILE *to)
{
    char one[NAME_ESCAPE];
    while (*text) {
        text += name_next(text, one);
        const char *entity = *one == '<' ? "&lt;" : *one == '>' ? "&gt;" : *one == '&' ? "&amp;" : one;
        fputs(entity, to);
    }
}

static void put_bold(const char *text, const char *below, FILE *to)
{
    fputs("<B>", to);
    put_text(text, to);
    fputs("</B><BR/>", to);
    put_text(below, to);
}

static void put_chip(const overview_chip *chip, FILE *to)
{
    const style *as = &chips[chip->kind];
    fprintf(to, "<TD BGCOLOR=\"%s\" COLOR=\"%s\" BORDER=\"1\">", as->fill, as->border);
    put_bold(chip->name, chip->detail, to);
    fputs("</TD>", to);
}

/* A table: the box, as high as the chips beside it. */
static void put_box(const overview *o, int i, FILE *to)
{
    const overview_box *box = &o->box[i];
    const style *as = &boxes[box_kind(box)];
    int beside = 0;
    for (int c = 0; c < o->chips; c++)
        beside += o->chip[c].box == i;
    fprintf(to,
            "b%d [label=<<TABLE BORDER=\"0\" CELLSPACING=\"2\" CELLPADDING=\"3\"><TR><TD PORT=\"b\" ROWSPAN=\"%d\" "
            "BGCOLOR=\"%s\" COLOR=\"%s\" BORDER=\"%d\"><FONT POINT-SIZE=\"9\"><B>",
            i, beside > 1 ? beside : 1, as->fill, as->border, box->training ? 2 : 1);
    put_text(box->title, to);
    fputs("</B></FONT>", to);
    for (int k = 0; k < box->lines; k++) {
        fputs("<BR/>", to);
        put_text(box->line[k], to);
    }
    fputs("</TD>", to);
    for (int c = 0, above = 0; c < o->chips; c++)
        if (o->chip[c].box == i) {
            fputs(above++ ? "</TR><TR>" : "", to);
            put_chip(&o->chip[c], to);
        }
    fputs("</TR></TABLE>>];\n", to);
}

/* Where an arrow leaves its box and arrives: of several between the same two boxes each has a corner. */
static int corner_of(const overview *o, int net, int to)
{
    int before = 0, all = 0;
    for (int i = 0; i < o->nets; i++)
        for (int k = 0; o->net[i].from == o->net[net].from && k < o->net[i].readers; k++)
            if (o->net[i].to[k] == to) {
                before += i < net;
                all++;
            }
    return all < 2 ? 0 : 1 + before % 3;
}

/* An arrow to each reader; an input of the graph has a place of its own. */
static void put_net(const overview *o, int i, FILE *to)
{
    const overview_net *net = &o->net[i];
    if (net->from < 0 && net->readers > 0) {
        fprintf(to, "i%d [label=<", i);
        put_bold(net->name, net->shape, to);
        fputs(">];\n", to);
    }
    for (int k = 0; k < net->readers; k++) {
        if (net->from < 0) {
            fprintf(to, "i%d -> b%d:b [%s];\n", i, net->to[k], nets[net_kind(net)].drawn);
            continue;
        }
        static const char *const leaves[] = { "", ":sw", ":se", ":s" }, *const arrives[] = { "", ":nw", ":ne", ":n" };
        int corner = corner_of(o, i, net->to[k]);
        fprintf(to, "b%d:b%s -> b%d:b%s [%s, label=<<TABLE BORDER=\"0\" CELLPADDING=\"4\"><TR><TD>", net->from,
                leaves[corner], net->to[k], arrives[corner], nets[net_kind(net)].drawn);
        put_bold(net->name, net->shape, to);
        fputs("</TD></TR></TABLE>>];\n", to);
    }
}

static void put_swatch(const style *as, FILE *to)
{
    fprintf(to, "<TD BGCOLOR=\"%s\" COLOR=\"%s\" BORDER=\"1\">%s</TD>", as->fill, as->border, as->words);
}

/* What the kinds that occur are. */
static void put_legend(const overview *o, FILE *to)
{
    bool box[BOX_KINDS] = { 0 }, chip[CHIP_KINDS] = { 0 }, net[NET_KINDS] = { 0 };
    for (int i = 0; i < o->boxes; i++)
        box[box_kind(&o->box[i])] = true;
    for (int i = 0; i < o->chips; i++)
        chip[o->chip[i].kind] = true;
    for (int i = 0; i < o->nets; i++)
        net[net_kind(&o->net[i])] = true;
    fputs("<TABLE BORDER=\"0\" CELLSPACING=\"4\"><TR>", to);
    for (int i = 0; i < BOX_KINDS; i++)
        if (box[i])
            put_swatch(&boxes[i], to);
    fputs("<TD></TD></TR></TABLE></TD></TR><TR><TD><TABLE BORDER=\"0\" CELLSPACING=\"4\"><TR>", to);
    for (int i = 0; i < CHIP_KINDS; i++)
        if (chip[i])
            put_swatch(&chips[i], to);
    for (int i = 0; i < NET_KINDS; i++)
        if (net[i])
            fprintf(to, "<TD><FONT COLOR=\"%s\">%s</FONT></TD>", nets[i].colour, nets[i].words);
    fputs("<TD></TD></TR></TABLE>", to);
}

int overview_dot(const overview *o, FILE *to)
{
    fputs("digraph overview {\n"
          "graph [rankdir=TB, nodesep=0.25, ranksep=0.2, fontname=\"Liberation Sans\", fontsize=7, labelloc=b, "
          "label=<<TABLE BORDER=\"0\"><TR><TD>",
          to);
    put_text(o->caption, to);
    fputs("</TD></TR><TR><TD>", to);
    put_legend(o, to);
    fputs("</TD></TR></TABLE>>];\n"
          "node [shape=plain, fontname=\"Liberation Sans\", fontsize=7];\n"
          "edge [arrowsize=0.6, fontname=\"Liberation Sans\", fontsize=7];\n",
          to);
    for (int i = 0; i < o->boxes; i++)
        put_box(o, i, to);
    for (int i = 0; i < o->nets; i++)
        put_net(o, i, to);
    fputs("}\n", to);
    return ferror(to) ? complain("the overview cannot be written") : 0;
}
