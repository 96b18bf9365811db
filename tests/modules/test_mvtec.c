/* The data module `mvtec`: the whole layout of MVTec AD, with tiny pictures, and every way in which a copy may deviate.
 */
#include "../lab/data_set.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"

/* What the data set holds, written down class by class from its file lists: training, good and defective test pictures,
 * and the defective ones by folder. */
typedef struct holding {
    const char *name;
    int train, good, bad;
    const char *defects;
} holding;

static const holding holdings[] = {
    { "bottle", 209, 20, 63, "broken_large 20 broken_small 22 contamination 21" },
    { "cable", 224, 58, 92,
      "bent_wire 13 cable_swap 12 combined 11 cut_inner_insulation 14 cut_outer_insulation 10 missing_cable 12 "
      "missing_wire 10 poke_insulation 10" },
    { "capsule", 219, 23, 109, "crack 23 faulty_imprint 22 poke 21 scratch 23 squeeze 20" },
    { "carpet", 280, 28, 89, "color 19 cut 17 hole 17 metal_contamination 17 thread 19" },
    { "grid", 264, 21, 57, "bent 12 broken 12 glue 11 metal_contamination 11 thread 11" },
    { "hazelnut", 391, 40, 70, "crack 18 cut 17 hole 18 print 17" },
    { "leather", 245, 32, 92, "color 19 cut 19 fold 17 glue 19 poke 18" },
    { "metal_nut", 220, 22, 93, "bent 25 color 22 flip 23 scratch 23" },
    { "pill", 267, 26, 141, "color 25 combined 17 contamination 21 crack 26 faulty_imprint 19 pill_type 9 scratch 24" },
    { "screw", 320, 41, 119, "manipulated_front 24 scratch_head 24 scratch_neck 25 thread_side 23 thread_top 23" },
    { "tile", 230, 33, 84, "crack 17 glue_strip 18 gray_stroke 16 oil 18 rough 15" },
    { "toothbrush", 60, 12, 30, "defective 30" },
    { "transistor", 213, 60, 40, "bent_lead 10 cut_lead 10 damaged_case 10 misplaced 10" },
    { "wood", 247, 19, 60, "color 8 combined 11 hole 10 liquid 10 scratch 21" },
    { "zipper", 240, 32, 119,
      "broken_teeth 19 combined 16 fabric_border 17 fabric_interior 16 rough 17 split_teeth 18 squeezed_teeth 16" },
};
enum { CLASSES = sizeof holdings / sizeof *holdings, DEFECT_FOLDERS = 73 };

static void link_folder(const char *file, const char *class_name, const char *under, const char *tail, int count)
{
    char path[200];
    snprintf(path, sizeof path, "set/%s/%s", class_name, under);
    link_many(file, path, tail, count);
}

static void link_class(const holding *h)
{
    int bad = 0;
    link_folder("picture.png", h->name, "train/good", ".png", h->train);
    link_folder("picture.png", h->name, "test/good", ".png", h->good);
    for (const char *at = h->defects; *at;) {
        char test[100], truth[100], *end;
        int length = (int)strcspn(at, " "), count = (int)strtol(at + length, &end, 10);
        snprintf(test, sizeof test, "test/%.*s", length, at);
        snprintf(truth, sizeof truth, "ground_truth/%.*s", length, at);
        link_folder("picture.png", h->name, test, ".png", count);
        link_folder("mask.png", h->name, truth, "_mask.png", count);
        bad += count;
        at = end + strspn(end, " ");
    }
    assert_int_equal(bad, h->bad);
}

/* Pictures of 16 x 16, a defect in the right half; one tree for all tests, which put back what they change. */
static int make_all(void **state)
{
    uint8_t rgb[3 * 16 * 16], half[16 * 16];
    if (make_folder(state) < 0)
        return -1;
    for (int i = 0; i < 3 * 16 * 16; i++)
        rgb[i] = (uint8_t)(i * 7);
    for (int i = 0; i < 16 * 16; i++)
        half[i] = i % 16 < 8 ? 0 : 255;
    if (image_write_png(below("picture.png"), &(ablate_image){ 16, 16, rgb }) < 0 ||
        image_mask_write_png(below("mask.png"), &(image_mask){ 16, 16, half }) < 0)
        return -1;
    for (int i = 0; i < CLASSES; i++)
        link_class(&holdings[i]);
    return file_write_text(below("set/license.txt"), "") < 0 ? -1 : file_write_text(below("set/wood/readme.txt"), "");
}

/* A partial copy may hold so many pictures. */
static void taken_partly(const char *assignment, int pictures)
{
    dataset d;
    open_set(&d, "mvtec", "set", assignment);
    assert_int_equal(d.pictures, pictures);
    dataset_close(&d);
}

static void the_whole_set_is_listed(void **state)
{
    (void)state;
    dataset d;
    int folders = 0;
    open_set(&d, "mvtec", "set", NULL);
    assert_int_equal(d.classes, CLASSES);
    assert_int_equal(dataset_count(&d, false), 3629);
    assert_int_equal(dataset_count(&d, true), 1725);
    assert_int_equal(count_defective(&d), 1258);
    for (int i = 0; i < d.pictures; i++) {
        const picture *p = &d.picture[i];
        assert_true((p->mask != NULL) == (p->test && !p->good));
        folders += p->mask && strcmp(p->state, d.picture[i - 1].state) != 0;
    }
    assert_int_equal(folders, DEFECT_FOLDERS);
    for (int i = 0; i < CLASSES; i++)
        assert_string_equal(d.class_name[i], holdings[i].name);
    assert_string_equal(d.picture[0].name, "bottle/train/good/000");
    assert_int_equal(d.unused.count, 0); /* its licence and readme belong to it */
    dataset_close(&d);
}

static void classes_can_be_chosen(void **state)
{
    (void)state;
    dataset d;
    for (int i = 0; i < CLASSES; i++) {
        char path[64];
        snprintf(path, sizeof path, "set/%s", holdings[i].name);
        open_set(&d, "mvtec", path, NULL);
        assert_int_equal(d.pictures, holdings[i].train + holdings[i].good + holdings[i].bad);
        assert_string_equal(d.class_name[0], holdings[i].name);
        dataset_close(&d);
    }
    open_set(&d, "mvtec", "set", "classes=zipper bottle");
    assert_string_equal(d.class_name[0], "zipper");
    assert_int_equal(d.pictures, 391 + 292);
    dataset_close(&d);
    set_refused("mvtec", "set", "classes=zipper bottel", "no class 'bottel' there; correct mvtec.classes");
}

static void missing_pictures_are_named_by_class(void **state)
{
    (void)state;
    move_file("set/screw/train/good/232.png", "kept.png");
    set_refused("mvtec", "set", NULL, "pictures found/published: screw train 319/320; ");
    set_refused("mvtec", "set", NULL, "copy it again, or take what is there with mvtec.partial = yes");
    taken_partly("partial=yes", 5353);
    taken_partly("classes=bottle cable", 292 + 374);
    move_file("set/pill/test/crack/025.png", "kept2.png");
    move_file("set/pill/test/pill_type", "kept_type");
    move_file("set/cable", "kept_cable");
    set_refused("mvtec", "set", NULL, "published: cable missing, pill crack 25/26 (+1), screw train 319/320; ");
    taken_partly("partial=yes", 5353 - 374 - 10);
    move_file("kept_cable", "set/cable");
    move_file("kept_type", "set/pill/test/pill_type");
    move_file("kept2.png", "set/pill/test/crack/025.png");
    move_file("kept.png", "set/screw/train/good/232.png");
    taken_partly(NULL, 5354);
}

/* More than was published is somebody else's data. */
static void further_pictures_are_named_by_class(void **state)
{
    static const char *const extra[] = { "set/bottle/test/good/020.png", "set/bottle/test/dented/000.png",
                                         "set/gadget/train/good/000.png" };
    static const char *const words[] = { "published: bottle good 21/20", "published: bottle dented 1/0",
                                         "published: gadget unknown" };
    (void)state;
    link_file("mask.png", "set/bottle/ground_truth/dented/000_mask.png");
    for (int i = 0; i < 3; i++) {
        link_file("picture.png", extra[i]);
        set_refused("mvtec", "set", NULL, words[i]);
        set_refused("mvtec", "set", "partial=yes", words[i]);
        set_refused("mvtec", "set", "partial=yes", "more than MVTec AD holds");
        assert_int_equal(unlink(below("%s", extra[i])), 0);
    }
    assert_int_equal(unlink(below("set/bottle/ground_truth/dented/000_mask.png")), 0);
    assert_int_equal(rmdir(below("set/bottle/test/dented")), 0);
    must_work("rm -r $in/set/gadget");
    taken_partly(NULL, 5354);
}

static void masks_and_pictures_belong_together(void **state)
{
    (void)state;
    move_file("set/tile/ground_truth/oil/007_mask.png", "kept.png");
    set_refused("mvtec", "set", NULL, "tile/test/oil/007.png: its mask");
    set_refused("mvtec", "set", "partial=yes", "tile/ground_truth/oil/007_mask.png is missing, and so is");
    move_file("kept.png", "set/tile/ground_truth/oil/018_mask.png");
    move_file("set/tile/ground_truth/oil/018_mask.png", "set/tile/ground_truth/oil/007_mask.png");
    link_file("mask.png", "set/tile/ground_truth/oil/018_mask.png");
    set_refused("mvtec", "set", NULL, "tile/ground_truth/oil/018_mask.png: a mask without its picture in ");
    taken_partly("partial=yes", 5354);
    assert_int_equal(unlink(below("set/tile/ground_truth/oil/018_mask.png")), 0);
    move_file("set/tile/ground_truth", "kept_truth");
    set_refused("mvtec", "set", "partial=yes", "tile/test/crack/000.png: its mask");
    move_file("kept_truth", "set/tile/ground_truth");
}

static void a_picture_listed_twice_is_told(void **state)
{
    (void)state;
    move_file("set/wood/test/good/018.png", "kept.png");
    link_file("picture.png", "set/wood/test/good/000.jpg");
    set_refused("mvtec", "set", NULL, "wood/test/good/000: a picture of this name is there twice; remove one");
    assert_int_equal(unlink(below("set/wood/test/good/000.jpg")), 0);
    move_file("kept.png", "set/wood/test/good/018.png");
}

static void other_folders_are_refused(void **state)
{
    (void)state;
    set_refused("mvtec", "nowhere", NULL, "nowhere': no such folder; write data = mvtec:PATH");
    set_refused("mvtec", "set/bottle/train", NULL, "no class there, that is no CLASS/train; correct mvtec.path");
    link_file("picture.png", "other/dog/train/good/0.png");
    set_refused("mvtec", "other", NULL, "no class of MVTec AD there; correct mvtec.path, or use folder:PATH");
}

/* One class is enough for a run, of real files from the first to the last step. */
static void a_run(void **state)
{
    (void)state;
    must_work("$ablate run ablations/table2.ini --scale mini --row i --seeds 1 --steps 2 --data mvtec:$in/set "
              "--set mvtec.classes=toothbrush --set input.fit=crop --out $in/out --cache $in/cache");
    expect_words(said, "1 class, 60 training and 42 test pictures");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(the_whole_set_is_listed),
        TEST(classes_can_be_chosen),
        TEST(missing_pictures_are_named_by_class),
        TEST(further_pictures_are_named_by_class),
        TEST(masks_and_pictures_belong_together),
        TEST(a_picture_listed_twice_is_told),
        TEST(other_folders_are_refused),
        TEST(a_run),
    };
    return cmocka_run_group_tests_name("mvtec", tests, make_all, remove_folder);
}
