/* What a verb reads it does not replace: an output that is the input, under whatever name, is refused and the input is
 * as it was. */
#include "../lab/finished_run.h"

/* A command that must fail with these words, $ABLATE being the program, and leave `file` as it is. */
static void spared(const char *command, const char *words, const char *file)
{
    finished_shell("sha256sum %s >%s/before", file, finished_folder);
    finished_shell("ABLATE=${ABLATE_BUILD:-build}/ablate; if %s >%s/said 2>&1; then false; fi", command,
                   finished_folder);
    finished_shell("grep -qF -e '%s' %s/said || { cat %s/said; false; }", words, finished_folder, finished_folder);
    finished_shell("sha256sum --quiet -c %s/before", finished_folder);
}

static void test_inputs_are_spared(void **state)
{
    char command[1200], file[300];
    (void)state;
    snprintf(file, sizeof file, "%s/metrics.json", finished_full);
    snprintf(command, sizeof command, "$ABLATE curves losses %s --out %s", finished_full, file);
    spared(command, "lies in the folder of a run", file);
    snprintf(file, sizeof file, "%s/w.safetensors", finished_folder);
    finished_shell("cp modules/encoders/clip/nano.safetensors %s && ln -s w.safetensors %s/link", file,
                   finished_folder);
    snprintf(command, sizeof command, "$ABLATE weights %s --strip visual. --export %s/link", file, finished_folder);
    spared(command, "is what is read", file);
    snprintf(command, sizeof command,
             "$ABLATE trace tests/inputs/small.ini --scale mini --row base --steps 1 --set clip.weights=%s --out %s",
             file, file);
    spared(command, "is what is read", file);
    finished_shell("$ABLATE_BUILD/ablate data mini --set mini.train=1 --export %s/pictures >%s/log", finished_folder,
                   finished_folder);
    snprintf(command, sizeof command,
             "$ABLATE features tests/inputs/small.ini --scale mini --row base --set clip.weights=%s --picture $(ls "
             "%s/pictures/*/test/good/*.png | head -n 1) --out %s",
             file, finished_folder, file);
    spared(command, "is what is read", file);
    snprintf(file, sizeof file, "%s/mine.ini", finished_folder);
    finished_shell("printf 'base = %%s/tests/inputs/small.ini\\n' $PWD >%s", file);
    snprintf(command, sizeof command, "$ABLATE graph %s --scale mini --row base --overview --out %s", file, file);
    spared(command, "is what is read", file);
}

/* A whole copy keeps what the file says of itself; a part of it says what it leaves out. */
static void test_a_copy_keeps_the_notes(void **state)
{
    (void)state;
    finished_shell(
        "ABLATE=${ABLATE_BUILD:-build}/ablate; "
        "$ABLATE weights modules/encoders/clip/nano.safetensors --export %s/copy.safetensors && $ABLATE weights "
        "%s/copy.safetensors | grep -q '^vocabulary: ' && $ABLATE weights %s/copy.safetensors | grep -q '^heads: '",
        finished_folder, finished_folder, finished_folder);
    finished_shell(
        "ABLATE=${ABLATE_BUILD:-build}/ablate; $ABLATE weights modules/encoders/clip/nano.safetensors --strip visual. "
        "--export %s/part.safetensors 2>&1 | grep -q \"'vocabulary' is not taken over\"",
        finished_folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_inputs_are_spared),
                                        cmocka_unit_test(test_a_copy_keeps_the_notes) };
    return cmocka_run_group_tests(tests, finished_begin, finished_end);
}
