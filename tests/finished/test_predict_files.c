/* The pictures that `ablate predict` is given: folders by the rule of folder.h, its own results left out, and the class
 * that a path says. */
/* units: predict_class */
#include "../lab/data_set.h"
#include "../lab/odd_files.h"
#include <sys/stat.h>

#include "../../core/finished/predict_class.h"

static predict_files files;

static int make_watched(void **state)
{
    alarm(60);
    return make_folder(state);
}

static int end(void **state)
{
    predict_files_free(&files);
    return remove_folder(state);
}

static void add(const char *out, const char *path)
{
    predict_files_free(&files);
    files.out = out;
    if (predict_files_add(&files, below("%s", path)) < 0 || predict_files_unique(&files) < 0)
        fail_msg("%s", complaint());
}

/* Paths below the folder, and what is not used, each in turn. */
static void found(const char *const *paths, const char *const *rest)
{
    size_t head = strlen(folder) + 1;
    for (int i = 0; i < files.count || paths[i]; i++)
        assert_string_equal(i < files.count ? files.file[i].path + head : "none", paths[i] ? paths[i] : "none");
    for (int i = 0; i < files.rest.count || rest[i]; i++) {
        if (i == files.rest.count || !rest[i])
            fail_msg("%d are not used", files.rest.count);
        if (!strstr(files.rest.text[i], rest[i]))
            fail_msg("'%s' should hold '%s'", files.rest.text[i], rest[i]);
    }
}
#define LIST(...) ((const char *const[]){ __VA_ARGS__ NULL })

static void folders_are_read_by_the_rule(void **state)
{
    (void)state;
    FILES("in/a.png", "in/test/good/0.png", "in/ground_truth/bad/0.png", "in/b.webp", "in/c.TIF", "in/d.jp2",
          "in/notes.txt", "in/.hidden.png", "in/__MACOSX/x.png", "in/sub/e.bmp", "far/f.jfif");
    make_fifo("in/g.png");
    make_link("../far", "in/linked");
    make_link("nowhere.png", "in/gone.png");
    add(NULL, "in");
    found(LIST("in/a.png", "in/b.webp", "in/c.TIF", "in/gone.png", "in/linked/f.jfif", "in/sub/e.bmp",
               "in/test/good/0.png", ),
          LIST("in/d.jp2: not the name of a picture", "in/g.png: a FIFO", "in/ground_truth: masks, no pictures",
               "in/notes.txt: not the name", ));
}

static void loops_of_links_end(void **state)
{
    (void)state;
    FILES("in/a.png", "in/sub/b.png");
    FILES("beside/c.png");
    make_link("..", "in/sub/up");
    make_link("../..", "in/sub/upper");
    make_link("/", "in/top");
    make_link("sub", "in/zagain");
    make_link("loop.d", "in/loop.d");
    add(NULL, "in");
    found(LIST("in/a.png", "in/loop.d", "in/sub/b.png", ), /* loop.d is said when it is read */
          LIST("in/sub/up: a folder that was read already", "in/sub/upper: a folder that was read",
               "in/top: a folder that was read already, or in which it lies",
               "in/zagain: a folder that was read already", ));
}

static int a_closed_folder_is_listed(void)
{
    int there = 0;
    if (predict_files_add(&files, below("in")) < 0)
        return 3;
    for (int i = 0; i < files.count; i++)
        there += strcmp(files.file[i].path, below("in/closed")) == 0;
    file_map map;
    complaint_clear();
    return there != 1 || file_map_open(below("in/closed"), &map) == 0 ? 2
                                                                      : complained_of("in/closed", "Permission denied");
}

static void a_closed_folder_is_not_passed_over(void **state)
{
    (void)state;
    FILES("in/a.png", "in/closed/b.png");
    assert_int_equal(chmod(below("in/closed"), 0), 0);
    as_nobody(a_closed_folder_is_listed);
    assert_int_equal(chmod(below("in/closed"), 0755), 0);
}

static void results_are_left_out(void **state)
{
    static const char *const outs[] = { "in/pred", "in/../in/pred", "link", "link2/pred" };
    (void)state;
    FILES("in/a.png", "in/pred/a.png.heat.png", "in/pred/sub/b.png.heat.png");
    make_link("in/pred", "link");
    make_link("in", "link2");
    for (size_t i = 0; i < sizeof outs / sizeof *outs; i++) {
        char out[200];
        snprintf(out, sizeof out, "%s", below("%s", outs[i]));
        add(out, "in");
        found(LIST("in/a.png", ), LIST("in/pred: it is written into", ));
    }
    assert_int_equal(file_write_text(below("in/pred/scores.tsv"), "# Written by ablate predict with\n"), 0);
    add(below("elsewhere"), "in");
    found(LIST("in/a.png", ), LIST("in/pred: results of ablate predict", ));
    add(below("elsewhere"), "in/pred"); /* asked for by name */
    assert_int_equal(files.count, 2);
}

static void refused(const char *out, const char *path)
{
    char whole[300];
    complaint_clear();
    predict_files_free(&files);
    snprintf(whole, sizeof whole, "%s", below("%s", out));
    files.out = whole;
    assert_int_equal(predict_files_add(&files, path), -1);
    if (!complaint() || !strstr(complaint(), "which is written into, so that the next time results would be scored"))
        fail_msg("%s", complaint());
}

static void pictures_in_the_output_are_refused(void **state)
{
    char list[200];
    (void)state;
    FILES("in/a.png", "in/sub/b.png");
    make_link("in", "link");
    refused("in", below("in"));
    refused("link", below("in"));
    refused("in/sub/..", below("link"));
    refused("in", below("in/sub"));
    refused("link", below("in/a.png"));
    snprintf(list, sizeof list, "%s\n", below("in/sub/b.png"));
    assert_int_equal(file_write_text(below("list.txt"), list), 0);
    refused("in", below("list.txt"));
}

static void a_folder_without_pictures_says_what_it_holds(void **state)
{
    (void)state;
    FILES("in/a.jp2", "in/pred/x.png");
    files.out = below("in/pred");
    assert_int_equal(predict_files_add(&files, below("in")), -1);
    assert_int_equal(complained_of("there is no picture in this folder", "a.jp2: not the name of a picture"), 0);
    assert_int_equal(complained_of(".tiff", "in/pred: it is written into"), 0);
}

static void what_is_named_twice_is_counted(void **state)
{
    (void)state;
    FILES("in/a.png", "in/b.png");
    assert_int_equal(predict_files_add(&files, below("in/b.png")), 0);
    assert_int_equal(predict_files_add(&files, below("in")), 0);
    assert_int_equal(predict_files_unique(&files), 0);
    assert_int_equal(files.count, 2);
    assert_int_equal(files.again, 1);
    make_link("in/a.png", "same.png");
    const char *const known[] = { below("same.png"), NULL, below("none.png") };
    assert_int_equal(predict_files_common(&files, known, 3), 1);
}

static void the_path_says_the_class(void **state)
{
    (void)state;
    run_class classes[] = { { .name = (char[]){ "pin" } }, { .name = (char[]){ "cap" } } };
    finished_run run = { .record = { .classes = classes, .class_count = 2 } };
    FILES("d/cap/test/bad/0.png", "d/pin/train/good/0.png", "d/cup/test/bad/0.png", "d/pin/0.png", "d/pin/test/0.png",
          "d/pin/test/bad/more/0.png", "d/pin/tests/bad/0.png", "test/bad/0.png");
    add(NULL, "");
    predict_class_assign(&run, &files, -1);
    assert_int_equal(files.count, 8);
    for (int i = 0; i < files.count; i++) {
        const char *path = files.file[i].path;
        int expected = strstr(path, "cap/test/bad/0") ? 1 : strstr(path, "pin/train/good") ? 0 : -1;
        if (files.file[i].class_index != expected)
            fail_msg("%s: class %d", path, files.file[i].class_index);
    }
    predict_class_assign(&run, &files, 0);
    assert_int_equal(files.file[0].class_index, 0);
    assert_int_equal(predict_class_named(&run, "cap"), 1);
    assert_int_equal(predict_class_named(&run, "ca"), -1);
    assert_int_equal(complained_of("--class ca: the run has no such class", "it has pin, cap"), 0);
    run.record.class_count = 1;
    predict_class_assign(&run, &files, -1);
    assert_int_equal(files.file[0].class_index, 0); /* the run's only one */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_watched, end)
    const struct CMUnitTest tests[] = {
        TEST(folders_are_read_by_the_rule),       TEST(loops_of_links_end),
        TEST(a_closed_folder_is_not_passed_over), TEST(results_are_left_out),
        TEST(pictures_in_the_output_are_refused), TEST(a_folder_without_pictures_says_what_it_holds),
        TEST(what_is_named_twice_is_counted),     TEST(the_path_says_the_class),
    };
    return cmocka_run_group_tests_name("predict_files", tests, NULL, NULL);
}
