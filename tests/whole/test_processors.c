/* Every processor that fuses multiply and add gives the same bits: a run of seconds with the kernels of this machine
 * and with those compiled for AVX2, whose vectors are half as wide as AVX-512's, trained and scored; and operations on
 * pictures, which that run has none of. */
#include "../../core/files/weights.h"
#include "../lab/finished_run.h"
#include "../lab/op_check.h"
#include <dlfcn.h>

static void same_tensors(const char *one, const char *other)
{
    char path[2][400];
    snprintf(path[0], sizeof path[0], "%s/parameters.safetensors", one);
    snprintf(path[1], sizeof path[1], "%s/parameters.safetensors", other);
    weights *a = weights_open(path[0]), *b = weights_open(path[1]);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(weights_count(a), weights_count(b));
    for (int i = 0; i < weights_count(a); i++) {
        const weights_tensor *t = weights_at(a, i);
        size_t n = (size_t)t->count;
        float *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
        assert_int_equal(weights_load(a, t->name, x) | weights_load(b, t->name, y), 0);
        if (memcmp(x, y, n * sizeof *x) != 0)
            fail_msg("'%s' has other bits with the other kernels", t->name);
        free(x);
        free(y);
    }
    weights_close(a);
    weights_close(b);
}

static void test_other_vectors_give_the_same_bits(void **state)
{
    char other[300];
    (void)state;
    snprintf(other, sizeof other, "%s/avx2", build_place());
    if (access(other, R_OK) != 0) {
        print_message("SKIPPED: kernels for AVX2 are compiled on x86-64 only\n");
        skip();
    }
    must_work(
        "ABLATE_LIBRARY=%s $ablate run tests/inputs/small.ini --scale mini --seeds 1 --row full --keep-maps --cache "
        "$in/cache-avx2 --out $in/avx2 >$in/log 2>&1; grep '^Kernels: ' $in/log || true",
        other);
    bool told = *said;
    must_work("grep -o '\"core_type\":[^,]*' %s/metrics.json", finished_full);
    if (!told || !strstr(said, "fused")) {
        print_message("SKIPPED: this processor does not run AVX2, or its own kernels do not fuse multiply and add\n");
        skip();
    }
    must_work("ls -d $in/avx2/runs/small/full/seed-0-*");
    snprintf(other, sizeof other, "%.*s", (int)strcspn(said, "\n"), said);
    same_tensors(finished_full, other);
    must_work("cmp %s/maps.npz %s/maps.npz && cmp %s/losses.tsv %s/losses.tsv", finished_full, other, finished_full,
              other);
    must_work("grep -q 'own kernels for AVX2' %s/metrics.json", other); /* and they were others */
}

/* The record of an operation in the kernels for AVX2, and the device that runs it; NULL: there is none here. */
static const ablate_op *for_avx2(const char *name, const device **where)
{
    char path[300], why[DEVICE_WHY];
    snprintf(path, sizeof path, "%s/avx2/ablate-cpu.so", build_place());
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return NULL;
    device_records *records;
    *(void **)&records = dlsym(object, "ops_all");
    *where = dlsym(object, "ablate_device_entry");
    assert_true(records && *where && (*where)->open(0, why) == 0);
    if (!strstr((*where)->core_type(), "fused multiply-add"))
        return NULL;
    int n;
    const ablate_op *const *all = records(&n);
    for (int i = 0; i < n; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

static void same_numbers(const char *what, const float *a, const float *b, int64_t n)
{
    if (memcmp(a, b, (size_t)n * sizeof *a) != 0)
        fail_msg("%s has other bits with the other kernels", what);
}

/* The result, and all gradients; the third input is a variance, if there are so many. */
static void compute(op_case *c)
{
    for (int k = 0; k < c->n; k++)
        op_fill(c, k, k == 2 ? 0.1f : 1.0f, k == 2 ? 1.0f : 0.0f);
    op_normal(c->grad_out, shape_size(&c->layout.out), 5u, 1.0f, 0.0f);
    op_forward(c);
    if (c->op->backward)
        op_backward(c, (1u << c->n) - 1, false);
}

/* Odd numbers of channels: whole registers of either width, parts of them, and single numbers. */
static void test_pictures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *attributes;
        ablate_shape shape[5];
    } cases[] = {
        { "conv", "padding=1 activation=silu", { { 4, { 2, 13, 11, 41 } }, { 4, { 77, 3, 3, 41 } } } },
        { "conv", "stride=2 padding=3", { { 4, { 2, 23, 21, 3 } }, { 4, { 64, 7, 7, 3 } } } },
        { "conv", "activation=gelu", { { 4, { 2, 13, 11, 300 } }, { 4, { 24, 1, 1, 300 } } } },
        { "conv", "groups=77 padding=2", { { 4, { 2, 13, 11, 77 } }, { 4, { 77, 5, 5, 1 } } } },
        { "conv", "groups=2 padding=1", { { 4, { 2, 13, 11, 42 } }, { 4, { 26, 3, 3, 21 } } } },
        { "conv_transposed", "stride=2 padding=1", { { 4, { 2, 9, 8, 41 } }, { 4, { 41, 3, 3, 29 } } } },
        { "max_pool", "kernel=3 stride=2 padding=1", { { 4, { 2, 13, 11, 77 } } } },
        { "average_pool", "kernel=3 ceil_mode=1", { { 4, { 2, 13, 11, 77 } } } },
        { "moments", "", { { 4, { 2, 37, 41, 77 } } } },
        { "batch_norm", "", { { 4, { 2, 37, 41, 77 } }, { 1, { 77 } }, { 1, { 77 } }, { 1, { 77 } }, { 1, { 77 } } } },
        { "group_norm", "groups=7", { { 4, { 2, 37, 41, 77 } }, { 1, { 77 } }, { 1, { 77 } } } },
        { "hardswish", "", { { 2, { 13, 77 } } } },
        { "nearest", "", { { 3, { 3, 37, 41 } }, { 2, { 2500, 41 } } } },
        { "k_center", "count=200 start=9", { { 2, { 1500, 41 } } } },
        { "kth_largest", "", { { 2, { 15, 4100 } }, { 1, { 1 } } } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        op_case here, there;
        int n = 1;
        while (n < 5 && cases[i].shape[n].rank > 0)
            n++;
        op_open(&here, cases[i].name, cases[i].attributes, n, cases[i].shape);
        op_open(&there, cases[i].name, cases[i].attributes, n, cases[i].shape);
        there.op = for_avx2(cases[i].name, &there.device);
        if (!there.op)
            skip();
        compute(&here);
        compute(&there);
        same_numbers("the result", here.out, there.out, shape_size(&here.layout.out));
        for (int k = 0; k < n && here.op->backward; k++)
            same_numbers("a gradient", here.grad_in[k], there.grad_in[k], shape_size(&here.shape[k]));
        op_close(&here);
        op_close(&there);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_other_vectors_give_the_same_bits),
                                        cmocka_unit_test(test_pictures) };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
