/* The loader: every refusal is one sentence; a record is read before any code runs; lines of modules are checked. */
/* units: elf_symbol loader module_find module_line */
#include "../../core/plugin/elf_symbol.h"
#include "../../core/plugin/loader.h"
#include "../lab/module_build.h"

/* ---- refusals ---- */

typedef struct refusal {
    const char *name, *words; /* tests/bad_modules/NAME.c; part of the sentence */
} refusal;

static const refusal refusals[] = {
    { "missing_symbol", "exports no 'ablate_module_entry', so it is no module" },
    { "magic", "is not the record of a module; let it begin with .abi = ABLATE_ABI" },
    { "major", "it is built for interface 2.3, this program has 1.3; build it again" },
    { "minor", "it needs interface 1.4, this program has 1.3; use a newer program" },
    { "stamp", "laid out as 'f64.dim9.in99.xxxxxx', this program's as 'f32.dim4.in8'; build it again" },
    { "size_small", "says that it has 40 bytes, but a module's has at least" },
    { "size_large", "let it begin with .abi = ABLATE_ABI and build it again" },
    { "other_name", "it calls itself 'another'; its name must be that of its file, 'other_name'" },
    { "no_name", "it calls itself ''; its name must be that of its file" },
    { "neither", "it has neither `build` nor `list`; give it" },
    { "setting_twice", "setting 'count': it is there twice; correct it" },
    { "default_range", "setting 'count': its default is out of its range; correct it" },
    { "default_nan", "setting 'rate': its default is" },
    { "default_infinite", "setting 'rate': its default is not finite; correct it" },
    { "default_choice", "setting 'kind': its default is none of its choices; correct it" },
    { "setting_outside", "setting 'kind': it lies outside the struct; correct it" },
    { "op_prefix", "its operation 'mix' must be called 'op_prefix.SOMETHING'" },
    { "op_forward", "operation 'op_forward.mix' lacks `shape` or `forward`; give it both" },
    { "op_inputs", "operation 'op_inputs.mix' says that it takes 1 to 9 inputs; it must be within 1 to 8" },
    { "op_default", "operation 'op_default.mix': setting 'count': its default is out of its range" },
    { "op_twice", "its operation 'op_twice.mix' is there twice; delete one" },
    { "inputs_name", "its `inputs` 'image' is no name for the board" },
    { "spread", "its `spread` 'shares' is not among what it writes; name one of `writes`" },
    { "inputs_length", "its `inputs_length` is -4; it must be within 1 to" },
    { "state_size", "it asks for 0 bytes of settings and 4000000000 of state; the most are" },
    { "undefined", "it cannot be loaded (" },
};

static void build_bad(const char *name)
{
    char source[100];
    snprintf(source, sizeof source, "tests/bad_modules/%s.c", name);
    build_module(source, folder, name);
}

static void refusals_are_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        char path[128];
        build_bad(refusals[i].name);
        unsetenv("TEST_MODULE_RAN");
        if (module_load(refusals[i].name, folder))
            fail_msg("'%s' was loaded", refusals[i].name);
        snprintf(path, sizeof path, "%s/%s.so: ", folder, refusals[i].name);
        assert_non_null(complaint());
        assert_memory_equal(complaint(), path, strlen(path));
        expect_complaint(refusals[i].words);
        assert_null(getenv("TEST_MODULE_RAN")); /* no code of it ran, constructors neither */
    }
}

/* The same constructor in a module that is right does run: the test above can fail. */
static void good_module_runs(void **state)
{
    (void)state;
    build_bad("good");
    unsetenv("TEST_MODULE_RAN");
    const ablate_module *m = module_load("good", folder);
    assert_non_null(m);
    assert_string_equal(getenv("TEST_MODULE_RAN"), "good");
    assert_ptr_equal(module_load("good", folder), m);
    assert_string_equal(m->doc, "");
    assert_string_equal(m->reads, "in");
    assert_non_null(strstr(module_file(m), "/good.so"));
}

static void short_record_is_filled_with_zeros(void **state)
{
    (void)state;
    build_bad("short_record");
    const ablate_module *m = module_load("short_record", folder);
    if (!m) {
        fail_msg("%s", complaint());
        abort(); /* never reached: fail_msg does not come back */
    }
    assert_true(m->abi.minor < ABLATE_MINOR); /* older ones load */
    assert_non_null(m->build);
    assert_true(m->epoch == NULL && m->list == NULL && m->image == NULL && m->inputs == NULL);
    assert_int_equal(m->inputs_length, 0);
}

static void names_are_checked(void **state)
{
    (void)state;
    build_bad("good");
    assert_null(module_load("god", folder));
    expect_complaint("there is no module 'god'; the nearest is 'good' (see: ablate modules)");
    assert_null(module_load("../good", folder));
    expect_complaint("'../good' is no name of a module; it holds 1 to 60 letters, digits, '_' and '-'");
    assert_null(module_load("", folder));
    expect_complaint("is no name of a module");
}

static void empty_folders_are_said(void **state)
{
    char library[100];
    (void)state;
    snprintf(library, sizeof library, "%s/nothing", folder);
    const char *set = getenv("ABLATE_LIBRARY");
    char *before = set ? strdup(set) : NULL;
    setenv("ABLATE_LIBRARY", library, 1);
    assert_null(module_load("good", NULL));
    expect_complaint("nor any other in");
    if (before)
        setenv("ABLATE_LIBRARY", before, 1);
    else
        unsetenv("ABLATE_LIBRARY");
    free(before);
}

/* ---- files that are no modules ---- */

static char *read_whole(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    *size = (size_t)ftell(in);
    rewind(in);
    char *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, in), *size);
    fclose(in);
    return bytes;
}

static void write_whole(const char *path, const char *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

/* A file cut off anywhere is refused before it is loaded. */
static void cut_files_are_refused(void **state)
{
    char path[128], cut[128];
    size_t size;
    (void)state;
    build_bad("good");
    snprintf(path, sizeof path, "%s/good.so", folder);
    snprintf(cut, sizeof cut, "%s/cut.so", folder);
    char *bytes = read_whole(path, &size);
    for (size_t length = 0; length < size; length += length < 80 ? 7 : 311) {
        write_whole(cut, bytes, length);
        assert_null(module_load("cut", folder));
        expect_complaint("/cut.so: it ");
    }
    free(bytes);
}

/* Whatever bytes of the file's head and lists of symbols are changed, reading it neither crashes nor hangs. */
static void damaged_files_are_survived(void **state)
{
    char path[128], damaged[128], abi[40];
    size_t size;
    uint64_t room;
    uint32_t draw = 12345;
    (void)state;
    build_bad("good");
    snprintf(path, sizeof path, "%s/good.so", folder);
    snprintf(damaged, sizeof damaged, "%s/damaged.so", folder);
    char *bytes = read_whole(path, &size);
    for (int round = 0; round < 400; round++) {
        char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, bytes, size);
        for (int k = 0; k < 40; k++) {
            draw = draw * 1664525u + 1013904223u;
            size_t part = (draw >> 8) % 3, from = part == 0 ? 16 : part == 1 ? size - 2048 : 64;
            size_t width = part == 0 ? 600 : part == 1 ? 2048 : size - 64;
            copy[from + (draw >> 10) % width] = (char)(draw >> 24);
        }
        write_whole(damaged, copy, size);
        int found = elf_read_symbol(damaged, "ablate_module_entry", abi, sizeof abi, &room);
        assert_true(found >= -1 && found <= 1);
        complaint_clear();
        free(copy);
    }
    free(bytes);
}

static void other_files_are_refused(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/text.so", folder);
    write_whole(path, "this is no shared object, but it is longer than the head of one would be: 64 bytes", 80);
    assert_null(module_load("text", folder));
    expect_complaint("/text.so: it is not a whole shared object of this kind of machine; build it again");
}

/* ---- lines ---- */

static int no_build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

#define PART(text, in, out)                                                                                            \
    {                                                                                                                  \
        .name = text, .reads = in, .writes = out, .build = no_build                                                    \
    }
static const ablate_module encoder = PART("encoder", "image", "far near");
static const ablate_module blend = PART("blend", "far|near", "mixed");
static const ablate_module judge = PART("judge", "mixed extra? image", "score");
static const ablate_module polish = PART("polish", "mixed", "mixed");
static const ablate_module pictures = { .name = "pictures", .reads = "", .writes = "", .list = no_build };

#define LINE(...)                                                                                                      \
    (const ablate_module *const[]){ __VA_ARGS__ },                                                                     \
        (int)(sizeof((const ablate_module *[]){ __VA_ARGS__ }) / sizeof(ablate_module *))

static void lines_are_checked(void **state)
{
    (void)state;
    assert_int_equal(module_check_line(LINE(&encoder, &blend, &judge), "image", folder, "x.ini", 3), 0);
    assert_int_equal(module_check_line(LINE(&encoder, &blend, &polish, &judge), "image", folder, "x.ini", 3), 0);

    assert_int_equal(module_check_line(LINE(&encoder, &judge, &blend), "image", folder, "x.ini", 3), -1);
    expect_complaint("x.ini:3: 'judge' reads 'mixed', which no module before it writes; put 'blend' before it");
    assert_int_equal(module_check_line(LINE(&encoder, &polish, &blend), "image", folder, "x.ini", 4), -1);
    expect_complaint("x.ini:4: 'polish' reads 'mixed', which no module before it writes; put 'blend' before it");
    assert_int_equal(module_check_line(LINE(&encoder), "tokens", folder, "x.ini", 5), -1);
    expect_complaint("x.ini:5: 'encoder' reads 'image', which no module before it writes; put one that does before it");
    assert_int_equal(module_check_line(LINE(&encoder, &encoder), "image", folder, "x.ini", 6), -1);
    expect_complaint("x.ini:6: 'encoder' stands there twice; delete one");
    assert_int_equal(module_check_line(LINE(&pictures, &encoder), "image", folder, "x.ini", 7), -1);
    expect_complaint("x.ini:7: 'pictures' gives pictures and is no part of a model; choose it with data = pictures");
}

/* The sentence of the paper's own modules, with advice from those that can be found. */
static void lines_are_loaded(void **state)
{
    const ablate_module *line[MODULE_LINE];
    (void)state;
    build_module("modules/noise.c", folder, "noise");
    build_module("modules/mlf.c", folder, "mlf");
    build_bad("major"); /* must not disturb the advice */
    assert_int_equal(module_load_line(" mlf ", "image", folder, "experiments/x.ini", 3, line), -1);
    expect_complaint(
        "experiments/x.ini:3: 'mlf' reads 'perturbed', which no module before it writes; put 'noise' before "
        "it");
    assert_int_equal(module_load_line("noise  mlf", "image teacher", folder, "experiments/x.ini", 3, line), 2);
    assert_string_equal(line[1]->name, "mlf");
    assert_int_equal(module_load_line("noise mfl", "image", folder, "experiments/x.ini", 4, line), -1);
    expect_complaint("experiments/x.ini:4: there is no module 'mfl'; the nearest is 'mlf' (see: ablate modules)");
    assert_int_equal(module_load_line("  ", "image", folder, "experiments/x.ini", 5, line), -1);
    expect_complaint("experiments/x.ini:5: the line of modules is empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_sentences),
        cmocka_unit_test(good_module_runs),
        cmocka_unit_test(short_record_is_filled_with_zeros),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(empty_folders_are_said),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(damaged_files_are_survived),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(lines_are_checked),
        cmocka_unit_test(lines_are_loaded),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
