#include "../base/diag.h"
#include "../base/name.h"
#include "../base/number.h"
#include "../files/json.h"
#include "../metrics/metrics.h"
#include "../metrics/metrics_load.h"
#include "../report/metrics_compare.h"
#include "verbs.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given;
    const metrics_protocol *protocol; /* NULL: exact */
    int connectivity;                 /* 0: the protocol's */
    bool compare, json;
} request;

static int read_protocol(const line_option *o, const char *text, void *field)
{
    (void)o;
    *(const metrics_protocol **)field = metrics_protocol_find(text);
    return *(const metrics_protocol **)field ? 0 : -1;
}

static int read_connectivity(const line_option *o, const char *text, void *field)
{
    bool known = strcmp(text, "4") == 0 || strcmp(text, "8") == 0;
    *(int *)field = text[0] - '0';
    return known ? 0 : complain("metrics: --%s must be 4 or 8; it is '%s'", o->name, text);
}

static const line_option options[] = {
    OPTION_TAKEN(read_protocol, request, protocol, "protocol", 'p', "P",
                 "exact (default), ader2024, rd4ad, uniad or diad"),
    OPTION_TAKEN(read_connectivity, request, connectivity, "connectivity", 'c', "4|8",
                 "neighbours that join a mask's pixels to one defect: 8 (default) or 4"),
    OPTION(request, compare, "compare", 'C', NULL, "all protocols side by side, in Markdown"),
    OPTION(request, json, "json", 'j', NULL,
           "print JSON: fractions with 17 digits, null where a number is not defined"),
    { 0 }
};

static const char doc[] =
    "Evaluates anomaly maps of any method: image AUROC and AP, pixel AUROC and AP, and AUPRO, for each class and on "
    "average.\v"
    "FILE.npz holds the arrays maps (N,H,W) and masks (N,H,W), and if you have them scores (N), labels (N; 0 good, 1 "
    "defective) and classes (N; names or whole numbers), as ablate run --keep-maps writes them. Without scores a "
    "picture's is taken from its map, without "
    "labels a picture is defective if its mask shows a defect; so it is under all protocols but exact, whatever is "
    "given.";

static void print_number(double value)
{
    char text[NUMBER_TEXT];
    printf("  %-19s", isnan(value) ? "-" : number_text(value, text));
}

static int name_width(const metrics_result *result)
{
    int width = (int)strlen("class");
    for (int c = 0; c < result->class_count; c++)
        width = name_columns(result->classes[c].name) > width ? name_columns(result->classes[c].name) : width;
    return width > 60 ? 60 : width;
}

static void print_rows(const metrics_result *result)
{
    int width = name_width(result);
    printf("%-*s  pictures  defective  defects", width, "class");
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        printf("  %-19s", metrics_title((metrics_kind)kind));
    metrics_row all = { .pictures = 0 };
    for (int c = 0; c < result->class_count; c++) {
        const metrics_row *row = &result->classes[c];
        putchar('\n');
        name_pad(row->name, width, stdout);
        printf("  %8lld  %9lld  %7lld", (long long)row->pictures, (long long)row->defective, (long long)row->defects);
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            print_number(row->value[kind]);
        all.pictures += row->pictures;
        all.defective += row->defective;
        all.defects += row->defects;
    }
    printf("\n%-*s  %8lld  %9lld  %7lld", width, "mean", (long long)all.pictures, (long long)all.defective,
           (long long)all.defects);
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        print_number(result->mean[kind]);
    putchar('\n');
}

static void print_remark(void *context, const char *sentence)
{
    (void)context;
    printf("note: %s\n", sentence);
}

static void add_remark(void *context, const char *sentence)
{
    cJSON_AddItemToArray(context, json_text(sentence));
}

static cJSON *numbers_object(const double value[METRICS_KINDS])
{
    cJSON *object = cJSON_CreateObject();
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        json_add_number(object, metrics_name((metrics_kind)kind), value[kind]);
    return object;
}

static int print_json(const metrics_input *in, const metrics_result *result)
{
    char judged[METRICS_JUDGED];
    cJSON *root = cJSON_CreateObject(), *classes = cJSON_CreateObject(), *notes = cJSON_CreateArray();
    cJSON_AddStringToObject(root, "protocol", result->protocol.name);
    cJSON_AddNumberToObject(root, "connectivity", result->protocol.connectivity);
    cJSON_AddStringToObject(root, "judged", metrics_judged_print(&result->protocol, in, judged));
    cJSON_AddItemToObject(root, "mean", numbers_object(result->mean));
    cJSON_AddItemToObject(root, "classes", classes);
    for (int c = 0; c < result->class_count; c++)
        json_add(classes, result->classes[c].name, numbers_object(result->classes[c].value));
    metrics_each_remark(result, add_remark, notes);
    if (cJSON_GetArraySize(notes))
        cJSON_AddItemToObject(root, "notes", notes);
    else
        cJSON_Delete(notes);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text)
        return complain("metrics: out of memory for printing");
    puts(text);
    cJSON_free(text);
    return 0;
}

static int print_result(const request *wanted, const metrics_input *in, const metrics_result *result)
{
    if (wanted->json) {
        if (print_json(in, result) < 0)
            return -1;
    } else {
        char name[80], path[NAME_ROOM], judged[METRICS_JUDGED], maps[NUMBER_OF];
        printf("%s: %s of %lld x %lld, protocol %s (%s; %s)\n", name_shown(wanted->given.word[0], path, sizeof path),
               number_of(in->pictures, "map", "maps", maps), (long long)in->height, (long long)in->width,
               metrics_protocol_print(&result->protocol, name), result->protocol.doc,
               metrics_judged_print(&result->protocol, in, judged));
        print_rows(result);
        metrics_each_remark(result, print_remark, NULL);
    }
    return 0;
}

static int evaluate_file(const request *wanted)
{
    metrics_file file;
    metrics_result result;
    metrics_protocol how = *(wanted->protocol ? wanted->protocol : metrics_protocol_find("exact"));
    how.connectivity = wanted->connectivity ? wanted->connectivity : how.connectivity;
    int status = metrics_file_read(&file, wanted->given.word[0], &how);
    if (status == 0)
        status = metrics_evaluate(&file.in, &how, &result);
    if (status == 0) {
        status = print_result(wanted, &file.in, &result);
        metrics_result_free(&result);
    }
    metrics_file_free(&file);
    return status;
}

static int run(void *given)
{
    const request *r = given;
    return r->compare ? metrics_compare(r->given.word[0], r->connectivity, stdout) : evaluate_file(r);
}

const verb verb_metrics = {
    .name = "metrics",
    .summary = "FILE.npz  evaluate anybody's score maps",
    .words = "FILE.npz",
    .doc = doc,
    .least = 1,
    .most = 1,
    .lacks = "name a file: ablate metrics FILE.npz [--protocol P] [--json]",
    .options = { options },
    .rules = { { "--compare", "all protocols are printed, in Markdown", "protocol json" } },
    .size = sizeof(request),
    .run = run,
};
