/* Pictures, classes and rows with names that lines, JSON and terminals do not take as they are: one record each, and
 * the way back from a table to the files. */
#include "../../core/base/file.h"
#include "../../core/base/name.h"
#include "../../core/finished/predict_files.h"
#include "../lab/finished_run.h"
#include <cjson/cJSON.h>
#include <sys/stat.h>

static const char *const odd[] = { "plain.png",      "tab\tx.png",           "line\nfeed.png", "return\r.png",
                                   "#hash.png",      "back\\slash.png",      "\\front.png",    "\"quote.png",
                                   "two  words.png", " blank.png",           "latin\xe9.png",  "\x1b[2Jesc.png",
                                   "\xc2\x9b.png",   "\xef\xbb\xbfmark.png", "\\ttwo.png" };
enum { ODD = sizeof odd / sizeof *odd };

static char out[200], picture[300], place[300];

static int begin(void **state)
{
    if (finished_begin(state) < 0)
        return -1;
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(picture, sizeof picture, "%s/all/mini-pill/train/good/000.png", folder);
    must_work("$ablate data mini --set mini.train=3 --set mini.good=1 --set mini.each=1 "
              "--export $in/all && mkdir $in/p");
    for (int i = 0; i < ODD; i++) {
        snprintf(place, sizeof place, "%s/p/%s", folder, odd[i]);
        if (link(picture, place) < 0)
            return -1;
    }
    return 0;
}

static int predict(const char *what)
{
    return shell("$ablate predict %s %s --good $in/all/mini-pill --false-alarms 0.3 --no-pictures --cache $in/cache "
                 "--out %s",
                 finished_full, what, out);
}

/* The lines of scores.tsv that are records, and for each of `odd` that there is one, five fields long. */
static char *scores_checked(void)
{
    int found[ODD] = { 0 }, records = 0;
    snprintf(place, sizeof place, "%s/scores.tsv", out);
    char *text = read_text(place), *kept = strdup(text), *rest = text;
    assert_non_null(strstr(text, "\\\\ is a backslash, \\t \\n \\r and \\xHH are bytes"));
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (!*line || *line == '#' || strncmp(line, "path\t", 5) == 0)
            continue;
        char *name = strsep(&line, "\t"), *score = strsep(&line, "\t");
        char *decision = strsep(&line, "\t"), *class_name = strsep(&line, "\t");
        assert_non_null(line);
        assert_true(atof(score) > 0 && atof(line) > 0 && !strchr(line, '\t'));
        assert_string_equal(decision, atof(score) > atof(line) ? "defective" : "good");
        assert_string_equal(class_name, "-");
        assert_true(name_is_shown(name));
        assert_int_equal(name_read(name), 0);
        for (int i = 0; i < ODD; i++)
            found[i] += strcmp(strrchr(name, '/') + 1, odd[i]) == 0;
        records++;
    }
    assert_int_equal(records, ODD);
    for (int i = 0; i < ODD; i++)
        assert_int_equal(found[i], 1);
    free(text);
    return kept;
}

/* A folder's scores, and the same again from a list that is the table's first column, cut by a foreign tool. */
static void test_a_table_becomes_a_list(void **state)
{
    char what[300];
    (void)state;
    snprintf(what, sizeof what, "%s/p", folder);
    assert_int_equal(predict(what), 0);
    char *first = scores_checked();
    must_work("{ printf '\\357\\273\\277# cut\\r\\n'; sed '/^#/d; /^path\\t/d' %s/scores.tsv | cut -f1 | sed "
              "'s/$/\\r/'; } >$in/list",
              out);
    snprintf(what, sizeof what, "@%s/list", folder);
    assert_int_equal(predict(what), 0);
    char *second = scores_checked();
    assert_string_equal(first, second);
    free(first);
    free(second);
    assert_null(strchr(said, '\x1b'));
}

/* What cannot be read is one line too, in the table and in what is said. */
static void test_an_unreadable_one_is_one_record(void **state)
{
    char what[300];
    (void)state;
    must_work("printf '%%s\\n' '\\gone\\x0A\\x1B.png' $in/p/plain.png >$in/list");
    snprintf(what, sizeof what, "@%s/list", folder);
    assert_int_not_equal(predict(what), 0);
    snprintf(place, sizeof place, "%s/scores.tsv", out);
    char *text = read_text(place);
    assert_non_null(strstr(text, "\n\\gone\\n\\x1B.png\t\tunreadable\t-\t\n"));
    free(text);
    expect_words(said, "gone\\n\\x1B.png");
}

/* ---- lists that are none ---- */

static void list_is(const char *bytes, size_t n)
{
    snprintf(place, sizeof place, "%s/list.txt", folder);
    FILE *to = fopen(place, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, n, to), n);
    fclose(to);
}

static void refused(const char *bytes, size_t n, const char *words)
{
    predict_files files = { 0 };
    list_is(bytes, n);
    complaint_clear();
    assert_int_equal(predict_files_add(&files, place), -1);
    expect_complaint_of(place, words);
    predict_files_free(&files);
}

static void test_lists_that_are_none(void **state)
{
    static char longest[6000];
    (void)state;
    memset(longest, 'x', sizeof longest);
    refused("", 0, "this list names no picture");
    refused("\xef\xbb\xbf\r\n#\n", 7, "this list names no picture");
    refused("a\0.png\n", 7, "list.txt:1: the line holds a zero byte");
    refused("\xff\xfe"
            "a\0\n\0",
            6, "list.txt:1: the line holds a zero byte");
    refused("a\n\n\\b\\q\n", 8, "list.txt:3: '\\b\\q' begins with a backslash");
    refused(longest, sizeof longest, "list.txt:1: the line has 6000 bytes, a path at most 4095");
    char comment[400], here[4096];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(place, sizeof place, "%s/p", folder);
    assert_int_equal(chdir(place), 0);
    int n = snprintf(comment, sizeof comment, "a\n#hash.png\n");
    refused(comment, (size_t)n, "list.txt:2: '#hash.png' is a comment, but also the name of a file");
    assert_int_equal(chdir(here), 0);
}

static void test_plain_lists_are_taken_as_they_are(void **state)
{
    static const char list[] = "\xef\xbb\xbfwindows\\like\\t.png\r\na b\tc.png\nlast";
    static const char *const names[] = { "windows\\like\\t.png", "a b\tc.png", "last" };
    (void)state;
    predict_files files = { 0 };
    list_is(list, sizeof list - 1);
    assert_int_equal(predict_files_add(&files, place), 0);
    assert_int_equal(files.count, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(files.file[i].path, names[i]);
    predict_files_free(&files);
}

/* ---- classes and rows ---- */

static void check_text(const char *path, char *text)
{
    for (const char *c = text; *c; c += name_character(c) ? name_character(c) : 1)
        if (*c != '\n' && *c != '\t' && !name_character(c))
            fail_msg("%s: the byte %02X", path, (unsigned)(unsigned char)*c);
    int fields = 0;
    for (char *rest = text, *line; strstr(path, ".tsv") && (line = strsep(&rest, "\n"));) {
        int tabs = 0;
        for (const char *c = line; *c; c++)
            tabs += *c == '\t';
        if (!*line || *line == '#')
            continue;
        assert_true(fields == 0 || fields == tabs);
        fields = tabs;
    }
}

static void check_file(const char *file)
{
    char *text = read_text(file);
    check_text(file, text);
    free(text);
}

/* By classes, so that they stand in every form of the report; the row and the title are no text either. */
static void write_experiment(void)
{
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(place, sizeof place, "%s/odd.ini", folder);
    FILE *to = fopen(place, "w");
    assert_non_null(to);
    fprintf(
        to,
        "base = %s/experiments/cnc.ini\n[experiment]\ntitle = a | \x1b[31m_t_ & #1 \xff\n[columns]\nlayout = classes\n"
        "metrics = image_auroc pixel_auroc\n[row a|b_\x1b&#\xe9 \"x\"]\nmodel = clip noise decoder distill\n"
        "[printed p|\x1b]\nsource = s\x1b\xff\nmean = 90.0 91.0\n[run]\nepochs = 1\n",
        here);
    fclose(to);
}

static void check_classes(const char *record)
{
    char *text = read_text(record);
    cJSON *json = cJSON_Parse(text);
    const cJSON *classes = cJSON_GetObjectItem(json, "classes");
    assert_int_equal(cJSON_GetArraySize(classes), 3);
    assert_non_null(cJSON_GetObjectItemCaseSensitive(classes, "my class"));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(classes, "\\t\\tab\\n\\x23\\xFF"));
    cJSON_Delete(json);
    free(text);
}

static void test_classes_and_rows(void **state)
{
    int files = 0;
    (void)state;
    write_experiment();
    must_work(
        "cd $in/all && mv mini-pill 'my class' && mv mini-cable mean && mv mini-grid \"$(printf 't\\tab\\n#\\377')\"");
    must_work(
        "$ablate run $in/odd.ini --scale mini --seeds 1 --data folder:$in/all --cache $in/cache --out $in/odd --set "
        "'folder.classes=\"my class\" mean, \"t\\tab\\n#\\xFF\"'");
    check_text("said", said);
    must_work("find $in/odd -name '*.tsv' -o -name '*.md' -o -name '*.tex' -o -name '*.html' -o -name '*.json'");
    char *all = strdup(said), *rest = all;
    for (char *line; (line = strsep(&rest, "\n")) && *line; files++) {
        check_file(line);
        if (strstr(line, ".json"))
            check_classes(line);
    }
    free(all);
    snprintf(place, sizeof place, "%s/odd/odd.tsv", folder);
    char *text = read_text(place);
    assert_non_null(strstr(text, "\n\\a|b_\\x1B&\\x23\\xE9 \\x22x\\x22\t\\mean\timage_auroc\t0\t")); /* the class */
    assert_non_null(strstr(text, "\n\\a|b_\\x1B&\\x23\\xE9 \\x22x\\x22\tmean\timage_auroc\t0\t"));   /* over classes */
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_table_becomes_a_list, start),
        cmocka_unit_test_setup(test_an_unreadable_one_is_one_record, start),
        cmocka_unit_test_setup(test_lists_that_are_none, start),
        cmocka_unit_test_setup(test_plain_lists_are_taken_as_they_are, start),
        cmocka_unit_test_setup(test_classes_and_rows, start),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
