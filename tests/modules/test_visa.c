/* The data module `visa`: VisA's whole layout as released and as converted, with tiny pictures; its three lists; every
 * way in which a copy may deviate. */
#include "../lab/data_set.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"

typedef struct holding { /* as counted in the released lists */
    const char *name;
    int normal, digits; /* of the normal pictures' file names */
    int train;          /* 1cls; the other two lists give 60 and 20 of 100, rounded */
} holding;

static const holding holdings[] = {
    { "candle", 1000, 4, 900 },    { "capsules", 602, 3, 542 }, { "cashew", 500, 3, 450 },
    { "chewinggum", 503, 3, 453 }, { "fryum", 500, 3, 450 },    { "macaroni1", 1000, 4, 900 },
    { "macaroni2", 1000, 4, 900 }, { "pcb1", 1004, 4, 904 },    { "pcb2", 1001, 4, 901 },
    { "pcb3", 1006, 4, 905 },      { "pcb4", 1005, 4, 904 },    { "pipe_fryum", 500, 3, 450 },
};
enum { CLASSES = sizeof holdings / sizeof *holdings, ANOMALIES = 100, MOST = 1006 };

/* The numbers 0 to n - 1 in an order without pattern. */
static void shuffle(int *order, int n)
{
    unsigned word = 7;
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        word = word * 1664525u + 1013904223u;
        int j = (int)(word >> 8) % (i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* The lines of one class: training, then test; the pictures of either come in any order, as in the release. */
static void write_class(FILE *to, const holding *h, int train, int train_anomalies)
{
    int order[MOST] = { 0 };
    const char *name = h->name;
    for (int test = 0; test < 2; test++) {
        const char *part = test ? "test" : "train";
        shuffle(order, h->normal);
        for (int i = test ? train : 0; i < (test ? h->normal : train); i++)
            fprintf(to, "%s,%s,normal,%s/Data/Images/Normal/%0*d.JPG,\r\n", name, part, name, h->digits, order[i]);
        shuffle(order, ANOMALIES);
        for (int i = test ? train_anomalies : 0; i < (test ? ANOMALIES : train_anomalies); i++)
            fprintf(to, "%s,%s,anomaly,%s/Data/Images/Anomaly/%03d.JPG,%s/Data/Masks/Anomaly/%03d.png\r\n", name, part,
                    name, order[i], name, order[i]);
    }
}

static void write_list(const char *name, int percent)
{
    file_draft *draft = file_draft_open(below("set/split_csv/%s.csv", name));
    assert_non_null(draft);
    FILE *to = file_draft_stream(draft);
    fprintf(to, "object,split,label,image,mask\r\n");
    for (int i = 0; i < CLASSES; i++) {
        const holding *h = &holdings[i];
        write_class(to, h, percent ? (h->normal * percent + 50) / 100 : h->train, percent);
    }
    assert_int_equal(file_commit(draft), 0);
}

static void link_class(const holding *h)
{
    char name[200];
    for (int i = 0; i < h->normal; i++) {
        snprintf(name, sizeof name, "set/%s/Data/Images/Normal/%0*d.JPG", h->name, h->digits, i);
        link_file("picture.jpg", name);
    }
    snprintf(name, sizeof name, "set/%s/Data/Images/Anomaly", h->name);
    link_many("picture.jpg", name, ".JPG", ANOMALIES);
    snprintf(name, sizeof name, "set/%s/Data/Masks/Anomaly", h->name);
    link_many("mask.png", name, ".png", ANOMALIES);
    snprintf(name, sizeof name, "set/%s/image_anno.csv", h->name);
    link_file("mask.png", name);
}

/* A mask whose columns hold the values 0 to 9, as each kind of defect has its own. One tree for all tests, which put
 * back what they change. */
static int make_all(void **state)
{
    uint8_t kinds[16 * 16];
    if (make_folder(state) < 0)
        return -1;
    for (int i = 0; i < 16 * 16; i++)
        kinds[i] = (uint8_t)(i % 16 < 10 ? i % 16 : 0);
    if (image_mask_write_png(below("mask.png"), &(image_mask){ 16, 16, kinds }) < 0)
        return -1;
    copy_file(GOLDEN "size16x16.jpg", below("picture.jpg"));
    for (int i = 0; i < CLASSES; i++)
        link_class(&holdings[i]);
    write_list("1cls", 0);
    write_list("2cls_highshot", 60);
    write_list("2cls_fewshot", 20);
    return 0;
}

static void holds(const char *assignment, int train, int test, int defective)
{
    dataset d;
    open_set(&d, "visa", "set", assignment);
    assert_int_equal(dataset_count(&d, false), train);
    assert_int_equal(dataset_count(&d, true), test);
    assert_int_equal(count_defective(&d), defective);
    dataset_close(&d);
}

static void the_released_set_is_listed(void **state)
{
    (void)state;
    dataset d;
    open_set(&d, "visa", "set", NULL);
    assert_int_equal(d.classes, CLASSES);
    assert_int_equal(dataset_count(&d, false), 8659);
    assert_int_equal(dataset_count(&d, true), 962 + 1200);
    assert_int_equal(count_defective(&d), 1200);
    for (int i = 0; i < d.pictures; i++) {
        const picture *p = &d.picture[i];
        assert_true((p->mask != NULL) == !p->good);
        assert_true(p->good || p->test);
    }
    for (int i = 0; i < CLASSES; i++)
        assert_string_equal(d.class_name[i], holdings[i].name);
    const picture *first = &d.picture[900];
    assert_string_equal(first->name, "candle/test/bad/000");
    assert_string_equal(first->path, below("set/candle/Data/Images/Anomaly/000.JPG"));
    assert_string_equal(first->mask, below("set/candle/Data/Masks/Anomaly/000.png"));
    dataset_close(&d);
}

static void the_other_lists_are_read(void **state)
{
    (void)state;
    holds("split=2cls_highshot", 5773, 3848 + 480, 480);
    holds("split=2cls_fewshot", 1924, 7697 + 960, 960);
    holds("classes=pcb3 cashew", 905 + 450, 101 + 50 + 200, 200);
    set_refused("visa", "set", "classes=pcb3 cashews", "no class 'cashews' there; correct visa.classes");
    set_refused("visa", "set", "split=3cls", "'visa.split' must be one of 1cls, 2cls_highshot, 2cls_fewshot");
}

/* Every picture of the released tree under CLASS/train|test/good|bad, masks of defects under CLASS/ground_truth/bad. */
static void convert(const dataset *d)
{
    for (int i = 0; i < d->pictures; i++) {
        const picture *p = &d->picture[i];
        const char *stem = strrchr(p->name, '/') + 1;
        char name[300];
        snprintf(name, sizeof name, "converted/%s.JPG", p->name);
        link_file("picture.jpg", name);
        snprintf(name, sizeof name, "converted/%s/ground_truth/bad/%s.png", p->class_name, stem);
        if (p->mask)
            link_file("mask.png", name);
    }
}

/* The same pictures under the same names in the same order: a run has the same result with either. */
static void the_converted_set_is_the_same(void **state)
{
    (void)state;
    dataset released, converted;
    open_set(&released, "visa", "set", NULL);
    convert(&released);
    open_set(&converted, "visa", "converted", NULL);
    assert_int_equal(released.pictures, converted.pictures);
    for (int i = 0; i < released.pictures; i++) {
        const picture *a = &released.picture[i], *b = &converted.picture[i];
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->class_name, b->class_name);
        assert_string_equal(a->state, b->state);
        assert_true(a->test == b->test && a->good == b->good && !a->mask == !b->mask);
    }
    dataset_close(&released);
    dataset_close(&converted);
    set_refused("visa", "converted", "split=2cls_fewshot",
                "has no split_csv; the split 2cls_fewshot needs VisA as released");
    move_file("converted/fryum/test/bad/012.JPG", "kept.jpg");
    set_refused("visa", "converted", NULL, "not all of VisA, pictures found/published: fryum bad 99/100; ");
    open_set(&converted, "visa", "converted", "partial=yes");
    assert_int_equal(converted.pictures, 10820);
    dataset_close(&converted);
    move_file("kept.jpg", "converted/fryum/test/bad/012.JPG");
    link_file("mask.png", "converted/fryum/ground_truth/bad/100.png");
    set_refused("visa", "converted", NULL, "fryum/ground_truth/bad/100.png: a mask without its picture in ");
}

/* Non-zero is a defect, whatever kind it is. */
static void every_kind_of_defect_counts(void **state)
{
    (void)state;
    dataset d;
    image_mask mask;
    open_set(&d, "visa", "set", "classes=candle");
    assert_int_equal(dataset_mask(&d, 900, &mask), 0);
    for (int i = 0; i < 16 * 16; i++)
        assert_int_equal(mask.value[i], i % 16 > 0 && i % 16 < 10 ? 255 : 0);
    image_mask_free(&mask);
    dataset_close(&d);
}

static void missing_files_are_named(void **state)
{
    (void)state;
    move_file("set/pcb1/Data/Images/Normal/0700.JPG", "kept.jpg");
    move_file("set/fryum", "kept_fryum");
    set_refused("visa", "set", "split=2cls_fewshot", "published: fryum missing, pcb1 ");
    set_refused("visa", "set", NULL, "; the first that is missing: ");
    set_refused("visa", "set", NULL, ": fryum/Data/Images/Normal/000.JPG (tried ");
    set_refused("visa", "set", NULL,
                "/set/fryum/Data/Images/Normal/000.JPG); copy it again, or take what is there with visa.par");
    holds("partial=yes", 8659 - 450 - 1, 2162 - 150, 1100);
    dataset d;
    open_set(&d, "visa", "set", "partial=yes");
    assert_int_equal(d.unused.count, 1);
    assert_non_null(strstr(d.unused.text[0], "/1cls.csv: 601 of its pictures are not there, first "));
    dataset_close(&d);
    move_file("kept_fryum", "set/fryum");
    move_file("kept.jpg", "set/pcb1/Data/Images/Normal/0700.JPG");
    move_file("set/pcb1/Data/Masks/Anomaly/044.png", "kept.png");
    set_refused("visa", "set", "partial=yes", "set/pcb1/Data/Masks/Anomaly/044.png is missing; copy it again");
    move_file("kept.png", "set/pcb1/Data/Masks/Anomaly/044.png");
    link_file("mask.png", "set/pcb1/Data/Masks/Anomaly/100.png");
    set_refused("visa", "set", NULL, "set/pcb1/Data/Masks/Anomaly/100.png: a mask without its picture in ");
    holds("partial=yes", 8659, 2162, 1200);
    assert_int_equal(unlink(below("set/pcb1/Data/Masks/Anomaly/100.png")), 0);
    move_file("set/split_csv/1cls.csv", "kept.csv");
    set_refused("visa", "set", NULL, "split_csv/1cls.csv: cannot read");
    move_file("set/split_csv", "kept_lists");
    set_refused("visa", "set", NULL, "split_csv/1cls.csv: cannot read");
    move_file("kept_lists", "set/split_csv");
    move_file("kept.csv", "set/split_csv/1cls.csv");
    set_refused("visa", "nowhere", NULL, "nowhere': no such folder; write data = visa:PATH");
}

static void what_the_list_does_not_name_is_named(void **state)
{
    static const char *const extra[] = { "set/extra/Data/Images/Normal/0.JPG", "set/pcb1/Data/Images/Anomaly/100.JPG",
                                         "set/pcb1/Data/Images/Normal/9999.png",
                                         "set/pcb1/Data/Images/Normal/notes.txt" };
    (void)state;
    dataset d;
    for (int i = 0; i < 4; i++)
        link_file("picture.jpg", extra[i]);
    open_set(&d, "visa", "set", NULL);
    assert_int_equal(dataset_count(&d, false), 8659);
    assert_int_equal(d.unused.count, 4);
    assert_non_null(strstr(d.unused.text[0], "set/pcb1/Data/Images/Normal/9999.png: not in "));
    assert_non_null(strstr(d.unused.text[1], "Normal/notes.txt: not in "));
    assert_non_null(strstr(d.unused.text[2], "set/pcb1/Data/Images/Anomaly/100.JPG: not in "));
    assert_non_null(strstr(d.unused.text[3], "set/extra: no class of "));
    dataset_close(&d);
    open_set(&d, "visa", "set", "classes=candle");
    assert_int_equal(d.unused.count, 0);
    dataset_close(&d);
    for (int i = 0; i < 4; i++)
        assert_int_equal(unlink(below("%s", extra[i])), 0);
    must_work("rm -r $in/set/extra");
}

#define HEADER "object,split,label,image,mask\n"

/* The list in the place of the real one must be refused with the words. */
static void list_refused(const char *text, size_t size, const char *words)
{
    file_draft *draft = file_draft_open(below("set/split_csv/1cls.csv"));
    assert_non_null(draft);
    assert_int_equal(fwrite(text, 1, size, file_draft_stream(draft)), size);
    assert_int_equal(file_commit(draft), 0);
    set_refused("visa", "set", "partial=yes", words);
}
#define LIST_REFUSED(text, words) list_refused(text, sizeof(text) - 1, words)

static void damaged_lists_are_refused(void **state)
{
    (void)state;
    move_file("set/split_csv/1cls.csv", "kept.csv");
    LIST_REFUSED("", "1cls.csv: no picture is listed");
    LIST_REFUSED(HEADER, "1cls.csv: no picture is listed");
    LIST_REFUSED("a,b,c\n", "1cls.csv:1: the header must be object,split,label,image,mask");
    LIST_REFUSED(HEADER "candle,train,normal\n", "1cls.csv:2: 3 fields instead of object,split,label,image,mask");
    LIST_REFUSED(HEADER "candle,train,normal,a.JPG,,\n", "1cls.csv:2: 6 fields");
    LIST_REFUSED(HEADER "candle,val,normal,a.JPG,\n", "1cls.csv:2: split 'val' must be train or test");
    LIST_REFUSED(HEADER "candle,test,good,a.JPG,\n", "1cls.csv:2: label 'good' must be normal or anomaly");
    LIST_REFUSED(HEADER "candle,test,normal,,\n", "1cls.csv:2: object or image is empty");
    LIST_REFUSED(HEADER "candle,test,anomaly,a.JPG,\n", "1cls.csv:2: an anomaly without a mask");
    LIST_REFUSED(HEADER "candle,test,normal,a.JPG,a.png\n", "1cls.csv:2: a normal picture with a mask");
    LIST_REFUSED(HEADER "candle,test,\0normal,a.JPG,a.png\n", "1cls.csv:2: a zero byte");
    LIST_REFUSED(HEADER "candle,test,normal,b.JPG,\ncandle,train,normal,a.JPG,\n\ncandle,test,normal,a.JPG,\n",
                 "1cls.csv:5: a.JPG is listed in line 3 already");
    LIST_REFUSED(HEADER "candle,test,normal,VisA/candle/Data/Images/Normal/0000.JPG,\n",
                 "no class of VisA there; the first that is missing: ");
    LIST_REFUSED(HEADER "candle,test,normal,VisA/candle/Data/Images/Normal/0000.JPG,\n",
                 "1cls.csv:2: VisA/candle/Data/Images/Normal/0000.JPG (tried ");
    LIST_REFUSED(HEADER "gadget,test,normal,candle/Data/Images/Normal/0000.JPG,\n", "no class of VisA there");
    move_file("kept.csv", "set/split_csv/1cls.csv");
    holds(NULL, 8659, 2162, 1200);
}

static void a_run(void **state)
{
    (void)state;
    must_work("$ablate run ablations/table2.ini --scale mini --row i --seeds 1 --steps 2 --data visa:$in/set "
              "--set visa.classes=cashew --set visa.split=2cls_fewshot --set input.size=64 --out $in/out "
              "--cache $in/cache");
    expect_words(said, "1 class, 100 training and 480 test pictures");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(the_released_set_is_listed),    TEST(the_other_lists_are_read),
        TEST(the_converted_set_is_the_same), TEST(every_kind_of_defect_counts),
        TEST(missing_files_are_named),       TEST(what_the_list_does_not_name_is_named),
        TEST(damaged_lists_are_refused),     TEST(a_run),
    };
    return cmocka_run_group_tests_name("visa", tests, make_all, remove_folder);
}
