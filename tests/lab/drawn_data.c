#include "drawn_data.h"

#include "../../core/module.h"
#include <dlfcn.h>

enum { SIDE = 256, PIXELS = SIDE * SIDE, MOST = 2000, CLASSES_MOST = 32 };

typedef struct entry {
    char class_name[32], state[32], name[96];
    bool test;
} entry;
static const drawn_set *set;
static const ablate_module *module;
static entry entries[MOST];
static int count;

static int add_picture(ablate_builder *b, const ablate_picture *p)
{
    (void)b;
    assert_true(count < MOST && !p->path && !p->mask);
    entry *e = &entries[count++];
    e->test = p->test;
    snprintf(e->class_name, sizeof e->class_name, "%s", p->class_name);
    snprintf(e->state, sizeof e->state, "%s", p->state);
    assert_true(snprintf(e->name, sizeof e->name, "%s", p->name) < (int)sizeof e->name);
    return 0;
}
static int refuse(ablate_builder *b, const char *file, int line, const char *format, ...)
{
    (void)b;
    (void)file;
    (void)line;
    (void)format;
    return -1;
}
static const ablate_api api = { .size = sizeof api, .add_picture = add_picture, .refuse = refuse };
static ablate_builder builder = { .api = &api };

typedef struct settings { /* the module's own struct, filled through its table */
    _Alignas(16) unsigned char bytes[256];
} settings;

static const ablate_setting *row_of(const char *name)
{
    for (const ablate_setting *s = module->settings; s->name; s++)
        if (!strcmp(s->name, name))
            return s;
    fail_msg("no setting '%s'", name);
    return NULL;
}
static void put(settings *to, const char *name, double value)
{
    const ablate_setting *s = row_of(name);
    int whole = (int)value;
    bool flag = value != 0;
    const void *from = s->type == ABLATE_INT ? (const void *)&whole : s->type == ABLATE_BOOL ? (void *)&flag : &value;
    memcpy(to->bytes + s->offset, from, s->type == ABLATE_INT ? sizeof whole : s->type == ABLATE_BOOL ? 1 : 8);
}
static settings defaults(void)
{
    settings s = { { 0 } };
    assert_true(module->settings_size <= sizeof s.bytes);
    for (const ablate_setting *row = module->settings; row->name; row++)
        put(&s, row->name, row->def);
    return s;
}
static settings small(void) /* 2 training, 1 good, 2 of each kind of defect */
{
    settings s = defaults();
    put(&s, "train", 2);
    put(&s, "good", 1);
    put(&s, "each", 2);
    return s;
}
static void list(const settings *s)
{
    count = 0;
    assert_int_equal(module->list(&builder, s), 0);
}
static ablate_image make(const settings *s, int index, ablate_image *mask)
{
    ablate_image picture, where;
    assert_int_equal(module->image(&builder, s, index, &picture, &where), 0);
    assert_int_equal(picture.width, SIDE);
    assert_int_equal(picture.height, SIDE);
    assert_non_null(picture.rgb);
    if (mask)
        *mask = where;
    else
        free(where.rgb);
    return picture;
}
static int area_of(const ablate_image *mask)
{
    int area = 0;
    for (int k = 0; mask->rgb && k < PIXELS; k++) {
        const uint8_t *v = mask->rgb + 3 * k;
        assert_true((v[0] == 0 || v[0] == 255) && v[1] == v[0] && v[2] == v[0]);
        area += v[0] == 255;
    }
    return area;
}
static double difference(const ablate_image *a, const ablate_image *b) /* mean absolute, grey levels */
{
    double sum = 0;
    for (int k = 0; k < 3 * PIXELS; k++)
        sum += abs(a->rgb[k] - b->rgb[k]);
    return sum / (3 * PIXELS);
}

static void test_counts(void **state)
{
    (void)state;
    settings s = defaults();
    list(&s);
    int train = 0, good = 0, classes = 0, kinds = 0;
    for (int i = 0; i < count; i++) {
        const entry *e = &entries[i];
        bool is_good = !strcmp(e->state, "good");
        train += !e->test;
        good += e->test && is_good;
        kinds += e->test && !is_good && (strcmp(e->state, entries[i - 1].state) != 0);
        classes += i == 0 || strcmp(e->class_name, entries[i - 1].class_name) != 0;
        assert_true(e->test || is_good);
        assert_memory_equal(e->class_name, set->name, strlen(set->name));
        assert_int_equal(e->class_name[strlen(set->name)], '-');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(e->name, entries[k].name);
    }
    assert_int_equal(classes, set->classes);
    assert_int_equal(train, set->train * set->classes);
    assert_int_equal(good, set->good * set->classes);
    assert_true(kinds >= set->kinds * set->classes);
    assert_int_equal(count, train + good + 4 * kinds);
    ablate_image picture, mask;
    assert_int_equal(module->image(&builder, &s, count, &picture, &mask), -1);
    assert_int_equal(module->image(&builder, &s, -1, &picture, &mask), -1);
}

static void test_same_bytes_again(void **state)
{
    (void)state;
    settings s = small();
    list(&s);
    for (int i = 0; i < count; i += 11) {
        ablate_image mask_a, mask_b, a = make(&s, i, &mask_a), other = make(&s, (i + 5) % count, NULL);
        ablate_image b = make(&s, i, &mask_b);
        assert_memory_equal(a.rgb, b.rgb, 3 * PIXELS);
        assert_int_equal(mask_a.rgb != NULL, mask_b.rgb != NULL);
        if (mask_a.rgb)
            assert_memory_equal(mask_a.rgb, mask_b.rgb, 3 * PIXELS);
        free(a.rgb);
        free(b.rgb);
        free(other.rgb);
        free(mask_a.rgb);
        free(mask_b.rgb);
    }
}

/* A picture does not depend on how many others its set has. */
static void test_same_bytes_in_other_sets(void **state)
{
    (void)state;
    settings few = small(), many = small();
    put(&many, "train", 7);
    list(&few);
    ablate_image a = make(&few, 3, NULL), b = make(&many, 8, NULL); /* first flawed one */
    assert_memory_equal(a.rgb, b.rgb, 3 * PIXELS);
    free(a.rgb);
    free(b.rgb);
}

/* Counts pixels farther than `reach` (squares) from the mask where two pictures differ by more than `levels`. */
static int stray_pixels(const ablate_image *a, const ablate_image *b, const ablate_image *mask, int reach, int levels)
{
    int stray = 0;
    for (int k = 0; k < PIXELS; k++) {
        int most = 0, near = 0, y = k / SIDE, x = k % SIDE;
        for (int c = 0; c < 3; c++) {
            int d = abs(a->rgb[3 * k + c] - b->rgb[3 * k + c]);
            most = d > most ? d : most;
        }
        for (int n = y - reach; most > levels && !near && n <= y + reach; n++)
            for (int m = x - reach; !near && m <= x + reach; m++)
                near = n >= 0 && m >= 0 && n < SIDE && m < SIDE && mask->rgb[3 * (n * SIDE + m)];
        stray += most > levels && !near;
    }
    return stray;
}

/* Against its twin without the flaw, a picture differs near its mask; farther away only faint shadows may. */
static void test_masks_say_where(void **state)
{
    (void)state;
    settings s = small(), clean = small();
    put(&clean, "twin", 1);
    list(&s);
    for (int i = 0; i < count; i++) {
        bool good = !strcmp(entries[i].state, "good");
        if (good && i % 3)
            continue;
        ablate_image mask, none, flawed = make(&s, i, &mask), twin = make(&clean, i, &none);
        int area = area_of(&mask);
        assert_null(none.rgb);
        assert_int_equal(mask.rgb == NULL, good);
        if (good)
            assert_memory_equal(flawed.rgb, twin.rgb, 3 * PIXELS);
        if (!good && (area < 10 || area > PIXELS / 2))
            fail_msg("%s: %d pixels of mask", entries[i].name, area);
        int stray = good ? 0 : stray_pixels(&flawed, &twin, &mask, 6, 24);
        if (stray > 20 + area / 25)
            fail_msg("%s: %d pixels differ outside its mask of %d", entries[i].name, stray, area);
        free(mask.rgb);
        free(flawed.rgb);
        free(twin.rgb);
    }
}

static void test_pictures_differ(void **state)
{
    (void)state;
    settings s = small(), other = small();
    put(&other, "seed", 2);
    list(&s);
    ablate_image first[CLASSES_MOST];
    int classes = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && !strcmp(entries[i].class_name, entries[i - 1].class_name))
            continue;
        ablate_image a = make(&s, i, NULL), b = make(&s, i + 1, NULL), test = make(&s, i + 2, NULL);
        ablate_image seed = make(&other, i, NULL);
        assert_true(difference(&a, &b) > 2);
        assert_true(difference(&a, &test) > 2);
        assert_true(difference(&a, &seed) > 2);
        for (int k = 0; k < classes; k++)
            assert_true(difference(&a, &first[k]) > 10);
        assert_true(classes < CLASSES_MOST);
        first[classes++] = a;
        free(b.rgb);
        free(test.rgb);
        free(seed.rgb);
    }
    assert_int_equal(classes, set->classes);
    for (int k = 0; k < classes; k++)
        free(first[k].rgb);
}

/* `contrast` and `size` do what they say, shown on one class. */
static void test_difficulty(void **state)
{
    (void)state;
    settings plain = small(), faint = small(), large = small(), clean = small();
    settings *const all[] = { &plain, &faint, &large, &clean };
    for (int i = 0; i < 4; i++) {
        put(all[i], "size", 1);
        put(all[i], "contrast", 1);
    }
    put(&clean, "twin", 1);
    put(&faint, "contrast", 0.4);
    put(&large, "size", 2);
    list(&plain);
    double change[2] = { 0 };
    int area[2] = { 0 };
    for (int i = 0; i < count; i++) {
        if (strncmp(entries[i].name, set->surface, strlen(set->surface)) != 0 || !strcmp(entries[i].state, "good"))
            continue;
        ablate_image mask, wide, a = make(&plain, i, &mask), b = make(&faint, i, NULL), c = make(&large, i, &wide);
        ablate_image twin = make(&clean, i, NULL);
        change[0] += difference(&a, &twin);
        change[1] += difference(&b, &twin);
        area[0] += area_of(&mask);
        area[1] += area_of(&wide);
        free(a.rgb);
        free(b.rgb);
        free(c.rgb);
        free(twin.rgb);
        free(mask.rgb);
        free(wide.rgb);
    }
    assert_true(change[1] < 0.7 * change[0]);
    assert_true(area[1] > 2 * area[0]);
}

/* However small and faint it is asked to be, a flaw can be seen in its mask. */
static void test_faintest_flaws(void **state)
{
    (void)state;
    settings s = small();
    put(&s, "size", row_of("size")->min);
    put(&s, "contrast", row_of("contrast")->min);
    list(&s);
    for (int i = 0; i < count; i++) {
        if (!strcmp(entries[i].state, "good"))
            continue;
        ablate_image mask, picture = make(&s, i, &mask);
        int area = area_of(&mask);
        if (area < 5)
            fail_msg("%s: %d pixels of mask", entries[i].name, area);
        free(picture.rgb);
        free(mask.rgb);
    }
}

int drawn_data_test(const drawn_set *tested)
{
    set = tested;
    const char *build = getenv("ABLATE_LIBRARY");
    char path[4096];
    snprintf(path, sizeof path, "%s/modules/%s.so", build ? build : "build", set->name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    module = library ? (const ablate_module *)dlsym(library, "ablate_module_entry") : NULL;
    if (!module) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),          cmocka_unit_test(test_same_bytes_again),
        cmocka_unit_test(test_masks_say_where), cmocka_unit_test(test_same_bytes_in_other_sets),
        cmocka_unit_test(test_pictures_differ), cmocka_unit_test(test_difficulty),
        cmocka_unit_test(test_faintest_flaws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
