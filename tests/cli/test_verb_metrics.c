/* `ablate metrics`: files in, numbers and sentences out. */
/* units: report/metrics_compare */
#include "../../core/base/diag.h"
#include "../../core/cli/verbs.h"
#include "../../core/metrics/metrics.h"
#include "../lab/npz_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <math.h>

static archive made;
static char printed[1 << 16];

/* Four maps of 1 x 2. Class "b" (first and third picture): defective 0.9 | 0.1, good 0.5 | 0.2; class "a": 3 | 1 and
 * 2 | 0. In both the defect pixel is the first of the defective picture and scores highest: all five numbers are 1. */
static const float four_maps[] = { 0.9f, 0.1f, 3, 1, 0.5f, 0.2f, 2, 0 };
static const uint8_t four_masks[] = { 1, 0, 1, 0, 0, 0, 0, 0 };
static const uint32_t four_classes[] = { 'b', 'a', 'b', 'a' };

static void add_maps(void)
{
    memset(&made, 0, sizeof made);
    add_array(&made, "maps", "<f4", "(4, 1, 2)", 0, four_maps, sizeof four_maps, 0);
}

static void add_whole(void)
{
    add_maps();
    add_array(&made, "masks", "|b1", "(4, 1, 2)", 0, four_masks, sizeof four_masks, 8);
}

/* Runs the verb on the archive made so far; what it prints goes to `printed`. */
static int run_verb(const char *one, const char *two)
{
    char path[300], name[] = "metrics", first[40], second[40];
    snprintf(path, sizeof path, "%s", below("case.npz"));
    snprintf(first, sizeof first, "%s", one ? one : "");
    snprintf(second, sizeof second, "%s", two ? two : "");
    char *argv[] = { name, path, one ? first : NULL, two ? second : NULL, NULL };
    if (made.members)
        save_archive(&made, path);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO), to = open(below("out"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(to, STDOUT_FILENO);
    int status = verbs_run(2 + (one != NULL) + (two != NULL), argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    ssize_t size = pread(to, printed, sizeof printed - 1, 0);
    printed[size > 0 ? size : 0] = 0;
    close(to);
    close(kept);
    return status;
}

static void assert_refused(const char *words)
{
    assert_int_equal(run_verb(NULL, NULL), -1);
    expect_complaint(words);
    assert_string_equal(printed, "");
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    assert_non_null(found);
    return found;
}

static void test_json(void **state)
{
    (void)state;
    add_whole();
    add_array(&made, "classes", "<U1", "(4,)", 0, four_classes, sizeof four_classes, 0);
    add_array(&made, "scores", "<f8", "(4,)", 0, (double[]){ 1, 2, 3, 2 }, 32, 0);
    assert_int_equal(run_verb("--json", NULL), 0);
    cJSON *root = cJSON_Parse(printed);
    assert_non_null(root);
    assert_string_equal(member(root, "protocol")->valuestring, "exact");
    const cJSON *classes = member(root, "classes"), *mean = member(root, "mean");
    assert_string_equal(classes->child->string, "b"); /* in order of appearance */
    assert_true(member(member(classes, "b"), "image_auroc")->valuedouble == 0);
    assert_true(member(member(classes, "a"), "image_auroc")->valuedouble == 0.5);
    assert_true(member(member(classes, "a"), "image_ap")->valuedouble == 0.5);
    assert_true(member(mean, "image_auroc")->valuedouble == 0.25);
    assert_true(member(mean, "aupro")->valuedouble == 1);
    assert_true(member(mean, "pixel_ap")->valuedouble == 1);
    assert_true(member(mean, "pixel_auroc")->valuedouble == 1);
    cJSON_Delete(root);
}

/* Classes keep their pictures whatever their order: y is perfect, x the opposite. */
static void test_classes_by_name(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    add_array(&made, "maps", "<f4", "(6, 1, 1)", 0, (float[]){ 1, 2, 3, 4, 3, 2 }, 24, 0);
    add_array(&made, "masks", "|u1", "(6, 1, 1)", 0, (uint8_t[]){ 1, 0, 0, 1, 0, 0 }, 6, 0);
    add_array(&made, "classes", "|S1", "(6,)", 0, "xxxyyy", 6, 0);
    assert_int_equal(run_verb("--json", NULL), 0);
    cJSON *root = cJSON_Parse(printed);
    const cJSON *classes = member(root, "classes");
    assert_int_equal(cJSON_GetArraySize(classes), 2);
    assert_true(member(member(classes, "x"), "image_auroc")->valuedouble == 0);
    assert_true(member(member(classes, "y"), "image_auroc")->valuedouble == 1);
    cJSON_Delete(root);
}

/* Defective 3 against good 4, 2, 1 wins two of three, which takes 17 digits to write. */
static void test_digits(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    add_array(&made, "maps", "<f4", "(4, 1, 1)", 0, (float[]){ 4, 3, 2, 1 }, 16, 0);
    add_array(&made, "masks", "|u1", "(4, 1, 1)", 0, (uint8_t[]){ 0, 255, 0, 0 }, 4, 0);
    assert_int_equal(run_verb("--json", NULL), 0);
    assert_non_null(strstr(printed, "\"image_auroc\":\t0.6666666666666666"));
    assert_int_equal(run_verb(NULL, NULL), 0);
    assert_non_null(strstr(printed, " 0.6666666666666666 "));
    assert_non_null(strstr(printed, "4 maps of 1 x 1, protocol exact"));
}

static void test_undefined_is_null_and_said(void **state)
{
    (void)state;
    add_maps();
    const uint8_t masks[] = { 1, 0, 0, 0, 0, 0, 0, 0 };
    add_array(&made, "masks", "|u1", "(4, 1, 2)", 0, masks, sizeof masks, 0);
    add_array(&made, "classes", "<i8", "(4,)", 0, (int64_t[]){ 7, -1, 7, -1 }, 32, 0);
    assert_int_equal(run_verb("--json", NULL), 0);
    cJSON *root = cJSON_Parse(printed);
    assert_true(cJSON_IsNull(member(member(member(root, "classes"), "-1"), "aupro")));
    assert_true(member(member(member(root, "classes"), "7"), "aupro")->valuedouble == 1);
    assert_true(member(member(root, "mean"), "aupro")->valuedouble == 1);
    const cJSON *notes = member(root, "notes");
    assert_string_equal(cJSON_GetArrayItem(notes, 0)->valuestring,
                        "class '-1': no I-AUROC: the class has no defective picture");
    assert_string_equal(cJSON_GetArrayItem(notes, cJSON_GetArraySize(notes) - 1)->valuestring,
                        "mean AUPRO is over 1 of 2 classes");
    cJSON_Delete(root);
    assert_int_equal(run_verb(NULL, NULL), 0);
    assert_non_null(strstr(printed, "note: mean I-mAP is over 1 of 2 classes\n"));
    /* What holds for all classes is said once */
    assert_int_equal(run_verb("--protocol=rd4ad", NULL), 0);
    assert_non_null(strstr(printed, "note: no I-mAP of any class: the protocol does not define it\n"));
    assert_null(strstr(printed, "no I-mAP: the protocol"));
    assert_null(strstr(printed, "mean I-mAP"));
}

/* Half-transparent masks: above one half is a defect, or above zero where the protocol says so. */
static void test_mask_scales(void **state)
{
    (void)state;
    const uint8_t grey[] = { 255, 127, 128, 0, 0, 0, 0, 0 };
    const float fraction[] = { 1, 0.5f, 0.51f, 0, 0, 0, 0, 0 };
    const double scores[] = { 1, 2, 3, 4 };
    for (int form = 0; form < 2; form++)
        for (int above_zero = 0; above_zero < 2; above_zero++) {
            add_maps();
            if (form)
                add_array(&made, "masks", "<f4", "(4, 1, 2)", 0, fraction, sizeof fraction, 0);
            else
                add_array(&made, "masks", "|u1", "(4, 1, 2)", 0, grey, sizeof grey, 0);
            add_array(&made, "scores", "<f8", "(4, 1)", 0, scores, sizeof scores, 0);
            assert_int_equal(run_verb("--json", above_zero ? "--protocol=uniad" : "--protocol=exact"), 0);
            cJSON *root = cJSON_Parse(printed);
            /* Defect pixels 0.9 and 3 against 0.1, 1, 0.5, 0.2, 2, 0: they win 4 and 6 of 6; with 0.1 among the
             * defects they win 3, 5 and 1 of 5. */
            assert_true(member(member(root, "mean"), "pixel_auroc")->valuedouble ==
                        (above_zero ? 9.0 / 15 : 10.0 / 12));
            cJSON_Delete(root);
        }
}

/* Masks resized to the nearest pixel are another array, for whoever wants such. */
static void test_nearest_masks(void **state)
{
    (void)state;
    const uint8_t nearest[] = { 1, 0, 0, 0, 0, 0, 0, 0 };
    add_maps();
    add_array(&made, "masks", "|u1", "(4, 1, 2)", 0, four_masks, sizeof four_masks, 0);
    add_array(&made, "masks_nearest", "|u1", "(4, 1, 2)", 0, nearest, sizeof nearest, 0);
    assert_int_equal(run_verb("--json", "--protocol=exact"), 0);
    assert_non_null(strstr(printed, "\"pixel_auroc\":\t0.8333333333333334,"));
    assert_int_equal(run_verb("--json", "--protocol=uniad"), 0);
    cJSON *root = cJSON_Parse(printed); /* 0.9 wins against 0.1, 0.5, 0.2 and 0, not against 3, 1 and 2 */
    assert_true(member(member(root, "mean"), "pixel_auroc")->valuedouble == 4.0 / 7);
    cJSON_Delete(root);
    add_maps();
    add_array(&made, "masks", "|u1", "(4, 1, 2)", 0, four_masks, sizeof four_masks, 0);
    add_array(&made, "masks_nearest", "|u1", "(4, 2, 1)", 0, nearest, sizeof nearest, 0);
    assert_int_equal(run_verb("--protocol=uniad", NULL), -1);
    assert_non_null(strstr(complaint(), "'masks_nearest' is (4,2,1) but 'maps' is (4,1,2)"));
    complaint_clear();
}

/* Class b: its defect pixel scores highest; class a: second of four, which turned over is second from below. A half
 * transparent second defect counts where masks > 0. */
static void test_compare(void **state)
{
    (void)state;
    add_maps();
    const float masks[] = { 1, 0.5f, 0, 1, 0, 0, 0, 0 };
    add_array(&made, "masks", "<f4", "(4, 1, 2)", 0, masks, sizeof masks, 0);
    add_array(&made, "classes", "<U1", "(4,)", 0, four_classes, sizeof four_classes, 0);
    assert_int_equal(run_verb("--compare", NULL), 0);
    assert_non_null(strstr(printed, "4 maps of 1 x 2, 2 classes; Δ: difference from exact\n\n| mean, percent | "
                                    "I-AUROC | Δ | I-mAP | Δ |"));
    /* b: 1 of 3; a: 1 beats 0 alone of 3, 2, 0: 1/3. With 0.1 a defect too, b: 0.9 2 of 2, 0.1 none of 2: 1/2. Turned
     * over, a is 2/3. */
    assert_non_null(strstr(printed, "\n| exact | 100.00 | | 100.00 | | 66.67 | |"));
    assert_non_null(strstr(printed, "\n| rd4ad | 100.00 | 0 | - | - | 66.65 | −0.02 | - | - |"));
    assert_non_null(strstr(printed, "\n| diad | - | - | - | - | 58.33 | −8.33 |"));
    assert_non_null(strstr(printed, " | 2 | 2 |\n| ader2024 |"));
    assert_non_null(strstr(printed, "\n\n| class that differs most | I-AUROC | I-mAP |"));
    assert_non_null(strstr(printed, "\n| diad | - | - | −50.00 b |"));
    assert_int_equal(run_verb("--compare", "--json"), -1);
    assert_non_null(strstr(complaint(), "leave out --json, or it"));
    complaint_clear();
    assert_int_equal(run_verb("--compare", "--connectivity=4"), 0);
    assert_non_null(strstr(printed, "\n| exact, 4-connectivity |"));
}

/* The head says what was done, whatever the file holds: given scores and labels are used by one protocol only. */
static void test_the_head_says_what_pictures_are_judged_by(void **state)
{
    static const char *const own[] = { "maximum of its map", "maximum of its map", "maximum of its map",
                                       "maximum of its map after 1 mean pooling of 16 x 16",
                                       "maximum of its map after 8 mean poolings of 8 x 8" };
    char option[40], expected[300];
    int protocols;
    (void)state;
    const metrics_protocol *protocol = metrics_protocols(&protocols);
    assert_int_equal(protocols, 5);
    for (int given = 0; given < 4; given++)
        for (int i = 0; i < protocols; i++) {
            bool scores = given & 1, labels = given & 2, exact = i == 0, each = protocol[i].each_picture;
            add_whole();
            if (scores)
                add_array(&made, "scores", "<f8", "(4,)", 0, (double[]){ 1, 2, 3, 2 }, 32, 0);
            if (labels)
                add_array(&made, "labels", "|i1", "(4,)", 0, (int8_t[]){ 1, 1, 0, 0 }, 4, 0);
            snprintf(option, sizeof option, "--protocol=%s", protocol[i].name);
            snprintf(expected, sizeof expected, "; picture's score: %s, label: %s%s)\n",
                     exact && scores ? "as given" : own[i],
                     exact && labels ? "as given" : "defective if its mask shows a defect",
                     each && labels ? ", for AUPRO as given" : "");
            assert_int_equal(run_verb(option, NULL), 0);
            if (!strstr(printed, expected))
                fail_msg("'%s' is not in: %s", expected, printed);
            assert_int_equal(strstr(printed, "those given are not used") != NULL, scores && !exact);
            assert_int_equal(strstr(printed, "there is no array masks_nearest") != NULL, protocol[i].mask_nearest);
            assert_int_equal(run_verb(option, "--json"), 0);
            cJSON *root = cJSON_Parse(printed);
            const char *judged = member(root, "judged")->valuestring;
            assert_memory_equal(judged, expected + 2, strlen(judged));
            cJSON_Delete(root);
        }
    assert_int_equal(run_verb("--compare", NULL), 0);
    assert_non_null(strstr(printed,
                           "\n- exact: all distinct scores; AUPRO interpolated at FPR 0.3; picture's score: as "
                           "given, label: as given\n"));
    assert_non_null(strstr(printed, "\n- uniad: "));
    assert_non_null(strstr(printed, "those given are not used"));
}

/* One line a class, valid JSON, nothing that steers. */
static void test_class_names_of_any_bytes(void **state)
{
    (void)state;
    add_whole();
    add_array(&made, "classes", "|S5", "(4,)", 0,
              (char[]){ 'a', '\t', 'b', '\n', 0, 27, '[', '|', -1, 0, 'a', '\t', 'b', '\n', 0, 27, '[', '|', -1, 0 },
              20, 0);
    assert_int_equal(run_verb(NULL, NULL), 0);
    assert_non_null(strstr(printed, "\na\\tb\\n "));
    assert_non_null(strstr(printed, "\n\\x1B[|\xc3\xbf "));
    assert_null(strchr(printed, 27));
    assert_int_equal(run_verb("--json", NULL), 0);
    cJSON *root = cJSON_Parse(printed);
    assert_non_null(root);
    assert_non_null(cJSON_GetObjectItemCaseSensitive(member(root, "classes"), "a\tb\n"));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(member(root, "classes"), "\x1B[|\xc3\xbf"));
    assert_null(strchr(printed, 27));
    cJSON_Delete(root);
    assert_int_equal(run_verb("--compare", NULL), 0);
    assert_null(strchr(printed, 27));
}

static void test_double_maps_stay_exact(void **state)
{
    (void)state;
    /* One unit in the last place apart: equal as floats, and then AUROC would be one half. */
    const double maps[] = { 1, 1 + 0x1p-52 };
    memset(&made, 0, sizeof made);
    add_array(&made, "maps", "<f8", "(1, 1, 2)", 0, maps, sizeof maps, 0);
    add_array(&made, "masks", "|u1", "(1, 1, 2)", 0, (uint8_t[]){ 0, 1 }, 2, 0);
    assert_int_equal(run_verb("--json", NULL), 0);
    assert_non_null(strstr(printed, "\"pixel_auroc\":\t1,"));
}

/* Two defect pixels above all good ones touch at a corner a third that is below them: one defect of which two thirds
 * are covered, or two, one whole and the other not at all. */
static void test_connectivity(void **state)
{
    (void)state;
    const float maps[] = { 9, 8, 5, 5, 5, 0, 5, 5, 5 };
    const uint8_t masks[] = { 1, 1, 0, 0, 0, 1, 0, 0, 0 };
    static const char *const option[] = { "--connectivity=8", "--connectivity=4" };
    for (int four = 0; four < 2; four++) {
        memset(&made, 0, sizeof made);
        add_array(&made, "maps", "<f4", "(1, 3, 3)", 0, maps, sizeof maps, 0);
        add_array(&made, "masks", "|u1", "(1, 3, 3)", 0, masks, sizeof masks, 0);
        assert_int_equal(run_verb("--json", option[four]), 0);
        cJSON *root = cJSON_Parse(printed);
        assert_int_equal(member(root, "connectivity")->valueint, four ? 4 : 8);
        assert_true(fabs(member(member(root, "mean"), "aupro")->valuedouble - (four ? 0.5 : 2.0 / 3)) <=
                    8 * 0x1p-53); /* a few areas of less than 1, added and divided */
        cJSON_Delete(root);
        assert_int_equal(run_verb(option[four], NULL), 0);
        assert_int_equal(strstr(printed, "protocol exact, 4-connectivity (") != NULL, four);
    }
    assert_int_equal(run_verb("--connectivity=6", NULL), -1);
    assert_non_null(strstr(complaint(), "--connectivity must be 4 or 8; it is '6'"));
    complaint_clear();
}

static void test_refusals(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    unlink(below("case.npz"));
    assert_refused("case.npz: cannot read");
    add_array(&made, "map", "<f4", "(4, 1, 2)", 0, four_maps, sizeof four_maps, 0);
    assert_refused("there is no array 'maps'; it has map");
    add_maps();
    assert_refused("there is no array 'masks'; it has maps");
    add_maps();
    add_array(&made, "masks", "|u1", "(4, 2)", 0, four_masks, 8, 0);
    assert_refused("'masks' has 2 axes; it must be (N,H,W)");
    add_maps();
    add_array(&made, "masks", "|u1", "(4, 2, 1)", 0, four_masks, 8, 0);
    assert_refused("'masks' is (4,2,1) but 'maps' is (4,1,2)");
    add_maps();
    add_array(&made, "masks", "|u1", "(4, 1, 2)", 0, (uint8_t[]){ 3, 0, 0, 0, 0, 0, 0, 0 }, 8, 0);
    assert_refused("'masks' holds whole numbers up to 3, neither 0 and 1 nor 0 .. 255");
    add_maps();
    add_array(&made, "masks", "<f4", "(4, 1, 2)", 0, (float[]){ 0, 255, 0, 0, 0, 0, 0, 0 }, 32, 0);
    assert_refused("'masks' holds 255; a mask is 0 .. 1");
    add_whole();
    add_array(&made, "labels", "<i8", "(4,)", 0, (int64_t[]){ 0, 1, -1, 0 }, 32, 0);
    assert_refused("label 2 is -1; labels are 0 (good) or 1 (defective)");
    add_whole();
    add_array(&made, "scores", "<f4", "(3,)", 0, (float[]){ 0, 1, 2 }, 12, 0);
    assert_refused("'scores' has 1 axes and 3 elements; it must be (4), one for each map");
    add_whole();
    add_array(&made, "scores", "<f4", "(4,)", 0, (float[]){ 0, 1, NAN, 2 }, 16, 0);
    assert_refused("the score of picture 2 is NaN");
    add_whole();
    add_array(&made, "classes", "<f4", "(4,)", 0, (float[]){ 0, 1, 0.5f, 2 }, 16, 0);
    assert_refused("class 2 is 0.5; classes are text or whole numbers");
    add_whole();
    add_array(&made, "maps", "<f4", "(4, 1, 2)", 0, (float[]){ 0, 0, 0, 0, 0, 0, NAN, 0 }, 32, 0);
    memcpy(made.member[0].name, "old_", 4); /* the directory counts */
    assert_refused("the map of picture 3 has a score that is NaN or infinite, at row 0, column 0");
}

static void test_command_line(void **state)
{
    (void)state;
    add_whole();
    assert_int_equal(run_verb("--protocol", "best"), -1);
    assert_non_null(strstr(complaint(), "there is no protocol 'best'"));
    complaint_clear();
    assert_int_equal(run_verb("--jsn", NULL), -1);
    assert_non_null(strstr(complaint(), "'--jsn'"));
    complaint_clear();
    assert_int_equal(run_verb("more.npz", NULL), -1);
    assert_non_null(strstr(complaint(), "'more.npz' is one argument too many"));
    complaint_clear();
    assert_int_equal(run_verb("--help", NULL), 0);
    assert_non_null(strstr(printed, "Usage: ablate metrics"));
    char name[] = "metrics", *argv[] = { name, NULL };
    assert_int_equal(verbs_run(1, argv), -1);
    assert_non_null(strstr(complaint(), "name a file"));
    complaint_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_classes_by_name),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_undefined_is_null_and_said),
        cmocka_unit_test(test_mask_scales),
        cmocka_unit_test(test_the_head_says_what_pictures_are_judged_by),
        cmocka_unit_test(test_class_names_of_any_bytes),
        cmocka_unit_test(test_double_maps_stay_exact),
        cmocka_unit_test(test_connectivity),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_nearest_masks),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
