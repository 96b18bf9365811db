/* visa.c: VisA (Zou et al. 2022, ECCV): 12 classes, 9621 normal pictures and 1200 anomalies. Either as released, with
 * its lists in split_csv, or as converted to MVTec AD's layout for one-class training (CLASS/train/good,
 * CLASS/test/good, CLASS/test/bad, CLASS/ground_truth/bad). Both give the same pictures under the same names in the
 * same order. In the masks of the release each kind of defect has a value of its own; whatever is not zero is a defect.
 */
#include "../folder/layout.h"
#include "../folder/names.h"
#include "released.h"

#define SPLIT(X) X(SPLIT_1CLS, "1cls") X(SPLIT_2CLS_HIGHSHOT, "2cls_highshot") X(SPLIT_2CLS_FEWSHOT, "2cls_fewshot")
ABLATE_ENUM(SPLIT);
enum { SPLITS = SPLIT_2CLS_FEWSHOT + 1, CLASSES = 12 };

typedef struct visa_settings {
    const char *path, *classes;
    int split;
    bool partial;
} visa_settings;

typedef struct visa_class { /* numbers of pictures; 100 anomalies each */
    const char *name;
    int normal, train[SPLITS];
} visa_class;

static const visa_class classes[CLASSES] = {
    { "candle", 1000, { 900, 600, 200 } },    { "capsules", 602, { 542, 361, 120 } },
    { "cashew", 500, { 450, 300, 100 } },     { "chewinggum", 503, { 453, 302, 101 } },
    { "fryum", 500, { 450, 300, 100 } },      { "macaroni1", 1000, { 900, 600, 200 } },
    { "macaroni2", 1000, { 900, 600, 200 } }, { "pcb1", 1004, { 904, 602, 201 } },
    { "pcb2", 1001, { 901, 601, 200 } },      { "pcb3", 1006, { 905, 604, 201 } },
    { "pcb4", 1005, { 904, 603, 201 } },      { "pipe_fryum", 500, { 450, 300, 100 } },
};

/* Of 100 anomalies, those for test; the others are for training with defects, which nothing here does. */
static const int test_anomalies[SPLITS] = { 100, 40, 80 };

static void publish(ablate_builder *b, int which, published to[CLASSES + 1])
{
    for (int i = 0; i < CLASSES; i++) {
        int train = classes[i].train[which];
        to[i].class_name = classes[i].name;
        to[i].counts =
            ablate_text(b, "train %d good %d bad %d", train, classes[i].normal - train, test_anomalies[which]);
    }
    to[CLASSES] = (published){ NULL, NULL };
}

static bool lacks_lists(ablate_builder *b, const char *path)
{
    for (int i = 0; i < CLASSES; i++)
        if (!is_no_folder(ablate_text(b, "%s/%s/Data/Images", path, classes[i].name)))
            return true;
    return false;
}

static int list(ablate_builder *b, const void *settings)
{
    const visa_settings *s = settings;
    const char *name = ABLATE_WORD(SPLIT, s->split);
    published known[CLASSES + 1];
    publish(b, s->split, known);
    const collection of = { "visa", s->path, s->classes, s->partial, "VisA", known, NULL };
    if (!is_no_folder(ablate_text(b, "%s/split_csv", s->path)) || lacks_lists(b, s->path))
        return released_list(b, &of, name);
    if (s->split != SPLIT_1CLS)
        return ablate_fail(b, "%s: has no split_csv; the split %s needs VisA as released, visa.split = 1cls does not",
                           s->path, name);
    return layout_list(b, &of);
}

static const ablate_setting settings_table[] = {
    ABLATE_FILE(visa_settings, path, "the folder that holds split_csv, or candle, capsules, cashew, ... converted"),
    ABLATE_NAMES(visa_settings, classes, "", "only these classes, in this order; empty: all, by name"),
    ABLATE_CHOOSE(visa_settings, split, SPLIT_1CLS, SPLIT,
                  "which list of split_csv; the training anomalies of the last two are left out"),
    ABLATE_SET(visa_settings, partial, false, 0, 1, "take what is there, if that is less than was published"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "visa",
    .doc = "VisA, as released or converted, its numbers of pictures checked",
    .paper = "Experimental Setup",
    .settings_size = sizeof(visa_settings),
    .settings = settings_table,
    .list = list,
};
