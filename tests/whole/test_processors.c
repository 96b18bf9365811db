/* Every processor that fuses multiply and add gives the same bits: a run of seconds with the kernels of this machine
 * and with those compiled for AVX2, whose vectors are half as wide as AVX-512's, trained and scored. */
#include "../../core/files/weights.h"
#include "../lab/finished_run.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_other_vectors_give_the_same_bits) };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
