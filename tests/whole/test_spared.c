/* What a verb reads it does not replace: an output that is the input, under whatever name, is refused and the input is
 * as it was. */
#include "../lab/finished_run.h"

/* A command that must fail with these words and leave `file` as it is. */
static void spared(const char *command, const char *words, const char *file)
{
    must_work("sha256sum %s >$in/before", file);
    if (shell("%s", command) == 0)
        fail_msg("%s: it did", command);
    expect_words(said, words);
    must_work("sha256sum --quiet -c $in/before");
}

static void test_inputs_are_spared(void **state)
{
    char command[1200], file[300];
    (void)state;
    snprintf(file, sizeof file, "%s/metrics.json", finished_full);
    snprintf(command, sizeof command, "$ablate curves losses %s --out %s", finished_full, file);
    spared(command, "lies in the folder of a run", file);
    snprintf(file, sizeof file, "%s/w.safetensors", folder);
    must_work("cp modules/encoders/clip/nano.safetensors %s && ln -s w.safetensors $in/link", file);
    snprintf(command, sizeof command, "$ablate weights %s --strip visual. --export $in/link", file);
    spared(command, "is what is read", file);
    snprintf(command, sizeof command,
             "$ablate trace tests/inputs/small.ini --scale mini --row base --steps 1 --set clip.weights=%s --out %s",
             file, file);
    spared(command, "is what is read", file);
    must_work("$ablate data mini --set mini.train=1 --export $in/pictures >$in/log");
    snprintf(command, sizeof command,
             "$ablate features tests/inputs/small.ini --scale mini --row base --set clip.weights=%s --picture $(ls "
             "$in/pictures/*/test/good/*.png | head -n 1) --out %s",
             file, file);
    spared(command, "is what is read", file);
    snprintf(file, sizeof file, "%s/mine.ini", folder);
    must_work("printf 'base = %%s/tests/inputs/small.ini\\n' $PWD >%s", file);
    snprintf(command, sizeof command, "$ablate graph %s --scale mini --row base --overview --out %s", file, file);
    spared(command, "is what is read", file);
}

/* A whole copy keeps what the file says of itself; a part of it says what it leaves out. */
static void test_a_copy_keeps_the_notes(void **state)
{
    (void)state;
    must_work(
        "$ablate weights modules/encoders/clip/nano.safetensors --export $in/copy.safetensors && $ablate weights "
        "$in/copy.safetensors | grep -q '^vocabulary: ' && $ablate weights $in/copy.safetensors | grep -q '^heads: '");
    must_work("$ablate weights modules/encoders/clip/nano.safetensors --strip visual. "
              "--export $in/part.safetensors 2>&1 | grep -q \"'vocabulary' is not taken over\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_inputs_are_spared),
                                        cmocka_unit_test(test_a_copy_keeps_the_notes) };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
