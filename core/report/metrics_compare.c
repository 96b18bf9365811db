#include "metrics_compare.h"
#include "../base/diag.h"
#include "../base/number.h"
#include "../metrics/metrics.h"
#include "../metrics/metrics_load.h"
#include "document_forms.h"
#include "report_text.h"
#include <math.h>
#include <stdlib.h>

typedef struct comparison {
    metrics_result *result; /* (protocols), of the same classes; the first is compared with */
    char (*judged)[METRICS_JUDGED];
    int protocols;
    int64_t pictures, height, width;
} comparison;

static void comparison_free(comparison *c)
{
    for (int i = 0; c->result && i < c->protocols; i++)
        metrics_result_free(&c->result[i]);
    free(c->result);
    free(c->judged);
}

static int evaluate_one(const char *path, metrics_protocol how, comparison *c, int i)
{
    metrics_file file;
    int status = metrics_file_read(&file, path, &how);
    if (status == 0)
        status = metrics_evaluate(&file.in, &how, &c->result[i]);
    if (status == 0)
        metrics_judged_print(&how, &file.in, c->judged[i]);
    c->pictures = file.in.pictures;
    c->height = file.in.height;
    c->width = file.in.width;
    metrics_file_free(&file);
    return status;
}

static int evaluate_all(const char *path, int connectivity, comparison *c)
{
    const metrics_protocol *protocol = metrics_protocols(&c->protocols);
    int status = 0;
    c->result = take_zeroed((size_t)c->protocols, sizeof *c->result, "results of protocols");
    c->judged = take_zeroed((size_t)c->protocols, sizeof *c->judged, "results of protocols");
    for (int i = 0; c->result && c->judged && i < c->protocols && status == 0; i++) {
        metrics_protocol how = protocol[i];
        how.connectivity = connectivity ? connectivity : how.connectivity;
        status = evaluate_one(path, how, c, i);
    }
    return c->result && c->judged ? status : -1;
}

/* A difference of fractions in percent, "0" if there is none at all; then whose it is. */
static void difference_cell(double value, const char *class_name, sheet *s)
{
    sheet_piece p = sheet_number(100 * value, 2, SHEET_CHANGE);
    bool none = fpclassify(value) == FP_ZERO;
    p.text = none ? "0" : NULL;
    sheet_cell(s, p);
    if (none || isnan(value) || !class_name)
        return;
    sheet_put(s, (sheet_piece){ .text = " " });
    sheet_put(s, (sheet_piece){ .text = class_name });
}

static void add_means(const comparison *c, sheet *s)
{
    sheet_column(s, 'l', "mean, percent");
    for (int kind = 0; kind < METRICS_KINDS; kind++) {
        sheet_column(s, 'r', metrics_title((metrics_kind)kind));
        sheet_column(s, 't', "Δ");
    }
    sheet_column(s, 'r', "defective pictures");
    sheet_column(s, 'r', "defects");
    for (int i = 0; i < c->protocols; i++) {
        const metrics_result *r = &c->result[i];
        double defective = 0, defects = 0;
        char name[80];
        sheet_text(s, metrics_protocol_print(&r->protocol, name));
        for (int kind = 0; kind < METRICS_KINDS; kind++) {
            sheet_cell(s, sheet_number(100 * r->mean[kind], 2, SHEET_PLAIN));
            if (i == 0)
                sheet_begin(s); /* nothing to be compared with */
            else
                difference_cell(r->mean[kind] - c->result[0].mean[kind], NULL, s);
        }
        for (int k = 0; k < r->class_count; k++) {
            defective += (double)r->classes[k].defective;
            defects += (double)r->classes[k].defects;
        }
        sheet_cell(s, sheet_number(defective, 0, SHEET_PLAIN));
        sheet_cell(s, sheet_number(defects, 0, SHEET_PLAIN));
    }
}

/* The class whose number is furthest from the first protocol's; NULL: none has both numbers. */
static const char *furthest_class(const comparison *c, int protocol, int kind, double *difference)
{
    const char *name = NULL;
    *difference = NAN;
    for (int k = 0; k < c->result[0].class_count; k++) {
        double value = c->result[protocol].classes[k].value[kind] - c->result[0].classes[k].value[kind];
        if (!isnan(value) && (!name || fabs(value) > fabs(*difference))) {
            name = c->result[0].classes[k].name;
            *difference = value;
        }
    }
    return name;
}

static void add_furthest(const comparison *c, sheet *s)
{
    sheet_column(s, 'l', "class that differs most");
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        sheet_column(s, 'r', metrics_title((metrics_kind)kind));
    for (int i = 1; i < c->protocols; i++) {
        sheet_text(s, c->result[i].protocol.name);
        for (int kind = 0; kind < METRICS_KINDS; kind++) {
            double difference;
            const char *name = furthest_class(c, i, kind, &difference);
            difference_cell(difference, name, s);
        }
    }
}

static int print_sheets(const comparison *c, FILE *to)
{
    document *d = document_new();
    sheet *means = d ? document_add(d, NULL) : NULL, *furthest = means ? document_add(d, NULL) : NULL;
    if (furthest) {
        add_means(c, means);
        add_furthest(c, furthest);
    }
    bool good = furthest && document_good(d);
    if (good) {
        char maps[NUMBER_OF], classes[NUMBER_OF];
        fprintf(to, "%s of %lld x %lld, %s; Δ: difference from %s\n\n", number_of(c->pictures, "map", "maps", maps),
                (long long)c->height, (long long)c->width,
                number_of(c->result[0].class_count, "class", "classes", classes), c->result[0].protocol.name);
        sheet_markdown(means, to);
        fputc('\n', to);
        sheet_markdown(furthest, to);
    }
    document_free(d);
    return good ? 0 : -1;
}

static void print_remark(void *context, const char *sentence)
{
    fputs("  - ", context);
    report_text_markdown(sentence, context);
    fputc('\n', context);
}

static void print_remarks(const comparison *c, FILE *to)
{
    fputc('\n', to);
    for (int i = 0; i < c->protocols; i++) {
        fprintf(to, "- %s: %s; %s\n", c->result[i].protocol.name, c->result[i].protocol.doc, c->judged[i]);
        metrics_each_remark(&c->result[i], print_remark, to);
    }
}

int metrics_compare(const char *path, int connectivity, FILE *to)
{
    comparison c = { .result = NULL };
    int status = evaluate_all(path, connectivity, &c);
    if (status == 0)
        status = print_sheets(&c, to);
    if (status == 0)
        print_remarks(&c, to);
    comparison_free(&c);
    return status;
}
