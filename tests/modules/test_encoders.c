/* The encoders that `make pretrain` trained and the kit brings along: each is of the sizes of its arch, says where it
 * is from, and tells the captions of pictures apart that it was not trained on. */
#include "../lab/clip_lab.h"
#include "../lab/program.h"

static const struct encoder {
    const char *arch, *file;
    int side, grid, width, last; /* of the pictures it was trained on; its last layer */
} encoders[] = {
    { "nano/32", "nano-32", 128, 4, 96, 3 },
    { "nano/16", "nano-16", 128, 8, 96, 3 },
    { "nano", "nano", 128, 16, 128, 6 },
    { "nano@192px", "nano-192", 192, 24, 128, 6 },
};
enum { ENCODERS = sizeof encoders / sizeof *encoders, TEXT = 200 };

static const char *path_of(const struct encoder *e)
{
    static char path[TEXT / 2];
    snprintf(path, sizeof path, "modules/encoders/clip/%s.safetensors", e->file);
    return path;
}

static void test_sizes_are_those_of_the_arch(void **state)
{
    (void)state;
    for (const struct encoder *e = encoders; e < encoders + ENCODERS; e++) {
        char arch[TEXT], layers[TEXT];
        lab l;
        snprintf(arch, sizeof arch, "clip.arch=%s", e->arch);
        snprintf(layers, sizeof layers, "clip.layers=1 %d", e->last);
        lab_open(&l, e->side, arch, layers, weights_setting(path_of(e)), NULL);
        require(l.status == 0);
        ablate_value *teacher = builder_value(l.builder, "teacher", 1);
        assert_int_equal(teacher->shape.dim[1], 1 + e->grid * e->grid);
        assert_int_equal(teacher->shape.dim[2], e->width);
        float *numbers = lab_get(&l, teacher);
        for (int64_t k = 0; k < shape_size(&teacher->shape); k++)
            assert_true(isfinite(numbers[k]));
        free(numbers);
        lab_close(&l);
    }
}

/* No layer beyond the last, and no other arch of the same file but where only the grid tells them apart. */
static void test_other_archs_are_refused(void **state)
{
    (void)state;
    for (const struct encoder *e = encoders; e < encoders + ENCODERS; e++)
        for (const struct encoder *other = encoders; other < encoders + ENCODERS; other++) {
            char arch[TEXT];
            lab l;
            snprintf(arch, sizeof arch, "clip.arch=%s", other->arch);
            lab_open(&l, e->side, arch, weights_setting(path_of(e)), NULL);
            assert_int_equal(l.status == 0, other == e);
            if (other != e)
                assert_non_null(strstr(complaint(), e->arch));
            lab_close(&l);
        }
}

static void test_files_say_where_they_are_from(void **state)
{
    (void)state;
    static const char *const notes[] = { "vocabulary", "heads", "command", "seed", "sha256_of_float32", "held_out" };
    for (const struct encoder *e = encoders; e < encoders + ENCODERS; e++) {
        weights *w = weights_open(path_of(e));
        require(w);
        for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
            if (!weights_note(w, notes[i]))
                fail_msg("%s has no note '%s'", path_of(e), notes[i]);
        weights_close(w);
    }
}

/* What `ablate run` prints as retrieval of 128 held-out pictures in batches of 64, with no step of training. */
static double retrieval_of(const struct encoder *e)
{
    must_work("$ablate run experiments/pretrain.ini --row whole --set run.epochs=0 --set captions.count=64 --set "
              "captions.test=128 --set clip.arch=%s --set clip.weights=%s --set input.size=%d --out $in",
              e->arch, path_of(e), e->side);
    const char *at = strstr(said, "retrieval = ");
    if (!at)
        fail_msg("it prints no retrieval but: %s", said);
    return at ? strtod(at + strlen("retrieval = "), NULL) : NAN;
}

/* By chance a picture finds its caption among 64 once in 64 times: 4 of these 256 questions. Sixteen hits or more come
 * by chance fewer than once in a hundred thousand times. */
static void test_captions_are_told_apart(void **state)
{
    (void)state;
    for (const struct encoder *e = encoders; e < encoders + ENCODERS; e++) {
        double share = retrieval_of(e);
        print_message("%s: %.1f %% of 128 held-out pictures and captions found each other in batches of 64\n", e->arch,
                      100 * share);
        if (!(share >= 1 / 16.0))
            fail_msg("%s finds no more than by chance", e->arch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_are_those_of_the_arch),
        cmocka_unit_test(test_other_archs_are_refused),
        cmocka_unit_test(test_files_say_where_they_are_from),
        cmocka_unit_test(test_captions_are_told_apart),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
