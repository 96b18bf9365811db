/* The random numbers beside cuRAND's: its generator on the host, which needs no GPU, gives Philox4x32-10 in its default
 * order: group j of four words is of subsequence j mod 65536, at its place j / 65536. Our key is its seed, our step its
 * subsequence, our index the place. Compared: every word of two million groups, for three seeds. */

#include <dlfcn.h>

#include "../../core/base/random.h"
#include "../lab/test.h"

enum { PHILOX = 161, SUBSEQUENCES = 65536, GROUPS = 2 << 20 }; /* 161: CURAND_RNG_PSEUDO_PHILOX4_32_10 */

static struct {
    int (*create)(void **generator, int kind);
    int (*seed)(void *generator, unsigned long long);
    int (*generate)(void *generator, unsigned *to, size_t n);
    int (*destroy)(void *generator);
} curand;

static bool find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address); /* POSIX's way round C, which has no such conversion */
    return address != NULL;
}

static int begin(void **state)
{
    (void)state;
    static const char *const names[] = { "libcurand.so.10", "/usr/local/cuda/lib64/libcurand.so.10" };
    void *library = NULL;
    for (size_t i = 0; !library && i < 2; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        print_message("[  SKIPPED ] no cuRAND to compare with: libcurand.so.10 was not found\n");
        return 0;
    }
    return find(library, "curandCreateGeneratorHost", &curand.create) &&
                   find(library, "curandSetPseudoRandomGeneratorSeed", &curand.seed) &&
                   find(library, "curandGenerate", &curand.generate) &&
                   find(library, "curandDestroyGenerator", &curand.destroy)
               ? 0
               : -1;
}

static void compare(uint64_t key)
{
    void *generator = NULL;
    unsigned *word = malloc(4 * (size_t)GROUPS * sizeof *word);
    assert_non_null(word);
    if (!curand.create || curand.create(&generator, PHILOX) != 0)
        fail_msg("cuRAND makes no generator");
    assert_int_equal(curand.seed(generator, key), 0);
    assert_int_equal(curand.generate(generator, word, 4 * (size_t)GROUPS), 0);
    for (uint64_t j = 0; j < GROUPS; j++) {
        random_block block = random_draw(key, j % SUBSEQUENCES, j / SUBSEQUENCES);
        for (int w = 0; w < 4; w++)
            if (block.word[w] != word[4 * j + (uint64_t)w])
                fail_msg("key %llx: word %d of group %llu is %08x, cuRAND's %08x", (unsigned long long)key, w,
                         (unsigned long long)j, block.word[w], word[4 * j + (uint64_t)w]);
    }
    assert_int_equal(curand.destroy(generator), 0);
    free(word);
}

static void test_same_words(void **state)
{
    (void)state;
    if (!curand.create)
        skip();
    compare(0);
    compare(0x123456789ABCDEF0u);
    compare(random_key(7, "noise:noise:0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_words) };
    return cmocka_run_group_tests(tests, begin, NULL);
}
