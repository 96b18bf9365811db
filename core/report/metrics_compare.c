#include "metrics_compare.h"
#include "../base/diag.h"
#include "../metrics/metrics_load.h"
#include "../metrics/metrics_remark.h"
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

/* A cell: a difference of fractions in percent, "0" if there is none at all, "-" if it is not defined. */
static void print_difference(double value, const char *class_name, FILE *to)
{
    bool some = !isnan(value) && fpclassify(value) != FP_ZERO;
    if (some)
        fprintf(to, " %s%.2f", value < 0 ? "−" : "+", fabs(100 * value));
    else
        fputs(isnan(value) ? " -" : " 0", to);
    if (some && class_name) {
        fputc(' ', to);
        report_text_markdown(class_name, to);
    }
    fputs(" |", to);
}

static void print_head(const char *first, bool differences, FILE *to)
{
    fprintf(to, "| %s |", first);
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        fprintf(to, " %s |%s", metrics_title((metrics_kind)kind), differences ? " Δ |" : "");
    fprintf(to, "%s\n|:--|", differences ? " defective pictures | defects |" : "");
    for (int i = 0; i < (differences ? 2 * METRICS_KINDS + 2 : METRICS_KINDS); i++)
        fprintf(to, "--:|");
    fputc('\n', to);
}

static void print_means(const comparison *c, FILE *to)
{
    print_head("mean, percent", true, to);
    for (int i = 0; i < c->protocols; i++) {
        const metrics_result *r = &c->result[i];
        long long defective = 0, defects = 0;
        char name[80];
        fprintf(to, "| %s |", metrics_protocol_print(&r->protocol, name));
        for (int kind = 0; kind < METRICS_KINDS; kind++) {
            if (isnan(r->mean[kind]))
                fprintf(to, " - |");
            else
                fprintf(to, " %.2f |", 100 * r->mean[kind]);
            if (i == 0)
                fprintf(to, " |");
            else
                print_difference(r->mean[kind] - c->result[0].mean[kind], NULL, to);
        }
        for (int k = 0; k < r->class_count; k++) {
            defective += r->classes[k].defective;
            defects += r->classes[k].defects;
        }
        fprintf(to, " %lld | %lld |\n", defective, defects);
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

static void print_furthest(const comparison *c, FILE *to)
{
    fputc('\n', to);
    print_head("class that differs most", false, to);
    for (int i = 1; i < c->protocols; i++) {
        fprintf(to, "| %s |", c->result[i].protocol.name);
        for (int kind = 0; kind < METRICS_KINDS; kind++) {
            double difference;
            const char *name = furthest_class(c, i, kind, &difference);
            print_difference(difference, name, to);
        }
        fputc('\n', to);
    }
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
    if (status == 0) {
        fprintf(to, "%lld maps of %lld x %lld, %d classes; Δ: difference from %s\n\n", (long long)c.pictures,
                (long long)c.height, (long long)c.width, c.result[0].class_count, c.result[0].protocol.name);
        print_means(&c, to);
        print_furthest(&c, to);
        print_remarks(&c, to);
    }
    comparison_free(&c);
    return status;
}
