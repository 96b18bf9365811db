#include "page_curves.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../report/report_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOSSES = 8, EPOCHS = 2000, SHOWN = 60, WIDTH = 260, HEIGHT = 150, LEFT = 34, BOTTOM = 22, TOP = 8, RIGHT = 66 };
/* Okabe and Ito's colours, and dashes that tell the lines apart without them. */
static const char *const colours[LOSSES] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#56b4e9", "#e69f00", "#999999", "#b8a800" };
static const char *const dashes[LOSSES] = { "none", "6 2", "2 2", "8 2 2 2", "1 2", "10 3", "4 4", "3 1" };

typedef struct losses {
    char *text; /* owns the names */
    const char *name[LOSSES];
    double value[LOSSES][EPOCHS];
    int count, epochs;
    double low, high; /* exponents of ten that hold all values above zero */
} losses;

static void take_number(losses *l, int loss, double value)
{
    l->value[loss][l->epochs] = value;
    if (value > 0 && isfinite(value)) {
        l->low = fmin(l->low, log10(value));
        l->high = fmax(l->high, log10(value));
    }
}

/* "epoch\tname\tname" and a line an epoch; what does not fit is left out. */
static void parse(losses *l)
{
    char *lines = NULL, *fields = NULL;
    l->low = INFINITY;
    l->high = -INFINITY;
    for (char *line = strtok_r(l->text, "\n", &lines); line; line = strtok_r(NULL, "\n", &lines)) {
        bool head = strncmp(line, "epoch", 5) == 0;
        int loss = -1;
        for (char *field = strtok_r(line, "\t", &fields); field && loss < LOSSES;
             field = strtok_r(NULL, "\t", &fields), loss++)
            if (loss >= 0 && head && name_read(field) == 0)
                l->name[l->count++] = field;
            else if (loss >= 0 && loss < l->count && l->epochs < EPOCHS)
                take_number(l, loss, strtod(field, NULL));
        l->epochs += !head && l->epochs < EPOCHS;
    }
    l->low = floor(l->low);
    l->high = fmax(ceil(l->high), l->low + 1);
}

static double place_x(const losses *l, int epoch)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * (l->epochs > 1 ? (double)epoch / (l->epochs - 1) : 0);
}

static double place_y(const losses *l, double value)
{
    return TOP + (HEIGHT - TOP - BOTTOM) * (l->high - log10(value)) / (l->high - l->low);
}

static void print_line(const losses *l, int loss, FILE *out)
{
    bool pen = false;
    fputs("<path fill=\"none\" stroke-width=\"1.4\" d=\"", out);
    for (int e = 0; e < l->epochs; e++) {
        double value = l->value[loss][e];
        if (value > 0 && isfinite(value))
            fprintf(out, "%c%.1f %.1f", pen ? 'L' : 'M', place_x(l, e), place_y(l, value));
        pen = value > 0 && isfinite(value);
    }
    fprintf(out, "\" stroke=\"%s\" stroke-dasharray=\"%s\"/>", colours[loss], dashes[loss]);
    int y = TOP + 10 + 13 * loss, x = WIDTH - RIGHT + 4;
    fprintf(
        out,
        "<path stroke-width=\"1.4\" d=\"M%d %dh14\" stroke=\"%s\" stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%d\">", x,
        y - 3, colours[loss], dashes[loss], x + 17, y);
    report_text_html(l->name[loss], out);
    fputs("</text>", out);
}

static void print_axes(const losses *l, FILE *out)
{
    for (int power = (int)l->low; power <= (int)l->high; power++) {
        double y = place_y(l, pow(10, power));
        fprintf(out, "<path class=\"axis\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
        fprintf(out, "<text text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%g</text>", LEFT - 3, y + 3, pow(10, power));
    }
    fprintf(out, "<text text-anchor=\"middle\" x=\"%d\" y=\"%d\">epoch 1 to %d</text>", (WIDTH - RIGHT + LEFT) / 2,
            HEIGHT - 6, l->epochs);
}

static void draw(const losses *l, const listed_run *run, FILE *out)
{
    fprintf(out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"losses by epoch\">", (int)WIDTH,
            (int)HEIGHT);
    print_axes(l, out);
    for (int i = 0; i < l->count; i++)
        print_line(l, i, out);
    fputs("</svg><figcaption>", out);
    report_text_html(run->record.experiment, out);
    fputs(", ", out);
    report_text_html(run->record.row, out);
    fprintf(out, ", seed %d</figcaption></figure>\n", run->record.seed);
}

static int draw_run(const listed_run *run, FILE *out, int *count)
{
    file_map map = { 0 };
    losses *l = take_zeroed(1, sizeof *l, "the losses");
    char *path = take_text("%s/losses.tsv", run->folder);
    int status = l && path ? 0 : -1;
    if (status == 0 && file_exists(path)) {
        status = file_map_open(path, &map);
        l->text = status == 0 ? take_text("%.*s", (int)map.size, (const char *)map.data) : NULL;
        status = l->text ? 0 : -1;
        file_map_close(&map);
        if (status == 0)
            parse(l);
        if (status == 0 && l->epochs > 0 && isfinite(l->low)) {
            draw(l, run, out);
            (*count)++;
        }
        free(l->text);
    }
    free(l);
    free(path);
    return status;
}

int page_curves(const page_options *o, const runs_list *runs, FILE *out, int *count)
{
    (void)o;
    int status = 0;
    fputs("<div class=\"curves\">\n", out);
    for (int i = 0; i < runs->count && *count < SHOWN && status == 0; i++)
        status = draw_run(&runs->run[i], out, count);
    fputs("</div>\n", out);
    if (*count == SHOWN && runs->count > SHOWN)
        fprintf(out, "<p class=\"small\">The first %d of %d runs.</p>\n", (int)SHOWN, runs->count);
    return status;
}
