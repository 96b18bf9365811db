/* Modules whose calls are drawn from numbers, some of them hostile: a fixed portion of what `make fuzz` does. With
 * FUZZ_SECONDS it goes on for so long. */
#include "../fuzz/modules.h"
#include "../lab/test.h"
#include <time.h>

enum { LENGTH = 400, PORTION = 3000 };

static void draw(uint64_t seed, uint8_t bytes[LENGTH])
{
    for (int i = 0; i < LENGTH; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(seed >> 56);
    }
}

static void drawn_modules_keep_the_promise(void **state)
{
    const char *text = getenv("FUZZ_SECONDS");
    const time_t end = time(NULL) + (text ? atol(text) : 0);
    (void)state;
    for (uint64_t seed = 0; seed < PORTION || (text && time(NULL) < end); seed++) {
        uint8_t bytes[LENGTH];
        draw(seed, bytes);
        fuzz_modules(bytes, LENGTH);
        complaint_clear();
    }
    print_message("%ld modules tried, %ld built, %ld ran\n", fuzz_modules_count.tried, fuzz_modules_count.built,
                  fuzz_modules_count.ran);
    assert_true(fuzz_modules_count.built > 100 && fuzz_modules_count.ran > 30); /* the draws are not all refused */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(drawn_modules_keep_the_promise) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
