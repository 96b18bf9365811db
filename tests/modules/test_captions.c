/* The data set `captions`: captions that are well formed and say what the pictures show. */
#include "../../core/module.h"
#include "../lab/scratch.h"
#include "../lab/test.h"
#include <dlfcn.h>
#include <stdarg.h>

enum { SIDE = 128, BYTES = 3 * SIDE * SIDE, MOST = 20000, WORDS = 256 };

static const ablate_module *module;
static float *tokens; /* (count, inputs_length) */
static int count, tests_listed;
static char text[8192], *vocabulary[WORDS];
static int words;

static char refusal[512]; /* the last complaint */
static const char *photographs = "";

static int add_picture(ablate_builder *b, const ablate_picture *p)
{
    (void)b;
    assert_true(count < MOST && !p->path && !p->mask && p->inputs && p->name && p->class_name);
    assert_string_equal(p->state, "good");
    int length = module->inputs_length;
    memcpy(tokens + (size_t)count++ * (size_t)length, p->inputs, (size_t)length * sizeof(float));
    tests_listed += p->test;
    return 0;
}
static int refuse(ablate_builder *b, const char *file, int line, const char *format, ...)
{
    (void)b;
    (void)file;
    (void)line;
    va_list list;
    va_start(list, format);
    vsnprintf(refusal, sizeof refusal, format, list);
    va_end(list);
    return -1;
}
static const ablate_api api = { .size = sizeof api, .add_picture = add_picture, .refuse = refuse };
static ablate_builder builder = { .api = &api };

typedef struct chosen { /* the module's settings, filled through its table */
    _Alignas(16) unsigned char bytes[64];
} chosen;

static chosen choose_side(int seed, int train, int test, int side)
{
    chosen c = { { 0 } };
    assert_true(module->settings_size <= sizeof c.bytes);
    for (const ablate_setting *s = module->settings; s->name; s++) {
        if (s->type == ABLATE_PATH)
            memcpy(c.bytes + s->offset, &photographs, sizeof photographs);
        else if (s->type == ABLATE_REAL)
            memcpy(c.bytes + s->offset, &(double){ 1 }, sizeof(double));
        if (s->type == ABLATE_PATH || s->type == ABLATE_REAL)
            continue;
        int value = !strcmp(s->name, "seed")    ? seed
                    : !strcmp(s->name, "count") ? train
                    : !strcmp(s->name, "side")  ? side
                                                : test;
        assert_int_equal(s->type, ABLATE_INT);
        memcpy(c.bytes + s->offset, &value, sizeof value);
    }
    return c;
}

static chosen choose(int seed, int train, int test)
{
    return choose_side(seed, train, test, SIDE);
}

static void list(int seed, int train, int test)
{
    chosen c = choose(seed, train, test);
    count = tests_listed = 0;
    assert_int_equal(module->list(&builder, &c), 0);
    assert_int_equal(count, train + test);
    assert_int_equal(tests_listed, test);
}

static const float *caption(int index)
{
    return tokens + (size_t)index * (size_t)module->inputs_length;
}

static uint8_t *render_side(const chosen *c, int index, int side)
{
    ablate_image picture = { 0, 0, NULL }, mask = { 0, 0, NULL };
    assert_int_equal(module->image(&builder, c, index, &picture, &mask), 0);
    assert_int_equal(picture.width, side);
    assert_int_equal(picture.height, side);
    assert_non_null(picture.rgb);
    free(mask.rgb);
    return picture.rgb;
}

static uint8_t *render(const chosen *c, int index)
{
    return render_side(c, index, SIDE);
}

static int id_of(const char *word)
{
    for (int i = 0; i < words; i++)
        if (strcmp(vocabulary[i], word) == 0)
            return i;
    return -1;
}

/* How many of the listed words, separated by spaces, the caption holds. */
static int holds(const float *ids, const char *list_of_words)
{
    char copy[400];
    int found = 0;
    snprintf(copy, sizeof copy, "%s", list_of_words);
    for (char *rest, *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        int id = id_of(word);
        assert_true(id >= 0);
        for (int i = 0; i < module->inputs_length - 1; i++)
            found += (int)ids[i] == id;
    }
    return found;
}

static void read_vocabulary(void)
{
    FILE *f = fopen("modules/data/captions/vocabulary.txt", "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    char *rest, *word = strtok_r(text, " \"\n", &rest);
    for (; word && words < WORDS; word = strtok_r(NULL, " \"\n", &rest))
        vocabulary[words++] = word;
    assert_null(word);
}

static void test_vocabulary(void **state)
{
    (void)state;
    /* The names of the data sets that the encoder is used on must not be among the words it learns */
    static const char *const apart[] = { "bottle",     "cable",      "capsule", "carpet", "grid",
                                         "hazelnut",   "leather",    "nut",     "pill",   "screw",
                                         "toothbrush", "transistor", "zipper",  "tile",   "wood" };
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        assert_int_equal(id_of(apart[i]), -1);
    for (int i = 0; i < words; i++)
        assert_int_equal(id_of(vocabulary[i]), i); /* each once */
    assert_string_equal(vocabulary[0], "<pad>");
    assert_true(id_of("object") > 0 && id_of("damaged") > 0);
}

static void test_captions_are_well_formed(void **state)
{
    (void)state;
    int length = module->inputs_length - 1, seen[WORDS] = { 0 };
    list(3, MOST, 0);
    for (int i = 0; i < count; i++) {
        const float *ids = caption(i);
        int end = (int)ids[length];
        assert_true(end >= 2 && end < length);
        assert_int_equal((int)ids[0], id_of("<start>"));
        assert_int_equal((int)ids[end], id_of("<end>"));
        for (int k = 0; k < length; k++) {
            assert_true(ids[k] >= 0 && ids[k] < (float)words && ids[k] == (float)(int)ids[k]);
            assert_int_equal(k > end, ids[k] == 0);
            seen[(int)ids[k]] = 1;
        }
    }
    for (int i = 0; i < words; i++)
        if (!seen[i])
            fail_msg("no caption of %d says '%s'", count, vocabulary[i]);
}

static void test_captions_are_consistent(void **state)
{
    (void)state;
    static const char good[] = "normal perfect flawless intact clean good undamaged no without";
    static const char bad[] =
        "damaged defective faulty scratched cracked cut creased stained dirty dusty burnt faded rusty "
        "smeared wet moldy splashed dented punctured torn chipped incomplete bent broken";
    int goods = 0, bads = 0, length = module->inputs_length;
    list(4, 4000, 0);
    for (int i = 0; i < count; i++) {
        bool is_good = holds(caption(i), good) > 0, is_bad = holds(caption(i), bad) > 0;
        assert_false(is_good && is_bad);
        goods += is_good;
        bads += is_bad;
    }
    assert_true(goods > count / 8 && bads > count / 4);
    int same = 0;
    for (int i = 1; i < 1000; i++)
        for (int k = 0; k < i; k++)
            same += memcmp(caption(i), caption(k), (size_t)length * sizeof(float)) == 0;
    assert_true(same < 2000); /* of 499500 pairs */
}

/* Pictures 2 k and 2 k + 1 show the same thing, whole and damaged: most of their pixels are equal. */
static void test_twins(void **state)
{
    (void)state;
    enum { PAIRS = 60 };
    chosen c = choose(9, 2 * PAIRS, 0);
    int alike = 0;
    for (int i = 0; i < PAIRS; i++) {
        uint8_t *whole = render(&c, 2 * i), *damaged = render(&c, 2 * i + 1),
                *other = render(&c, (2 * i + 2) % (2 * PAIRS));
        int same = 0, same_other = 0;
        for (int k = 0; k < BYTES; k++) {
            same += whole[k] == damaged[k];
            same_other += whole[k] == other[k];
        }
        assert_true(same < BYTES); /* the damage shows */
        assert_true(same > same_other);
        alike += same > BYTES / 2;
        free(whole);
        free(damaged);
        free(other);
    }
    assert_true(alike > PAIRS * 3 / 4); /* a bent or broken thing differs in more */
}

static void test_the_state_tells_twins_apart(void **state)
{
    (void)state;
    static const char bad[] =
        "damaged defective faulty defect scratched cracked cut creased stained dirty dusty burnt faded rusty "
        "smeared wet moldy splashed dented punctured torn chipped incomplete bent broken";
    enum { PAIRS = 1000 };
    int said = 0;
    list(10, 2 * PAIRS, 0);
    for (int i = 0; i < PAIRS; i++)
        said += holds(caption(2 * i + 1), bad) > 0;
    assert_true(said > PAIRS * 8 / 10); /* "with a scratch" is not counted */
}

/* A sheet that is called red is red: the mean of its pixels has the named channel on top. */
static void test_colours_are_true(void **state)
{
    (void)state;
    static const char *const names[] = { "red", "green", "blue" };
    static const char other[] =
        "and striped checkered dotted plaid zigzag wavy gradient spotted hatched ringed speckled on";
    chosen c = choose(5, 4000, 0);
    int checked = 0, right = 0;
    list(5, 4000, 0);
    for (int i = 0; i < count && checked < 60; i++)
        for (int channel = 0; channel < 3; channel++) {
            const float *ids = caption(i);
            if (!holds(ids, names[channel]) || !holds(ids, "surface texture sheet material") || holds(ids, other))
                continue;
            uint8_t *rgb = render(&c, i);
            double sum[3] = { 0, 0, 0 };
            for (int k = 0; k < BYTES; k++)
                sum[k % 3] += rgb[k];
            free(rgb);
            right += sum[channel] > sum[(channel + 1) % 3] && sum[channel] > sum[(channel + 2) % 3];
            checked++;
        }
    /* A pattern that goes unmentioned may bring another colour in */
    assert_true(checked >= 40 && right >= checked * 8 / 10);
}

static void test_pictures_depend_on_seed_and_number(void **state)
{
    (void)state;
    chosen few = choose(6, 10, 5), many = choose(6, 20, 5), other = choose(7, 10, 5);
    uint8_t *a = render(&few, 3), *b = render(&many, 3), *c = render(&other, 3);
    uint8_t *held = render(&few, 10), *held_too = render(&many, 20), *first = render(&few, 0);
    assert_memory_equal(a, b, BYTES);
    assert_memory_not_equal(a, c, BYTES);
    assert_memory_equal(held, held_too, BYTES); /* the first held-out picture */
    assert_memory_not_equal(held, first, BYTES);
    uint8_t *all[] = { a, b, c, held, held_too, first };
    for (int i = 0; i < 6; i++)
        free(all[i]);
    ablate_image picture, mask;
    assert_int_equal(module->image(&builder, &few, 15, &picture, &mask), -1);
    assert_int_equal(module->image(&builder, &few, -1, &picture, &mask), -1);
}

/* Bytes in which a close-up differs from the part of the whole picture with its upper left corner at (x, y). */
static int differences(const uint8_t *near, int side, const uint8_t *whole, int x, int y)
{
    int n = 0;
    for (int j = 0; j < side; j++)
        for (int k = 0; k < 3 * side; k++)
            n += near[3 * side * j + k] != whole[3 * (SIDE * (y + j) + x) + k];
    return n;
}

/* A close-up is a part of the same scene, pixel for pixel, and the same part of both twins. */
static void test_close_ups(void **state)
{
    (void)state;
    enum { NEAR = 32, PICTURES = 24 };
    chosen whole = choose(12, PICTURES, 0), near = choose_side(12, PICTURES, 0, NEAR);
    int place[PICTURES];
    for (int i = 0; i < PICTURES; i++) {
        uint8_t *all = render(&whole, i), *part = render_side(&near, i, NEAR);
        place[i] = -1;
        for (int at = 0; at < (SIDE - NEAR + 1) * (SIDE - NEAR + 1) && place[i] < 0; at++)
            if (differences(part, NEAR, all, at % (SIDE - NEAR + 1), at / (SIDE - NEAR + 1)) == 0)
                place[i] = at;
        assert_true(place[i] >= 0);
        if (i % 2)
            assert_int_equal(place[i], place[i - 1]);
        free(all);
        free(part);
    }
}

/* Hardly any picture is so dark or bright that nothing is seen in it. */
static void test_pictures_show_something(void **state)
{
    (void)state;
    enum { PICTURES = 200 };
    chosen c = choose(8, PICTURES, 0);
    int plain = 0;
    for (int i = 0; i < PICTURES; i++) {
        uint8_t *rgb = render(&c, i);
        double sum = 0, squares = 0;
        for (int k = 0; k < BYTES; k++) {
            sum += rgb[k];
            squares += (double)rgb[k] * rgb[k];
        }
        free(rgb);
        double mean = sum / BYTES;
        plain += squares / BYTES - mean * mean < 9; /* deviation below 3 of 255 */
    }
    assert_true(plain <= PICTURES / 50);
}

/* ---- photographs ---- */

enum { RED_SIDE = 20, CUT_SIDE = 40 };

/* Two pictures, PAM after PAM: all red, and a blue square with nothing around it. `less`: bytes left out at the end. */
static const char *write_photographs(const char *name, const char *magic, size_t less)
{
    static char path[512];
    uint8_t bytes[3 * RED_SIDE * RED_SIDE + 4 * CUT_SIDE * CUT_SIDE + 400], *at = bytes;
    at += sprintf((char *)at, "%s\nWIDTH %d\nHEIGHT %d\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n", magic, RED_SIDE,
                  RED_SIDE);
    for (int i = 0; i < RED_SIDE * RED_SIDE; i++, at += 3)
        memcpy(at, (const uint8_t[]){ 200, 10, 10 }, 3);
    at += sprintf((char *)at, "P7\nWIDTH %d\nHEIGHT %d\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n", CUT_SIDE,
                  CUT_SIDE);
    for (int i = 0; i < CUT_SIDE * CUT_SIDE; i++, at += 4) {
        bool in = i % CUT_SIDE >= 8 && i % CUT_SIDE < CUT_SIDE - 8 && i / CUT_SIDE >= 8 && i / CUT_SIDE < CUT_SIDE - 8;
        memcpy(at, (const uint8_t[]){ 10, 10, 220, in ? 255 : 0 }, 4);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, (size_t)(at - bytes) - less, to), (size_t)(at - bytes) - less);
    assert_int_equal(fclose(to), 0);
    return path;
}

static double share_of_blue(const uint8_t *rgb)
{
    int blue = 0;
    for (int i = 0; i < BYTES; i += 3)
        blue += rgb[i + 2] > rgb[i] + 40 && rgb[i + 2] > rgb[i + 1] + 40;
    return (double)blue / (SIDE * SIDE);
}

/* Things are made of them, twins stay twins, and held-out pictures are drawn as ever. */
static void test_photographs(void **state)
{
    (void)state;
    enum { PICTURES = 80 };
    photographs = "";
    list(13, PICTURES, 2);
    chosen drawn = choose(13, PICTURES, 2);
    uint8_t *held = render(&drawn, PICTURES), *first = render(&drawn, 0);
    photographs = write_photographs("two.pam", "P7", 0);
    list(13, PICTURES, 2);
    chosen c = choose(13, PICTURES, 2);
    uint8_t *held_too = render(&c, PICTURES), *other = render(&c, 0);
    assert_memory_equal(held, held_too, BYTES);
    assert_memory_not_equal(first, other, BYTES);
    int red = 0, blue = 0, things = 0;
    for (int i = 0; i < PICTURES; i++) {
        uint8_t *rgb = render(&c, i);
        double part = share_of_blue(rgb);
        /* the square is 60 % of a side of 70 to 130 pixels */
        things += part > 0.08 && part < 0.45;
        red += holds(caption(i), "red") > 0;
        blue += holds(caption(i), "blue") > 0;
        assert_int_equal(holds(caption(i), "plastic striped checkered dotted"), 0);
        free(rgb);
    }
    assert_true(things >= PICTURES / 10 && red >= PICTURES / 10 && blue >= PICTURES / 10);
    free(held);
    free(first);
    free(held_too);
    free(other);
    photographs = "";
    list(13, PICTURES, 2);
}

static void refused(const char *file, const char *why)
{
    photographs = file;
    chosen c = choose(1, 2, 0);
    count = 0;
    assert_int_equal(module->list(&builder, &c), -1);
    if (!strstr(refusal, why))
        fail_msg("'%s' does not say '%s'", refusal, why);
    photographs = "";
}

static void test_damaged_photographs_are_refused(void **state)
{
    (void)state;
    refused(write_photographs("none.pam", "P6", 0), "picture 1 is no whole PAM");
    refused(write_photographs("short.pam", "P7", 1), "picture 2 is no whole PAM");
    refused(write_photographs("empty.pam", "P7", 0) ? "/dev/null" : "", "cannot be read");
    refused("/nowhere/at.pam", "No such file or directory");
    list(1, 2, 0); /* and after that all is drawn */
}

int main(void)
{
    const char *build = getenv("ABLATE_LIBRARY");
    char path[4096];
    snprintf(path, sizeof path, "%s/modules/captions.so", build ? build : "build");
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    module = library ? (const ablate_module *)dlsym(library, "ablate_module_entry") : NULL;
    if (!module || !(tokens = malloc(MOST * (size_t)module->inputs_length * sizeof *tokens))) {
        fprintf(stderr, "%s cannot be loaded\n", path);
        return 1;
    }
    read_vocabulary();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vocabulary),
        cmocka_unit_test(test_captions_are_well_formed),
        cmocka_unit_test(test_captions_are_consistent),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_the_state_tells_twins_apart),
        cmocka_unit_test(test_colours_are_true),
        cmocka_unit_test(test_pictures_depend_on_seed_and_number),
        cmocka_unit_test(test_pictures_show_something),
        cmocka_unit_test(test_close_ups),
        cmocka_unit_test(test_photographs),
        cmocka_unit_test(test_damaged_photographs_are_refused),
    };
    int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    free(tokens);
    return failed;
}
