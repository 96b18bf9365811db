/* A thousand random evaluations against scikit-learn, an exact AUPRO written from its definition, and the presets
 * against statements of the field's estimators, by way of the files that `ablate metrics` reads. The numbers are made
 * by tests/golden/make_metrics.py; the inputs are drawn here as they are there (metrics_draw.h). */
/* units: metrics_load */
#include "../../core/base/diag.h"
#include "../../core/base/half.h"
#include "../../core/metrics/metrics_load.h"
#include "../lab/metrics_draw.h"
#include "../lab/npz_write.h"
#include "../lab/scratch.h"
#include "../lab/truth.h"
#include <math.h>

enum { CASES = 1000, CLASSES_MOST = 4, PROTOCOLS = 5, DEFLATED_MOST = 20000 };
static const char golden_path[] = "tests/golden/metrics.txt";

typedef struct golden { /* of a case */
    int number;
    uint32_t sum;
    int rows[PROTOCOLS];
    double value[PROTOCOLS][CLASSES_MOST][METRICS_KINDS]; /* by protocol and class; NaN: not defined */
} golden;

static golden expected[CASES];
static drawn_case drawn;

static int protocol_place(const char *name)
{
    int count;
    const metrics_protocol *all = metrics_protocols(&count);
    for (int i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            return i;
    fail_msg("%s: '%s' is no protocol", golden_path, name);
    return -1;
}

static void read_row(golden *g, const char *line)
{
    char name[20], text[METRICS_KINDS][32];
    assert_int_equal(sscanf(line, "%19s %31s %31s %31s %31s %31s", name, text[0], text[1], text[2], text[3], text[4]),
                     6);
    int p = protocol_place(name);
    assert_true(g->rows[p] < CLASSES_MOST);
    for (int k = 0; k < METRICS_KINDS; k++)
        g->value[p][g->rows[p]][k] = strcmp(text[k], "-") == 0 ? NAN : strtod(text[k], NULL);
    g->rows[p]++;
}

static int read_golden(void **state)
{
    FILE *from = fopen(golden_path, "r");
    char line[256];
    int count = 0;
    assert_non_null(from);
    while (fgets(line, sizeof line, from))
        if (strncmp(line, "case ", 5) == 0) {
            assert_true(count < CASES);
            golden *g = &expected[count++];
            char *rest;
            g->number = (int)strtol(line + 5, &rest, 10);
            g->sum = (uint32_t)strtoul(rest, NULL, 16);
        } else if (line[0] != '#') {
            assert_true(count > 0);
            read_row(&expected[count - 1], line);
        }
    fclose(from);
    assert_int_equal(count, CASES);
    return make_folder(state);
}

/* ---- the case as a file ---- */

static void add_maps(archive *to, const char *shape, int method)
{
    static union {
        uint16_t half[DRAWN_PIXELS];
        float single[DRAWN_PIXELS];
    } narrow;
    int n = drawn_pixels(&drawn);
    for (int i = 0; i < n && drawn.precision < 8; i++) {
        float value = (float)drawn.maps[i];
        assert_true((double)value == drawn.maps[i]);
        if (drawn.precision == 2)
            narrow.half[i] = half_of(value);
        else
            narrow.single[i] = value;
    }
    add_array(to, "maps",
              drawn.precision == 2   ? "<f2"
              : drawn.precision == 4 ? "<f4"
                                     : "<f8",
              shape, 0, drawn.precision == 8 ? (const void *)drawn.maps : &narrow, (size_t)n * (size_t)drawn.precision,
              method);
}

static void add_masks(archive *to, const char *shape, int method)
{
    static uint8_t ones[DRAWN_PIXELS];
    bool whole = true;
    int n = drawn_pixels(&drawn);
    for (int i = 0; i < n; i++) {
        ones[i] = drawn.masks[i] / 255;
        whole &= drawn.masks[i] == 0 || drawn.masks[i] == 255;
    }
    add_array(to, "masks", "|u1", shape, 0, whole && drawn.ones ? ones : drawn.masks, (size_t)n, method);
}

static void add_classes(archive *to, const char *shape, int method)
{
    uint32_t text[DRAWN_PICTURES][2];
    size_t n = (size_t)drawn.pictures;
    for (size_t i = 0; i < n; i++) {
        text[i][0] = 'k';
        text[i][1] = (uint32_t)('0' + drawn.classes[i]);
    }
    if (drawn.texts)
        add_array(to, "classes", "<U2", shape, 0, text, n * sizeof *text, method);
    else
        add_array(to, "classes", "<i8", shape, 0, drawn.classes, n * sizeof *drawn.classes, method);
}

static void save_case(const char *path)
{
    static archive made;
    char maps[64], vector[32];
    size_t n = (size_t)drawn.pictures;
    int method = drawn.deflated && drawn_pixels(&drawn) < DEFLATED_MOST ? 8 : 0; /* deflating takes its time */
    made.size = 0;
    made.members = 0;
    snprintf(maps, sizeof maps, "(%d, %d, %d)", drawn.pictures, drawn.height, drawn.width);
    snprintf(vector, sizeof vector, "(%d,)", drawn.pictures);
    add_maps(&made, maps, method);
    add_masks(&made, maps, method);
    if (drawn.scored)
        add_array(&made, "scores", "<f8", vector, 0, drawn.scores, n * sizeof *drawn.scores, method);
    if (drawn.labelled)
        add_array(&made, "labels", "<i8", vector, 0, drawn.labels, n * sizeof *drawn.labels, method);
    if (drawn.class_count > 1)
        add_classes(&made, vector, method);
    save_archive(&made, path);
}

/* ---- comparing ---- */

typedef struct comparison {                            /* of one protocol, over all cases */
    double error[METRICS_KINDS], bound[METRICS_KINDS]; /* where it comes nearest to its bound */
    int defined[METRICS_KINDS], cases;
} comparison;

/* Both sides add at most one term a pixel, each of them and each sum so far at most 1 and rounded once or twice; the
 * file's numbers are rounded at their 13th or 10th digit. */
static double tolerance(int protocol)
{
    return 4 * 0x1p-53 * drawn_pixels(&drawn) + (protocol == 0 ? 1e-13 : 1e-10);
}

static void compare_row(const golden *g, int protocol, int class, const metrics_row *row, comparison *found)
{
    for (int k = 0; k < METRICS_KINDS; k++) {
        double wanted = g->value[protocol][class][k], error = fabs(row->value[k] - wanted);
        if (isnan(wanted) != isnan(row->value[k]) || (!isnan(wanted) && !(error <= tolerance(protocol))))
            fail_msg("case %d, class %s, %s: %.17g is not %.13g", g->number, row->name, metrics_name((metrics_kind)k),
                     row->value[k], wanted);
        if (isnan(row->value[k]) != (row->reason[k] != NULL))
            fail_msg("case %d, class %s, %s: a number or a reason, not both", g->number, row->name,
                     metrics_name((metrics_kind)k));
        if (!isnan(wanted)) {
            bool nearer = found->defined[k]++ == 0 || error / tolerance(protocol) > found->error[k] / found->bound[k];
            found->error[k] = nearer ? error : found->error[k];
            found->bound[k] = nearer ? tolerance(protocol) : found->bound[k];
        }
    }
}

static void compare_means(const metrics_result *result)
{
    for (int k = 0; k < METRICS_KINDS; k++) {
        double sum = 0;
        int count = 0;
        for (int c = 0; c < result->class_count; c++)
            if (!isnan(result->classes[c].value[k])) {
                sum += result->classes[c].value[k];
                count++;
            }
        assert_int_equal(result->mean_over[k], count);
        assert_true(count ? fabs(result->mean[k] - sum / count) <= 4 * 0x1p-53 : isnan(result->mean[k]));
    }
}

static void compare_case(const golden *g, int protocol, comparison *found)
{
    int count;
    metrics_protocol how = metrics_protocols(&count)[protocol];
    metrics_file file;
    metrics_result result = { .class_count = 0 };
    how.connectivity = protocol == 0 ? drawn.connectivity : 8;
    if (metrics_file_read(&file, below("case.npz"), &how) < 0 || metrics_evaluate(&file.in, &how, &result) < 0)
        fail_msg("case %d: %s", g->number, complaint());
    assert_int_equal(result.class_count, g->rows[protocol]);
    for (int c = 0; c < result.class_count; c++)
        compare_row(g, protocol, c, &result.classes[c], found);
    compare_means(&result);
    found->cases++;
    metrics_result_free(&result);
    metrics_file_free(&file);
}

static void print_comparison(int protocol, const comparison *found)
{
    int count;
    print_message("%s, %d cases; values compared, greatest error:", metrics_protocols(&count)[protocol].name,
                  found->cases);
    for (int k = 0; k < METRICS_KINDS; k++)
        print_message(" %s %d, %.1e;", metrics_title((metrics_kind)k), found->defined[k], found->error[k]);
    print_message("\n");
}

static void tell(int protocol, const comparison *found, const char *reference)
{
    int count;
    for (int k = 0; k < METRICS_KINDS; k++) {
        char part[80];
        snprintf(part, sizeof part, "%s, protocol %s", metrics_title((metrics_kind)k),
                 metrics_protocols(&count)[protocol].name);
        if (found->defined[k])
            truth(part, reference, found->error[k], found->bound[k],
                  "sums of a term a pixel in float64, and the digits of the file");
    }
}

static void draw_and_save(const golden *g)
{
    draw_case(&drawn, g->number);
    if (drawn_sum(&drawn) != g->sum)
        fail_msg("case %d is drawn otherwise than by make_metrics.py", g->number);
    save_case(below("case.npz"));
}

static void test_exact_equals_scikit_learn_and_the_definition(void **state)
{
    (void)state;
    comparison found = { 0 };
    for (int i = 0; i < CASES; i++) {
        draw_and_save(&expected[i]);
        compare_case(&expected[i], 0, &found);
    }
    print_comparison(0, &found);
    tell(0, &found, "scikit-learn; AUPRO by its definition in NumPy");
    for (int k = 0; k < METRICS_KINDS; k++)
        assert_true(found.defined[k] > 1000);
}

/* Each preset in at least 100 cases, and each of its numbers in at least 100 classes; none that it does not define. */
static void test_presets_equal_the_estimators_of_the_field(void **state)
{
    (void)state;
    int count;
    const metrics_protocol *all = metrics_protocols(&count);
    comparison found[PROTOCOLS] = { 0 };
    assert_int_equal(count, PROTOCOLS);
    for (int i = 0; i < CASES; i++)
        if (expected[i].rows[1]) {
            draw_and_save(&expected[i]);
            for (int p = 1; p < count; p++)
                compare_case(&expected[i], p, &found[p]);
        }
    for (int p = 1; p < count; p++) {
        print_comparison(p, &found[p]);
        tell(p, &found[p], "that repository's estimator, stated in NumPy");
        assert_true(found[p].cases >= 100);
        for (int k = 0; k < METRICS_KINDS; k++)
            assert_int_equal(found[p].defined[k] >= 100, !(all[p].lacks >> k & 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_equals_scikit_learn_and_the_definition),
        cmocka_unit_test(test_presets_equal_the_estimators_of_the_field),
    };
    return cmocka_run_group_tests(tests, read_golden, remove_folder);
}
