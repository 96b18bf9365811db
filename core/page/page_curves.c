#include "../base/diag.h"
#include "../base/file.h"
#include "../record/losses.h"
#include "../report/report_text.h"
#include "page_parts.h"
#include <math.h>
#include <stdlib.h>

enum { LOSSES = 8, SHOWN = 60, WIDTH = 260, HEIGHT = 150, LEFT = 34, BOTTOM = 22, TOP = 8, RIGHT = 66 };
/* Okabe and Ito's colours, and dashes that tell the lines apart without them. */
static const char *const colours[LOSSES] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#56b4e9", "#e69f00", "#999999", "#b8a800" };
static const char *const dashes[LOSSES] = { "none", "6 2", "2 2", "8 2 2 2", "1 2", "10 3", "4 4", "3 1" };

typedef struct drawing {
    losses of;
    double low, high; /* exponents of ten that hold all values above zero */
} drawing;

static double value_of(const drawing *d, int epoch, int loss)
{
    return d->of.value[epoch * d->of.terms + loss];
}

static bool is_shown(double value)
{
    return value > 0 && isfinite(value);
}

static int shown_losses(const drawing *d)
{
    return d->of.terms < LOSSES ? d->of.terms : LOSSES;
}

/* false: there is nothing above zero. */
static bool find_range(drawing *d)
{
    d->low = INFINITY;
    d->high = -INFINITY;
    for (int e = 0; e < d->of.lines; e++)
        for (int i = 0; i < shown_losses(d); i++)
            if (is_shown(value_of(d, e, i))) {
                d->low = fmin(d->low, log10(value_of(d, e, i)));
                d->high = fmax(d->high, log10(value_of(d, e, i)));
            }
    d->low = floor(d->low);
    d->high = fmax(ceil(d->high), d->low + 1);
    return isfinite(d->low);
}

static double place_x(const drawing *d, int epoch)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * (d->of.lines > 1 ? (double)epoch / (d->of.lines - 1) : 0);
}

static double place_y(const drawing *d, double value)
{
    return TOP + (HEIGHT - TOP - BOTTOM) * (d->high - log10(value)) / (d->high - d->low);
}

static void print_line(const drawing *d, int loss, FILE *out)
{
    bool pen = false;
    fputs("<path fill=\"none\" stroke-width=\"1.4\" d=\"", out);
    for (int e = 0; e < d->of.lines; e++) {
        double value = value_of(d, e, loss);
        if (is_shown(value))
            fprintf(out, "%c%.1f %.1f", pen ? 'L' : 'M', place_x(d, e), place_y(d, value));
        pen = is_shown(value);
    }
    if (d->of.lines == 1 && pen)
        fputs("h3", out); /* one epoch is no line, but a mark */
    fprintf(out, "\" stroke=\"%s\" stroke-dasharray=\"%s\"/>", colours[loss], dashes[loss]);
    int y = TOP + 10 + 13 * loss, x = WIDTH - RIGHT + 4;
    fprintf(
        out,
        "<path stroke-width=\"1.4\" d=\"M%d %dh14\" stroke=\"%s\" stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%d\">", x,
        y - 3, colours[loss], dashes[loss], x + 17, y);
    report_text_html(d->of.name[loss], out);
    fputs("</text>", out);
}

static void print_axes(const drawing *d, FILE *out)
{
    for (int power = (int)d->low; power <= (int)d->high; power++) {
        double y = place_y(d, pow(10, power));
        fprintf(out, "<path class=\"axis\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
        fprintf(out, "<text text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%g</text>", LEFT - 3, y + 3, pow(10, power));
    }
    fprintf(out, "<text text-anchor=\"middle\" x=\"%d\" y=\"%d\">epoch 1 to %d</text>", (WIDTH - RIGHT + LEFT) / 2,
            HEIGHT - 6, d->of.lines);
}

static void draw(const drawing *d, const listed_run *run, FILE *out)
{
    fprintf(out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"losses by epoch\">", (int)WIDTH,
            (int)HEIGHT);
    print_axes(d, out);
    for (int i = 0; i < shown_losses(d); i++)
        print_line(d, i, out);
    fputs("</svg><figcaption>", out);
    report_text_html(run->record.experiment, out);
    fputs(", ", out);
    report_text_html(run->record.row, out);
    fprintf(out, ", seed %d</figcaption></figure>\n", run->record.seed);
}

/* A run without the file is none that trained; one with a damaged file is left out and named. */
static int draw_run(const listed_run *run, FILE *out)
{
    drawing d = { .of = { 0 } };
    char *path = take_text("%s/losses.tsv", run->folder);
    bool there = path && file_exists(path), good = there && losses_read(&d.of, run->folder, LOSSES_VALUES) == 0;
    bool drawn = good && find_range(&d);
    if (drawn)
        draw(&d, run, out);
    if (there && !good) {
        fprintf(stderr, "left out of the page: %s\n", complaint());
        complaint_clear();
    }
    losses_free(&d.of);
    free(path);
    return drawn;
}

int page_curves(const page_options *o, const runs_list *runs, FILE *out, int *count)
{
    (void)o;
    fputs("<div class=\"curves\">\n", out);
    for (int i = 0; i < runs->count && *count < SHOWN; i++)
        *count += draw_run(&runs->run[i], out);
    fputs("</div>\n", out);
    if (*count == SHOWN && runs->count > SHOWN)
        fprintf(out, "<p class=\"small\">The first %d of %d runs.</p>\n", (int)SHOWN, runs->count);
    return 0;
}
