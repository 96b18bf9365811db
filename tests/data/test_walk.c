/* The one rule by which folders of pictures are read: what it takes, what it leaves out without a word, what it names,
 * what it refuses; and where results may not be written. */
/* units: base/folder dataset_outside */
#include "../lab/data_set.h"
#include "../lab/odd_files.h"
#include <sys/stat.h>

#include "../../core/data/dataset.h"

static int make_watched(void **state)
{
    alarm(60); /* whatever waits for a FIFO's other end fails here */
    return make_folder(state);
}

/* "NAME KIND" of each entry, blanks between: p picture, f folder, o other, b broken. */
static void holds(const char *path, const char *entries)
{
    folder_list list;
    char text[2000] = "";
    if (folder_read(below("%s", path), &list) < 0)
        fail_msg("%s", complaint());
    for (int i = 0; i < list.count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s %c", i ? " " : "", list.entry[i].name,
                 "pfob"[list.entry[i].kind]);
        assert_true((list.entry[i].why != NULL) == (list.entry[i].kind == FOLDER_OTHER));
        assert_true((list.entry[i].error != 0) == (list.entry[i].kind == FOLDER_BROKEN));
    }
    assert_string_equal(text, entries);
    folder_free(&list);
}

static void pictures_are_told_by_their_endings(void **state)
{
    (void)state;
    FILES("in/a.png", "in/b.JPG", "in/c.jpeg", "in/d.JpE", "in/e.jfif", "in/f.BMP", "in/g.dib", "in/h.tif", "in/i.TIFF",
          "in/j.WebP");
    holds("in", "a.png p b.JPG p c.jpeg p d.JpE p e.jfif p f.BMP p g.dib p h.tif p i.TIFF p j.WebP p");
    FILES("no/a.jp2", "no/b.gif", "no/c.heic", "no/d.txt", "no/e", "no/f.png.bak", "no/g.", "no/png", "no/h.jp");
    holds("no", "a.jp2 o b.gif o c.heic o d.txt o e o f.png.bak o g. o h.jp o png o");
}

static void what_programs_leave_behind_is_no_matter(void **state)
{
    (void)state;
    FILES("in/.DS_Store", "in/._0.png", "in/.ipynb_checkpoints/0.png", "in/__MACOSX/0.png", "in/Thumbs.db",
          "in/thumbs.DB", "in/desktop.ini", "in/lost+found/0.png", "in/0.png");
    holds("in", "0.png p");
}

static void odd_files_are_told_and_not_opened(void **state)
{
    (void)state;
    FILES("in/0.png", "elsewhere/1.png", "in/sub.png/2.png");
    make_fifo("in/fifo.png");
    make_socket("in/socket.png");
    make_link("/dev/zero", "in/zero.png");
    make_link("../elsewhere", "in/linked");
    make_link("../elsewhere/1.png", "in/l.png");
    make_link("nowhere", "in/dangling");
    make_link("nowhere.png", "in/dangling.png");
    make_link("loop", "in/loop");
    holds("in",
          "0.png p dangling b dangling.png p fifo.png o l.png p linked f loop b socket.png o sub.png f zero.png o");
    assert_int_equal(file_write_text(below("res/scores.tsv"), "# Written by ablate predict with the run x\n"), 0);
    assert_int_equal(file_write_text(below("own/scores.tsv"), "name,score\n"), 0);
    FILES("res/0.png.heat.png", "own/0.png");
    make_folder_of("fifo");
    make_fifo("fifo/scores.tsv");
    holds("", "elsewhere f fifo f in f own f res o");
}

static void a_file_that_is_none_is_not_waited_for(void **state)
{
    (void)state;
    file_map map;
    make_fifo("fifo.png");
    assert_int_equal(file_map_open(below("fifo.png"), &map), -1);
    assert_non_null(strstr(complaint(), "it is not a plain file"));
    complaint_clear();
    assert_int_equal(file_map_open(folder, &map), -1);
    assert_non_null(strstr(complaint(), "it is not a plain file"));
}

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    folder_list list;
    char path[6000];
    memset(path, 'a', sizeof path);
    for (size_t i = 1; i < sizeof path; i += 2)
        path[i] = '/';
    path[sizeof path - 1] = 0;
    assert_int_equal(folder_read(path, &list), -1);
    assert_int_equal(complained_of("a/a/", "cannot read the folder: File name too long"), 0);
    complaint_clear();
    make_link("loop", "loop");
    assert_int_equal(folder_read(below("loop"), &list), -1);
    assert_int_equal(complained_of("/loop: cannot read the folder: ", "Too many levels of symbolic links"), 0);
    complaint_clear();
    assert_int_equal(folder_read(below("none"), &list), -1);
    assert_int_equal(complained_of("/none: cannot read the folder: ", "No such file"), 0);
}

/* In the order of what is left of the names, and what is left behind is left out. */
static void names_by_their_ending(void **state)
{
    (void)state;
    static const char *const wanted[] = { "a", "a-b" };
    folder_list list;
    make_folder_of("ends");
    static const char *const made[] = { "ends/a-b.x", "ends/a.x", "ends/.x", "ends/.c.x", "ends/a.y" };
    for (int i = 0; i < 5; i++)
        assert_int_equal(file_write_text(below("%s", made[i]), ""), 0);
    assert_int_equal(folder_ending(below("ends"), ".x", &list), 0);
    assert_int_equal(list.count, 2);
    for (int i = 0; i < 2; i++)
        assert_string_equal(list.entry[i].name, wanted[i]);
    folder_free(&list);
    assert_int_equal(folder_ending(below("none"), "", &list), 0);
    assert_int_equal(list.count, 0);
    folder_free(&list);
}

static int what_is_closed_is_not_absent(void)
{
    int status = 5;
    if (folder_open(below("none"), &status) || status != 0 || complaint())
        return 2;
    if (folder_open(below("closed"), &status) || status != -1)
        return 3;
    if (!file_exists(below("closed/x")) || file_exists(below("none/x")))
        return 4;
    return complained_of("/closed: cannot read the folder: ", "Permission denied");
}

/* For runs, modules and results as well. */
static void a_closed_folder_is_not_absent(void **state)
{
    (void)state;
    make_folder_of("closed");
    assert_int_equal(chmod(below("closed"), 0), 0);
    as_nobody(what_is_closed_is_not_absent);
}

static int listing_is_refused(void)
{
    settings from = { 0 };
    dataset d;
    char spec[200];
    snprintf(spec, sizeof spec, "folder:%s", folder);
    return dataset_open(&d, spec, &from, NULL) == 0 ? 2 : complained_of("/b", "Permission denied");
}

/* A class that may not be read is not one class less. With mode 0444 names can be read, but not what they are. */
static void a_closed_folder_is_an_error(void **state)
{
    static const struct {
        const char *folder;
        mode_t mode;
    } closed[] = { { "b", 0 },
                   { "b", 0444 },
                   { "b/train", 0 },
                   { "b/train", 0444 },
                   { "b/train/good", 0 },
                   { "b/test", 0 },
                   { "b/test", 0444 },
                   { "b/test/bad", 0 },
                   { "b/ground_truth", 0 },
                   { "b/ground_truth", 0444 },
                   { "b/ground_truth/bad", 0 } };
    (void)state;
    FILES("a/train/good/0.png", "a/test/good/0.png", "b/train/good/0.png", "b/test/good/0.png", "b/test/bad/0.png",
          "b/ground_truth/bad/0.png");
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        assert_int_equal(chmod(below("%s", closed[i].folder), closed[i].mode), 0);
        as_nobody(listing_is_refused);
        assert_int_equal(chmod(below("%s", closed[i].folder), 0755), 0);
    }
}

static void open_folder(dataset *d, const char *under)
{
    settings from = { 0 };
    char spec[300];
    snprintf(spec, sizeof spec, "folder:%s", below("%s", under));
    if (dataset_open(d, spec, &from, NULL) < 0)
        fail_msg("%s", complaint());
}

static void unused(const char *under, int pictures, const char *const *texts)
{
    dataset d;
    open_folder(&d, under);
    assert_int_equal(d.pictures, pictures);
    for (int i = 0; i < d.unused.count || texts[i]; i++) {
        if (i == d.unused.count || !texts[i])
            fail_msg("%d are not used, but '%s' %s", d.unused.count, texts[i] ? texts[i] : d.unused.text[i],
                     texts[i] ? "is missing" : "is not expected");
        if (!strstr(d.unused.text[i], texts[i]))
            fail_msg("'%s' should hold '%s'", d.unused.text[i], texts[i]);
    }
    dataset_close(&d);
}
#define UNUSED(under, pictures, ...) unused(under, pictures, (const char *const[]){ __VA_ARGS__, NULL })

static void whatever_is_not_used_is_named(void **state)
{
    (void)state;
    FILES("d/a/train/good/0.png", "d/a/train/good/1.jp2", "d/a/train/good/day2/2.png", "d/a/train/bad/3.png",
          "d/a/train/4.png", "d/a/test/good/0.png", "d/a/test/readme.txt", "d/a/test/bad/0.png", "d/a/more/0.png",
          "d/a/ground_truth/bad/0_mask.bmp", "d/a/ground_truth/bad/x.gif", "d/a/ground_truth/bad/sub/x.png",
          "d/a/ground_truth/good/0.png", "d/a/license.txt", "d/flat/0.png", "d/Upper/Train/good/0.png", "d/x.png");
    make_folder_of("d/empty");
    make_fifo("d/a/train/good/5.png");
    UNUSED("d", 3, "d/x.png: a picture beside the folders", "d/Upper: no class, it has no train and no test but Train",
           "d/a/license.txt: not the name of a picture", "d/a/more: not train, test or ground_truth",
           "d/a/train/4.png: a picture beside the folders", "d/a/train/bad: only train/good is for training",
           "d/a/train/good/1.jp2: not the name", "d/a/train/good/5.png: a FIFO, no file",
           "d/a/train/good/day2: a folder in a folder of pictures", "d/a/test/readme.txt: not the name",
           "d/empty: no class, it has no train and no test but nothing",
           "d/flat: no class, it has no train and no test but 0.png",
           "d/a/ground_truth/bad/sub: a folder in a folder of masks", "d/a/ground_truth/bad/x.gif: not the name",
           "d/a/ground_truth/good: masks of good pictures");
}

static void the_first_five_are_said(void **state)
{
    (void)state;
    folder_rest rest = { 0 };
    for (int i = 0; i < 7; i++)
        assert_int_equal(folder_rest_add(&rest, "x\n%d: why", i), 0);
    char *text = folder_rest_say(&rest);
    assert_string_equal(
        text, "7 files or folders are not used: x\\n0: why, x\\n1: why, x\\n2: why, x\\n3: why, x\\n4: why, and "
              "2 more");
    free(text);
    folder_rest_free(&rest);
}

static void refused(const char *under, const char *words)
{
    char spec[300];
    settings from = { 0 };
    snprintf(spec, sizeof spec, "folder:%s", below("%s", under));
    open_refused(spec, &from, words);
}

static void other_names_for_good_are_refused(void **state)
{
    static const char *const names[] = { "OK", "ok", "Good", "GOOD", "normal", "defect_free" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[100], words[200];
        snprintf(file, sizeof file, "d%zu/a/test/%s/0.png", i, names[i]);
        FILES("e/a/train/good/0.png", file);
        snprintf(file, sizeof file, "d%zu/a/train/good/0.png", i);
        FILES(file);
        snprintf(file, sizeof file, "d%zu", i);
        snprintf(words, sizeof words, "/a/test/%s: pictures without a defect are read from ", names[i]);
        refused(file, words);
    }
    FILES("t/a/train/ok/0.png", "t/a/test/good/0.png", "u/a/test/good/0.png", "u/a/Train/good/0.png");
    refused("t", "/t/a/train/good: no picture there; ");
    refused("t", "/t/a/train holds ok");
    refused("u", "/u/a holds Train, test");
}

static void other_names_for_ground_truth_are_refused(void **state)
{
    static const char *const names[] = { "Ground_Truth", "ground-truth", "groundtruth", "masks", "GT", "Labels" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[100], words[200];
        FILES("d/a/train/good/0.png", "d/a/test/bad/0.png");
        snprintf(name, sizeof name, "d/a/%s", names[i]);
        make_folder_of(name);
        snprintf(words, sizeof words, "/d/a/%s: masks are read from ", names[i]);
        refused("d", words);
        assert_int_equal(rmdir(below("%s", name)), 0);
    }
    FILES("d/a/unlabeled/0.png");
    UNUSED("d", 2, "d/a/unlabeled: not train, test or ground_truth");
    FILES("d/a/ground_truth/bad/0.png", "d/a/masks/bad/0.png");
    UNUSED("d", 2, "d/a/masks: not train, test or ground_truth", "d/a/unlabeled: not train, test or ground_truth");
}

static void masks_of_every_readable_format_are_found(void **state)
{
    static const char *const masks[] = { "0_mask.png", "0_mask.bmp", "0_mask.JPG", "0.tif", "0_mask.webp" };
    (void)state;
    FILES("d/a/train/good/0.png", "d/a/test/bad/0.png");
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        char name[100];
        dataset d;
        snprintf(name, sizeof name, "d/a/ground_truth/bad/%s", masks[i]);
        FILES(name);
        open_folder(&d, "d");
        assert_string_equal(d.picture[1].mask, below("%s", name));
        dataset_close(&d);
        FILES("d/a/ground_truth/bad/0_mask.dib");
        refused("d", "d/a/test/bad/0.png: it has two masks in ");
        assert_int_equal(unlink(below("d/a/ground_truth/bad/0_mask.dib")), 0);
        assert_int_equal(unlink(below("%s", name)), 0);
    }
    FILES("d/a/ground_truth/bad/0_GT.png", "d/a/ground_truth/bad/0_mask.gif");
    refused("d", "d/a/test/bad/0.png: its mask ");
    refused("d", "d/a/ground_truth/bad/0_mask.png is missing, ");
    refused("d", "there is 0_GT.png, 0_mask.gif: add or rename it");
}

static void links_are_followed(void **state)
{
    (void)state;
    FILES("far/good/0.png", "d/a/test/good/0.png", "pictures/1.png");
    make_link("../../far", "d/a/train");
    make_link("../../pictures/1.png", "far/good/2.png");
    make_link("a", "d/b");
    dataset d;
    assert_int_equal(unlink(below("far/good/2.png")), 0);
    make_link("../../pictures/1.png", "far/good/2.png");
    open_folder(&d, "d");
    assert_int_equal(d.pictures, 6);
    assert_int_equal(d.unused.count, 0);
    dataset_close(&d);
    make_link("loop", "d/loop");
    refused("d", "/d/loop: cannot read: Too many levels of symbolic links; mend or remove it");
    assert_int_equal(unlink(below("d/loop")), 0);
    make_link("nowhere", "d/c");
    refused("d", "/d/c: cannot read: No such file or directory; mend or remove it");
    assert_int_equal(unlink(below("d/c")), 0);
    make_link("nowhere", "d/a/ground_truth");
    refused("d", "/d/a/ground_truth: cannot read: No such file");
}

/* ---- where results may not lie ---- */

static void a_folder_holds_what_lies_in_it(void **state)
{
    (void)state;
    FILES("d/a/0.png", "e/1.png");
    make_link("../d/a", "e/link");
    make_link("d", "other");
    static const char *const in[] = { "d",          "d/a",     "d/a/0.png", "d/new/deep", "e/link",
                                      "e/link/new", "other/x", "e/../d/x",  "d/a/../y" };
    static const char *const out[] = { "e", "e/1.png", "new", "d/../new", "d2", "e/link/../../x" };
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        if (!folder_holds(below("d"), below("%s", in[i])) || !folder_holds(below("other"), below("%s", in[i])))
            fail_msg("%s lies in d", in[i]);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (folder_holds(below("d"), below("%s", out[i])))
            fail_msg("%s does not lie in d", out[i]);
    assert_false(folder_holds(below("new"), below("new/x")));
    assert_true(folder_holds("/", "/nowhere"));
}

static void outside(const dataset *d, const char *path, const char *words)
{
    complaint_clear();
    int status = dataset_check_outside(d, "--out", below("%s", path));
    if (!words && status < 0)
        fail_msg("%s", complaint());
    if (words && (status == 0 || !strstr(complaint(), words)))
        fail_msg("%s: %s", path, complaint());
}

static void results_are_not_written_among_pictures(void **state)
{
    (void)state;
    FILES("d/a/train/good/0.png", "d/a/test/bad/0.png", "d/a/ground_truth/bad/0.png", "d/b/train/good/0.png",
          "d/b/test/good/0.png");
    make_link("d/a/test", "link");
    dataset d;
    open_folder(&d, "d");
    outside(&d, "d/a/test/results", "--out ");
    outside(&d, "d/a/test/results", "where pictures of the data 'folder:");
    outside(&d, "d/a", "so that what is written would be read as data the next time");
    outside(&d, "d/a/train/good", "choose a folder elsewhere");
    outside(&d, "d/b/new/new", "elsewhere");
    outside(&d, "d/a/ground_truth/bad/new", "elsewhere");
    outside(&d, "link/new", "elsewhere");
    outside(&d, "results", NULL);
    outside(&d, "d/results", NULL); /* no class, hence named and not read */
    assert_int_equal(dataset_check_export(&d, "--export", below("d")), -1);
    complaint_clear();
    assert_int_equal(dataset_check_export(&d, "--export", below("d/new")), -1);
    complaint_clear();
    assert_int_equal(dataset_check_export(&d, "--export", below("new")), 0);
    dataset_close(&d);
    open_folder(&d, "d/a");
    assert_int_equal(dataset_check_export(&d, "--export", below("d")), -1); /* d/a is what would be written */
    complaint_clear();
    assert_int_equal(dataset_check_export(&d, "--export", folder), 0);
    outside(&d, "d/a/results", NULL);
    outside(&d, "d/a/test/new", "elsewhere");
    dataset_close(&d);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_watched, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(pictures_are_told_by_their_endings),
        TEST(what_programs_leave_behind_is_no_matter),
        TEST(odd_files_are_told_and_not_opened),
        TEST(a_file_that_is_none_is_not_waited_for),
        TEST(what_cannot_be_read_is_said),
        TEST(names_by_their_ending),
        TEST(a_closed_folder_is_not_absent),
        TEST(a_closed_folder_is_an_error),
        TEST(whatever_is_not_used_is_named),
        TEST(the_first_five_are_said),
        TEST(other_names_for_good_are_refused),
        TEST(other_names_for_ground_truth_are_refused),
        TEST(masks_of_every_readable_format_are_found),
        TEST(links_are_followed),
        TEST(a_folder_holds_what_lies_in_it),
        TEST(results_are_not_written_among_pictures),
    };
    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
