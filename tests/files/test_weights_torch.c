/* PyTorch's archives: states, modules and views are read; each lie is one sentence; no byte that is changed crashes. */
/* units: pickle pickle_tree weights_torch_tensor */
#include "../../core/files/weights_parts.h"
#include "../lab/pickle_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

static archive made;
static pickle code;

static void begin(void)
{
    memset(&made, 0, sizeof made);
    code.size = 0;
    pickle_code(&code, "\x80\x02");
}

/* The archive of the pickle and of the storages 0 (six float32) and 1 (four float16). */
static void end(void)
{
    static const float full[6] = { 0, 1, 2, 3, 4, 5 };
    static const uint16_t half[4] = { 0x3C00, 0xC000, 0x3555, 0 }; /* 1, -2, 1/3 rounded, 0 */
    pickle_code(&code, ".");
    add_member(&made, "x/data.pkl", code.byte, code.size, 0);
    add_member(&made, "x/data/0", (const uint8_t *)full, sizeof full, 0);
    add_member(&made, "x/data/1", (const uint8_t *)half, sizeof half, 0);
    add_member(&made, "x/version", (const uint8_t *)"3\n", 2, 0);
    finish_archive(&made);
}

static weights *opened(void)
{
    write_bytes(made.byte, made.size);
    return weights_open(own_file);
}

static weights *open_good(void)
{
    weights *w = opened();
    if (!w)
        fail_msg("%s", complaint());
    return w;
}

static void expect(const weights *w, const char *name, ablate_shape shape, const float *numbers)
{
    float out[6];
    const weights_tensor *t = weights_need(w, name);
    if (!t || weights_load(w, name, out) < 0) {
        fail_msg("%s", complaint());
        return;
    }
    assert_int_equal(t->shape.rank, shape.rank);
    assert_memory_equal(t->shape.dim, shape.dim, sizeof(int64_t) * (size_t)shape.rank);
    assert_memory_equal(out, numbers, sizeof(float) * (size_t)t->count);
}

/* ---- what is read ---- */

static const tensor_words full = { "Float", "0", 6, 0, 2, { 2, 3 }, { 3, 1 }, false, false };

/* Items of a dictionary that is on the stack, and a mark above it. */
static void put_state(void)
{
    const tensor_words view = { "Float", "0", 6, 0, 2, { 3, 2 }, { 1, 3 }, false, false };
    const tensor_words part = { "Float", "0", 6, 1, 1, { 2 }, { 3 }, true, false };
    const tensor_words half = { "Half", "1", 4, 0, 1, { 4 }, { 1 }, false, false };
    const tensor_words scalar = { "Float", "0", 6, 5, 0, { 0 }, { 0 }, false, false };
    const tensor_words none = { "Float", "0", 6, 6, 2, { 0, 7 }, { 7, 1 }, false, false };
    pickle_text(&code, "full");
    pickle_tensor(&code, &full);
    pickle_text(&code, "view");
    pickle_tensor(&code, &view);
    pickle_text(&code, "part");
    pickle_tensor(&code, &part);
    pickle_text(&code, "half");
    pickle_tensor(&code, &half);
    pickle_text(&code, "scalar");
    pickle_tensor(&code, &scalar);
    pickle_text(&code, "none");
    pickle_tensor(&code, &none);
    pickle_text(&code, "epoch");
    pickle_code(&code, "K\x07");
}

static void expect_state(void)
{
    weights *w = open_good();
    assert_int_equal(weights_count(w), 6);
    expect(w, "full", (ablate_shape){ 2, { 2, 3 } }, (float[]){ 0, 1, 2, 3, 4, 5 });
    expect(w, "view", (ablate_shape){ 2, { 3, 2 } }, (float[]){ 0, 3, 1, 4, 2, 5 });
    expect(w, "part", (ablate_shape){ 1, { 2 } }, (float[]){ 1, 4 });
    expect(w, "half", (ablate_shape){ 1, { 4 } }, (float[]){ 1, -2, 1365.0f / 4096, 0 });
    expect(w, "scalar", (ablate_shape){ 0, { 0 } }, (float[]){ 5 });
    expect(w, "none", (ablate_shape){ 2, { 0, 7 } }, (float[]){ 0 });
    assert_string_equal(weights_at(w, 1)->name, "half");
    assert_null(weights_note_key(w, 0));
    weights_close(w);
}

static void a_state_is_read(void **state)
{
    (void)state;
    for (int form = 0; form < 4; form++) { /* a plain dictionary or an ordered one; zip, zip64 */
        begin();
        made.zip64 = form & 1;
        pickle_code(&code, form & 2 ? "ccollections\nOrderedDict\n)Rq\x01(" : "}q\x01(");
        put_state();
        pickle_code(&code, form & 2 ? "u}(" : "u");
        if (form & 2) { /* as state_dict() has it: the object's own attribute beside its items */
            pickle_text(&code, "_metadata");
            pickle_code(&code, "ccollections\nOrderedDict\n)Rub");
        }
        end();
        expect_state();
    }
}

static void a_state_under_its_key_is_read(void **state)
{
    (void)state;
    begin();
    pickle_code(&code, "}(");
    pickle_text(&code, "optimizer");
    pickle_code(&code, "}");
    pickle_text(&code, "full");
    pickle_tensor(&code, &full);
    pickle_code(&code, "s");
    pickle_text(&code, "state_dict");
    pickle_code(&code, "}(");
    put_state();
    pickle_code(&code, "uu");
    end();
    expect_state();
}

/* Under any of the names that training programs give it; where two of them hold tensors, either could be meant. */
static void a_wrapped_state_is_read(void **state)
{
    (void)state;
    static const char *const key[] = { "model", "module", "model_state_dict", "state_dict" };
    for (int i = 0; i < 4; i++)
        for (int twice = 0; twice < 2; twice++) {
            begin();
            pickle_code(&code, "}(");
            pickle_text(&code, key[i]);
            pickle_code(&code, "}(");
            put_state();
            pickle_code(&code, "u");
            pickle_text(&code, key[(i + 1) % 4]); /* settings, or a second state */
            pickle_code(&code, "}");
            pickle_text(&code, "full");
            twice ? pickle_tensor(&code, &full) : pickle_code(&code, "K\1");
            pickle_code(&code, "su");
            end();
            if (!twice) {
                expect_state();
                continue;
            }
            assert_null(opened());
            expect_complaint_of(own_file, "holds several dictionaries of tensors");
        }
}

/* An object with a tensor, a further object named "0" and what is no tensor. */
static void a_module_is_read(void **state)
{
    (void)state;
    begin();
    pickle_code(&code, "c__torch__.some.module.___torch_mangle_7\nRoot\n)\x81}(");
    pickle_text(&code, "training");
    pickle_code(&code, "\x88");
    pickle_text(&code, "full");
    pickle_tensor(&code, &full);
    pickle_text(&code, "blocks");
    pickle_code(&code, "c__torch__.torch.nn.modules.container\nSequential\n)\x81}(");
    pickle_text(&code, "0");
    pickle_code(&code, "c__torch__\nLinear\n)\x81}(");
    pickle_text(&code, "in_features");
    pickle_code(&code, "ctorch.jit._pickle\nbuild_intlist\n](K\x01K\x02"
                       "e\x85RG?\xf0\x01\x01\x01\x01\x01\x01\x86N\x86");
    pickle_text(&code, "weight");
    pickle_tensor(&code, &full);
    pickle_code(&code, "ububub");
    end();
    weights *w = open_good();
    assert_int_equal(weights_count(w), 2);
    assert_string_equal(weights_at(w, 0)->name, "blocks.0.weight");
    expect(w, "full", (ablate_shape){ 2, { 2, 3 } }, (float[]){ 0, 1, 2, 3, 4, 5 });
    weights_close(w);
}

/* ---- checksums ---- */

static void make_state(void)
{
    begin();
    pickle_code(&code, "}(");
    put_state();
    pickle_code(&code, "u");
    end();
}

static size_t place_of(const void *bytes, size_t n)
{
    for (size_t i = 0; i + n <= made.size; i++)
        if (memcmp(made.byte + i, bytes, n) == 0)
            return i;
    fail_msg("the bytes are not there");
    return 0;
}

static void damaged_numbers_are_told_when_they_are_loaded(void **state)
{
    (void)state;
    float out[6];
    make_state();
    made.byte[place_of((float[]){ 3 }, 4)] ^= 1;
    weights *w = open_good();
    assert_int_equal(weights_load(w, "half", out), 0);
    assert_int_equal(weights_load(w, "full", out), -1);
    expect_complaint_of(own_file, "the numbers of 'full' are damaged: the checksum of 'x/data/0' is wrong");
    weights_close(w);
}

/* PyTorch can leave checksums out. */
static void remove_checksums(void)
{
    for (int m = 0; m < made.members; m++) {
        size_t entry = place_of("PK\1\2", 4);
        memset(made.byte + entry + 16, 0, 4);
        made.byte[entry] = 'p'; /* found */
    }
    for (int m = 0; m < made.members; m++)
        made.byte[place_of("pK\1\2", 4)] = 'P';
}

static void absent_checksums_are_no_damage(void **state)
{
    (void)state;
    make_state();
    remove_checksums();
    expect_state();
}

static void a_damaged_pickle_is_told(void **state)
{
    (void)state;
    make_state();
    made.byte[place_of("epoch", 5)] ^= 1;
    assert_null(opened());
    expect_complaint_of(own_file, "'x/data.pkl' is damaged: its checksum is wrong");
}

/* ---- pickles that are refused ---- */

#define LIE(bytes, words)                                                                                              \
    {                                                                                                                  \
        bytes, sizeof bytes - 1, words                                                                                 \
    }
static const struct lie {
    const char *bytes;
    size_t n;
    const char *words;
} lies[] = {
    LIE("cos\nsystem\nX\2\0\0\0ls\x85R", "its pickle asks for 'os.system', and only tensors are read"),
    LIE("cbuiltins\neval\n", "asks for 'builtins.eval'"),
    LIE("c__torch\nx\n", "asks for '__torch.x'"),
    LIE("ctorch\nQInt8Storage\n", "asks for 'torch.QInt8Storage'"),
    LIE("}0", "the opcode POP (0x30) at byte 3, which no saved state needs"),
    LIE("(i__main__\nx\n", "the opcode INST (0x69)"),
    LIE("\x93", "the opcode STACK_GLOBAL (0x93)"),
    LIE("\xFF", "an unknown opcode (0xff)"),
    LIE("\x80\4", "protocol 4; only 2 is read"),
    LIE("X\xFF\xFF\xFF\xFF", "in the middle of something"),
    LIE("J\1\2", "in the middle of something"),
    LIE("G", "in the middle of something"),
    LIE("\x8a\x09\1\2\3\4\5\6\7\x08\x09", "more than 64 bits"),
    LIE("X\3\0\0\0a\0b", "a text has a zero byte"),
    LIE("ctorch\nFloatStorage", "a name does not end"),
    LIE("ctorch", "a name does not end"),
    LIE("}u", "a mark is missing"),
    LIE("t", "a mark is missing"),
    LIE("\x87", "a value is missing"),
    LIE("(\x85", "a value is missing"),
    LIE("(a", "a value is missing"),
    LIE("s", "a value is missing"),
    LIE("q\1", "a value is missing"),
    LIE("(q\1", "a value is missing"),
    LIE("Nr\xFF\xFF\xFF\xFF", "remembers more than it can hold"),
    LIE("h\1", "a remembered value is missing"),
    LIE("j\1\0\0\0", "a remembered value is missing"),
    LIE("(K\1u", "cannot hold them"),
    LIE("}(K\1u", "cannot hold them"),
    LIE("](K\1K\2u", "cannot hold them"),
    LIE("}(K\1e", "cannot hold them"),
    LIE(")R", "a value is missing"),
    LIE("}]R", "a call is not one of a name"),
    LIE("ccollections\nOrderedDict\n]R", "a call is not one of a name"),
    LIE("}}b", "no new object"),
    LIE("ccollections\nOrderedDict\n)R}b}b", "no new object"),
    LIE("Q", "a value is missing"),
    LIE("(", "does not end in one value"),
    LIE("", "does not end in one value"),
    LIE("K\1K\2", "does not end in one value"),
    LIE("K\1", "holds neither a dictionary of tensors nor a module"),
    LIE("ccollections\nOrderedDict\n", "holds neither"),
    LIE("c__torch__\nM\n)\x81", "holds neither"),
    LIE("c__torch__\nM\n)\x81]b", "holds neither"),
    LIE("}", "holds no tensors, neither at its top nor under 'state_dict'"),
    LIE("}K\1K\2s", "holds no tensors"),
    /* an object that is a part of itself, and a dictionary that holds itself */
    LIE("c__torch__\nM\n)\x81q\1}X\1\0\0\0ah\1sb", "lies too deep or is part of itself"),
    LIE("}q\1X\1\0\0\0ah\1s", "holds no tensors"),
    LIE("}q\1X\x0a\0\0\0state_dicth\1s", "holds no tensors"),
};

static void lies_of_the_pickle_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        begin();
        pickle_bytes(&code, lies[i].bytes, lies[i].n);
        end();
        assert_null(opened());
        expect_complaint_of(own_file, lies[i].words);
    }
}

/* Objects within objects, deeper than any module; and a name without end. */
static void depth_and_length_are_bounded(void **state)
{
    (void)state;
    char name[500];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = 0;
    for (int form = 0; form < 2; form++) {
        begin();
        for (int i = 0; i < 40; i++) {
            pickle_code(&code, "c__torch__\nM\n)\x81}");
            pickle_text(&code, form ? "deep" : name);
        }
        pickle_tensor(&code, &full);
        for (int i = 0; i < 40; i++)
            pickle_code(&code, "sb");
        end();
        assert_null(opened());
        expect_complaint_of(own_file, "lies too deep");
    }
}

/* ---- tensors that are refused ---- */

static void tensor_refused(tensor_words t, const char *words)
{
    begin();
    pickle_code(&code, "}");
    pickle_text(&code, "a");
    pickle_tensor(&code, &t);
    pickle_code(&code, "s");
    end();
    assert_null(opened());
    expect_complaint_of(own_file, words);
}

static const tensor_words odd[] = {
    { "Float", "7", 6, 0, 1, { 6 }, { 1 }, false, false },
    { "Float", "../data.pkl", 6, 0, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", 7, 0, 1, { 6 }, { 1 }, false, false },
    { "Double", "0", 6, 0, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", INT64_MAX, 0, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", -6, 0, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", 6, 1, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", 6, 0, 1, { 4 }, { 2 }, false, false },
    { "Float", "0", 6, INT64_MAX, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", 6, -1, 1, { 6 }, { 1 }, false, false },
    { "Float", "0", 6, 0, 1, { 7 }, { 1 }, false, false },
    { "Float", "0", 6, 0, 2, { 3, 1000000 }, { 1, 0 }, false, false },
    { "Float", "0", 6, 0, 1, { -6 }, { 1 }, false, false },
    { "Float", "0", 6, 0, 1, { 6 }, { -1 }, false, false },
    { "Float", "0", 6, 0, 2, { INT64_MAX, 2 }, { 2, 1 }, false, false },
    { "Float", "0", 6, 0, 2, { 2, 2 }, { INT64_MAX, 1 }, false, false },
    { "Float", "0", 6, 0, 5, { 1, 1, 1, 1, 6 }, { 6, 6, 6, 6, 1 }, false, false },
    { "Float", "0", 6, 0, 1, { 6 }, { 1 }, true, true },
};
static const char *const odd_words[] = {
    "should be in 'x/data/7', which the archive lacks",
    "should be in 'x/data/../data.pkl'",
    "'a' should have 7 F32 numbers, but 'x/data/0' has 24 bytes",
    "should have 6 F64 numbers",
    "should have 9223372036854775807 F32 numbers",
    "kept in a way that is not read",
    "reaches beyond the end of its storage",
    "reaches beyond the end of its storage",
    "reaches beyond the end of its storage",
    "made in a way that is not read",
    "has more numbers than its storage",
    "has more numbers than its storage",
    "an impossible shape",
    "an impossible shape",
    "an impossible shape",
    "an impossible shape", /* 1 + INT64_MAX does not fit */
    "5 axes; at most 4",
    "made in a way that is not read",
};

static void lies_about_tensors_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        tensor_refused(odd[i], odd_words[i]);
}

/* ---- archives that are refused ---- */

static void other_archives_are_refused(void **state)
{
    (void)state;
    begin();
    pickle_code(&code, "}.");
    add_member(&made, "a.npy", (const uint8_t *)"x", 1, 0);
    finish_archive(&made);
    assert_null(opened());
    expect_complaint_of(own_file, "a zip archive, but not one of PyTorch's");
    for (int form = 0; form < 3; form++) { /* compressed; twice; the other order of bytes */
        begin();
        pickle_code(&code, "}.");
        add_member(&made, "x/data.pkl", code.byte, code.size, form == 0 ? 8 : 0);
        if (form == 1)
            add_member(&made, "x/data.pkl", code.byte, code.size, 0);
        add_member(&made, "x/byteorder", (const uint8_t *)"big", 3, 0);
        finish_archive(&made);
        assert_null(opened());
        expect_complaint_of(own_file, form == 0   ? "'x/data.pkl' is compressed"
                                      : form == 1 ? "'x/data.pkl' is in the archive twice"
                                                  : "most significant byte first");
    }
}

static void compressed_numbers_are_refused(void **state)
{
    static const float numbers[6];
    (void)state;
    begin();
    pickle_code(&code, "}");
    pickle_text(&code, "a");
    pickle_tensor(&code, &full);
    pickle_code(&code, "s.");
    add_member(&made, "x/data.pkl", code.byte, code.size, 0);
    add_member(&made, "x/data/0", (const uint8_t *)numbers, sizeof numbers, 8);
    finish_archive(&made);
    assert_null(opened());
    expect_complaint_of(own_file, "'x/data/0' is compressed");
}

static void known_strangers_are_named(void **state)
{
    static const struct lie strangers[] = {
        LIE("\x80\4\x95 and so on", "a plain pickle"),
        LIE("version https://git-lfs.github.com/spec/v1\noid sha256:00", "a pointer of Git LFS"),
        LIE("<!DOCTYPE html>", "a web page"),
        LIE("GGUF and so on", "this is GGUF"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        write_bytes(strangers[i].bytes, strangers[i].n);
        assert_null(weights_open(own_file));
        expect_complaint_of(own_file, strangers[i].words);
    }
}

/* ---- damage ---- */

/* Opens what may be damaged and loads every tensor of it. Whether "full" has its numbers. */
static bool survives(const uint8_t *bytes, size_t n)
{
    static const float right[6] = { 0, 1, 2, 3, 4, 5 };
    float out[64];
    bool same = false;
    complaint_clear();
    write_bytes(bytes, n);
    weights *w = weights_open(own_file);
    assert_true(w || complaint());
    for (int i = 0; w && i < weights_count(w); i++) {
        const weights_tensor *t = weights_at(w, i);
        assert_true(t->count <= 64);
        bool loaded = weights_load(w, t->name, out) == 0;
        if (strcmp(t->name, "full") == 0 && loaded)
            same = memcmp(out, right, sizeof right) == 0;
    }
    weights_close(w);
    return same;
}

/* Cut anywhere it is refused; with a changed byte, numbers under their name are right or not given. */
static void damage_is_noticed(void **state)
{
    (void)state;
    float out[64];
    make_state();
    for (size_t n = 0; n < made.size; n++) {
        survives(made.byte, n);
        assert_non_null(complaint());
    }
    for (size_t at = 0; at < made.size; at++)
        for (int change = 1; change < 256; change += 127) {
            made.byte[at] ^= (uint8_t)change;
            bool same = survives(made.byte, made.size);
            complaint_clear();
            weights *w = weights_open(own_file);
            if (w && weights_find(w, "full") && weights_load(w, "full", out) == 0)
                assert_true(same);
            weights_close(w);
            made.byte[at] ^= (uint8_t)change;
        }
}

/* Without checksums every byte of the pickle reaches the reader: each in turn, then eight at random places. */
static void a_damaged_pickle_does_not_crash(void **state)
{
    (void)state;
    make_state();
    remove_checksums();
    assert_true(survives(made.byte, made.size));
    size_t first = place_of("\x80\x02}(", 4), length = code.size ? code.size : 1;
    for (size_t at = first; at < first + length; at++)
        for (int change = 1; change < 256; change += 42) {
            made.byte[at] ^= (uint8_t)change;
            survives(made.byte, made.size);
            made.byte[at] ^= (uint8_t)change;
        }
    uint32_t random = 12345;
    for (int turn = 0; turn < 3000; turn++) {
        static archive copy;
        copy = made;
        for (int i = 0; i < 8; i++) {
            random = random * 1664525u + 1013904223u;
            size_t at = first + (random >> 8) % length;
            random = random * 1664525u + 1013904223u;
            copy.byte[at] = i % 2 ? copy.byte[first + (random >> 8) % length] : (uint8_t)(random >> 24);
        }
        survives(copy.byte, copy.size);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(a_state_is_read),
        TEST(a_state_under_its_key_is_read),
        TEST(a_wrapped_state_is_read),
        TEST(a_module_is_read),
        TEST(damaged_numbers_are_told_when_they_are_loaded),
        TEST(absent_checksums_are_no_damage),
        TEST(a_damaged_pickle_is_told),
        TEST(lies_of_the_pickle_are_refused),
        TEST(depth_and_length_are_bounded),
        TEST(lies_about_tensors_are_refused),
        TEST(other_archives_are_refused),
        TEST(compressed_numbers_are_refused),
        TEST(known_strangers_are_named),
        TEST(damage_is_noticed),
        TEST(a_damaged_pickle_does_not_crash),
    };
    use_file("x.pt");
    return cmocka_run_group_tests_name("weights of PyTorch", tests, make_folder, remove_folder);
}
