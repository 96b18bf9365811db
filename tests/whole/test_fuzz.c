/* Every file of the fuzzers' corpora, which holds what once went wrong too, through its reader. */
#include "../fuzz/targets.h"
#include "../lab/test.h"
#include <dirent.h>

static uint8_t bytes[FUZZ_MOST];

static void run_file(const fuzz_target *target, const char *folder, const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    fuzz_run(target, bytes, size);
}

static int run_folder(const fuzz_target *target)
{
    char folder[64];
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", target->name);
    DIR *list = opendir(folder);
    assert_non_null(list);
    int files = 0;
    for (struct dirent *entry = readdir(list); entry; entry = readdir(list))
        if (entry->d_name[0] != '.') {
            run_file(target, folder, entry->d_name);
            files++;
        }
    assert_int_equal(closedir(list), 0);
    return files;
}

static void corpora_keep_the_promise(void **state)
{
    (void)state;
    for (const fuzz_target *t = fuzz_targets; t->name; t++)
        assert_true(run_folder(t) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(corpora_keep_the_promise) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
