/* test_overview.c: a line of modules as a figure: what is in it comes from the modules and the graph; whatever the line
 * is and whatever its names hold, Graphviz draws all of it. */
/* units: overview_look overview_dot */
#include "../../core/report/overview_dot.h"
#include "../lab/overview_lab.h"

#include "../../core/base/file.h"
#include "../../core/cli/verbs.h"

/* ---- what is in it ---- */

static const overview_box *box_called(const char *title)
{
    for (int i = 0; i < lab_overview.boxes; i++)
        if (strcmp(lab_overview.box[i].title, title) == 0)
            return &lab_overview.box[i];
    fail_msg("there is no box '%s'", title);
    return NULL;
}

static void box_says(const char *title, const char *line)
{
    const overview_box *box = box_called(title);
    for (int i = 0; i < box->lines; i++)
        if (strcmp(box->line[i], line) == 0)
            return;
    fail_msg("the box '%s' does not say '%s'", title, line);
}

static bool reads(const overview_net *net, const char *from, const char *to)
{
    bool found = false;
    if ((net->from < 0) != (*from == 0) || (net->from >= 0 && strcmp(lab_overview.box[net->from].title, from) != 0))
        return false;
    for (int k = 0; k < net->readers; k++)
        found = found || strcmp(lab_overview.box[net->to[k]].title, to) == 0;
    return found;
}

/* The net of that name and those ends; from "": an input. */
static const overview_net *net_between(const char *name, const char *from, const char *to)
{
    for (int i = 0; i < lab_overview.nets; i++)
        if (strcmp(lab_overview.net[i].name, name) == 0 && reads(&lab_overview.net[i], from, to))
            return &lab_overview.net[i];
    fail_msg("there is no '%s' from '%s' to '%s'", name, from, to);
    return NULL;
}

static void chip_says(const char *name, overview_end kind, const char *detail)
{
    for (int i = 0; i < lab_overview.chips; i++) {
        const overview_chip *chip = &lab_overview.chip[i];
        if (strcmp(chip->name, name) == 0) {
            assert_int_equal(chip->kind, kind);
            assert_string_equal(chip->detail, detail);
            return;
        }
    }
    fail_msg("there is no '%s'", name);
}

#define TIMES "\u00d7"

static void test_short_line(void **state)
{
    (void)state;
    assert_int_equal(lab_look("clip noise decoder distill"), 0);
    assert_int_equal(lab_overview.boxes, 4);
    assert_int_equal(lab_overview.nets, 4);
    assert_int_equal(box_called("clip")->kind, OVERVIEW_FROZEN);
    assert_int_equal(box_called("decoder")->kind, OVERVIEW_TRAINED);
    assert_int_equal(box_called("distill")->kind, OVERVIEW_PLAIN);
    assert_true(box_called("noise")->training && !box_called("decoder")->training);
    box_says("distill", "Eq. 9, 16, 17");
    box_says("noise", "while training only");
    box_says("decoder", "595 k parameters"); /* 3 x (12 C^2 + 13 C), C = 128 */
    assert_string_equal(net_between("image", "", "clip")->shape, "8" TIMES "3" TIMES "128" TIMES "128");
    assert_string_equal(net_between("teacher " TIMES " 3", "clip", "noise")->shape, "8" TIMES "257" TIMES "128");
    assert_true(net_between("teacher " TIMES " 3", "clip", "distill")->list);
    assert_true(net_between("perturbed.2", "noise", "decoder")->training);
    assert_false(net_between("student " TIMES " 3", "decoder", "distill")->training);
    chip_says("loss distill", OVERVIEW_LOSS, "weight 1");
    chip_says("score", OVERVIEW_SCORE, "8" TIMES "128" TIMES "128");
    chip_says("distance " TIMES " 3", OVERVIEW_VALUE, "8" TIMES "256");
    overview_close(&lab_overview);
}

/* The text tower is part of another module, which the line's fourth calls; a module that writes a name anew hands that
 * on. small.ini has two epochs, and the constraint counts from the second on. */
static void test_full_line(void **state)
{
    (void)state;
    assert_int_equal(lab_look("clip noise mlf moe decoder cnc distill"), 0);
    assert_int_equal(lab_overview.boxes, 8);
    assert_string_equal(lab_overview.box[5].title, "clip");
    assert_string_equal(lab_overview.box[5].line[0], "called by cnc:");
    assert_int_equal(lab_overview.box[5].kind, OVERVIEW_FROZEN);
    assert_true(net_between("services", "clip", "clip")->service);
    assert_string_equal(net_between("answer", "clip", "cnc")->shape, "6" TIMES "128");
    net_between("teacher " TIMES " 3", "clip", "cnc");
    net_between("teacher " TIMES " 3", "cnc", "distill");
    net_between("student " TIMES " 3", "decoder", "cnc");
    net_between("bottleneck", "mlf", "moe");
    net_between("bottleneck", "moe", "decoder");
    box_says("moe", "Eq. 13-15");
    box_says("mlf", "49.3 k parameters"); /* 3 C^2 + C */
    chip_says("loss constraint", OVERVIEW_LOSS, "weight 0, epoch 2 on: 0.1");
    chip_says("gates", OVERVIEW_VALUE, "8" TIMES "257" TIMES "5");
    overview_close(&lab_overview);
}

/* Shares of the boxes add up to the whole, to the digit printed of each. */
static void test_shares_add_up(void **state)
{
    (void)state;
    double sum = 0, unsure = 0;
    assert_int_equal(lab_look("clip noise gatefuse moe decoder cnc distill"), 0);
    for (int i = 0; i < lab_overview.boxes; i++)
        for (int k = 0; k < lab_overview.box[i].lines; k++) {
            char *end;
            double share = strtod(lab_overview.box[i].line[k], &end);
            if (strcmp(end, " % of FLOPs") == 0) {
                sum += share;
                unsure += 0.05;
            }
        }
    assert_true(sum > 100 - unsure - 0.2 && sum < 100 + unsure);
    overview_close(&lab_overview);
}

/* ---- how it is drawn ---- */

/* Graphviz's SVG of lab_overview, new memory; it may have nothing to say about it. */
static char *draw_svg(void)
{
    char command[200], *svg = NULL;
    size_t size = 0;
    snprintf(command, sizeof command, "dot -Tsvg >%s/drawn.svg 2>%s/said", folder, folder);
    FILE *to = popen(command, "w");
    assert_non_null(to);
    assert_int_equal(overview_dot(&lab_overview, to), 0);
    assert_int_equal(pclose(to), 0);
    snprintf(command, sizeof command, "cat %s/said %s/drawn.svg", folder, folder);
    FILE *from = popen(command, "r"), *all = open_memstream(&svg, &size);
    for (int c; (c = fgetc(from)) != EOF;)
        fputc(c, all);
    assert_int_equal(pclose(from) | fclose(all), 0);
    if (strncmp(svg, "<?xml", 5) != 0)
        fail_msg("%.300s", svg);
    return svg;
}

static int count_of(const char *text, const char *word)
{
    int n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

static void check_drawn(void)
{
    int arrows = 0;
    char *svg = draw_svg();
    for (int i = 0; i < lab_overview.nets; i++)
        arrows += lab_overview.net[i].readers;
    assert_int_equal(count_of(svg, "class=\"edge\""), arrows);
    for (int i = 0; i < lab_overview.boxes; i++)
        assert_true(count_of(svg, lab_overview.box[i].title) > 0);
    for (int i = 0; i < lab_overview.chips; i++)
        assert_true(count_of(svg, lab_overview.chip[i].name) > 0);
    free(svg);
}

static void test_every_line_is_drawn(void **state)
{
    (void)state;
    static const char *const fusion[] = { "", "mlf", "gatefuse" };
    for (int i = 0; i < 3 * 2 * 2 * 2; i++) {
        char line[200];
        snprintf(line, sizeof line, "clip noise %s %s decoder %s %s", fusion[i % 3], i / 3 % 2 ? "moe" : "",
                 i / 6 % 2 ? "cnc" : "", i / 12 % 2 ? "distill" : "");
        if (lab_look(line) < 0)
            fail_msg("%s: %s", line, complaint());
        check_drawn();
        overview_close(&lab_overview);
    }
}

static void test_any_name_is_drawn(void **state)
{
    (void)state;
    assert_int_equal(lab_look("clip noise decoder distill"), 0);
    lab_overview.box[1].title = "a<b>&\"c\\n";
    lab_overview.box[1].line[0] = "</TABLE>\x01";
    lab_overview.net[0].name = "]; x -> y";
    lab_overview.chip[0].name = "&lt;";
    char *svg = draw_svg();
    assert_int_equal(count_of(svg, "a&lt;b&gt;&amp;&quot;c\\n"), 1);
    assert_int_equal(count_of(svg, "&lt;/TABLE&gt;\\x01"), 1);
    assert_int_equal(count_of(svg, "]; x &#45;&gt; y"), 1);
    assert_int_equal(count_of(svg, "&amp;lt;"), 1);
    free(svg);
    overview_close(&lab_overview);
}

static void test_text_is_broken_at_blanks(void **state)
{
    (void)state;
    assert_int_equal(lab_look("clip noise decoder distill"), 0);
    for (int i = 0; i < lab_overview.boxes; i++)
        for (int k = 0; k < lab_overview.box[i].lines; k++) {
            const char *line = lab_overview.box[i].line[k];
            assert_true(strlen(line) <= 24 || !strchr(line, ' '));
            assert_true(line[0] != ' ' && line[strlen(line) - 1] != ' ');
        }
    box_says("noise", "Visual Distillation");
    box_says("noise", "Framework");
    overview_close(&lab_overview);
}

/* ---- the verb ---- */

static int draw(const char *row, const char *out)
{
    char *argv[] = { (char[]){ "graph" },      (char[]){ "tests/inputs/small.ini" },
                     (char[]){ "--scale" },    (char[]){ "mini" },
                     (char[]){ "--row" },      (char *)(uintptr_t)row,
                     (char[]){ "--overview" }, (char[]){ "--out" },
                     (char *)(uintptr_t)out };
    complaint_clear();
    return verbs_run((int)(sizeof argv / sizeof *argv), argv);
}

static void test_verb_writes_a_drawing(void **state)
{
    (void)state;
    char path[100], command[300];
    snprintf(path, sizeof path, "%s/fig.dot", folder);
    assert_int_equal(draw("full", path), 0);
    snprintf(command, sizeof command, "dot -Tpng %s -o %s/fig.png && test -s %s/fig.png", path, folder, folder);
    assert_int_equal(system(command), 0);
}

static void test_verb_complains(void **state)
{
    (void)state;
    assert_int_equal(draw("none", "x"), -1);
    expect_complaint("no row 'none'");
    assert_int_equal(draw("full", "/dev/null/x"), -1);
    expect_complaint("/dev/null/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_line),
        cmocka_unit_test(test_full_line),
        cmocka_unit_test(test_shares_add_up),
        cmocka_unit_test(test_every_line_is_drawn),
        cmocka_unit_test(test_any_name_is_drawn),
        cmocka_unit_test(test_text_is_broken_at_blanks),
        cmocka_unit_test(test_verb_writes_a_drawing),
        cmocka_unit_test(test_verb_complains),
    };
    return cmocka_run_group_tests(tests, lab_begin, lab_end);
}
