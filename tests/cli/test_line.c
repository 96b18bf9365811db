/* Command lines: an option that a verb would ignore is refused and the verbs that have it are named; nothing is given
 * twice, empty, too much, or as half a number. */
/* units: line option verbs */
#include "../../core/base/diag.h"
#include "../../core/cli/verbs.h"
#include "../lab/test.h"

/* Runs a line; words are parted by blanks, "''" is the empty one. The sentence of what is wrong, valid until the next;
 * "taken" if nothing is. */
static const char *said(const char *line)
{
    static char copy[400], sentence[1100];
    char *argv[40] = { NULL }, *rest = NULL;
    int argc = 0;
    complaint_clear();
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    bool taken = verbs_run(argc, argv) == 0;
    snprintf(sentence, sizeof sentence, "%s", taken ? "taken" : complaint());
    complaint_clear();
    return sentence;
}

static void must_say(const char *line, const char *words)
{
    const char *sentence = said(line);
    if (!strstr(sentence, words))
        fail_msg("%s: expected '%s' in: %s", line, words, sentence);
}

/* ---- verb by option by mode ---- */

/* An option as it may be given, and the verbs that have it. */
typedef struct option_row {
    const char *given, *has;
} option_row;

static const option_row rows[] = {
    { "--again", "run" },
    { "--cache x", "run trace gallery patches predict page curves features" },
    { "--check", "data" },
    { "--choices x", "run" },
    { "--class x", "gallery patches predict" },
    { "--compare", "metrics" },
    { "--connectivity 4", "metrics" },
    { "--data nosuch", "run check trace graph" },
    { "--device cpu", "run check trace features gallery patches predict page curves" },
    { "--dot", "graph" },
    { "--export x", "data weights" },
    { "--false-alarms 0.1", "predict" },
    { "--fitted", "data" },
    { "--folders", "run" },
    { "--good", "gallery patches" },
    { "--good x", "predict" },
    { "--half", "weights" },
    { "--in tests", "new" },
    { "--input a=1", "features" },
    { "--json", "compare metrics" },
    { "--keep-epochs", "run" },
    { "--keep-maps", "run" },
    { "--maps", "predict" },
    { "--modules tests", "run check trace graph modules ops data features gallery patches predict page curves" },
    { "--no-gallery", "page" },
    { "--no-pictures", "predict" },
    { "--note a=1", "weights" },
    { "--out x", "run trace graph features gallery patches predict curves" },
    { "--overview", "graph" },
    { "--picture x", "features" },
    { "--protocol exact", "metrics" },
    { "--row i", "run check trace graph features" },
    { "--rule lowest", "gallery patches" },
    { "--run x", "page" },
    { "--scale mini", "run check trace graph features" },
    { "--swap one=other", "run check trace graph features" },
    { "--seeds 1", "run check" },
    { "--set a.b=1", "run check trace graph data features gallery patches predict page curves" },
    { "--shown 1", "page" },
    { "--spread 1", "gallery patches" },
    { "--steps 1", "run trace" },
    { "--strip x", "weights" },
    { "--threads 1", "run check trace features gallery patches predict page curves" },
    { "--timing", "run trace" },
    { "--value x", "patches curves" },
};
enum { ROWS = sizeof rows / sizeof *rows };

/* A way to use a verb, with all that this needs but nothing that is there, and the options that mean nothing in it
 * though the verb has them. */
typedef struct mode_row {
    const char *line, *nothing;
} mode_row;

static const mode_row modes[] = {
    { "run none.ini", "" },
    { "run none.ini --folders", "--choices" },
    { "run none.ini --choices x", "--folders" },
    { "check none.ini", "" },
    { "trace none.ini --steps 1 --out x", "" },
    { "graph none.ini", "--out" },
    { "graph none.ini --dot", "--overview --out" },
    { "graph none.ini --overview", "--dot" },
    { "modules nosuch", "" },
    { "ops", "--modules" },
    { "ops nosuch", "--modules" },
    { "ops nosuch.op", "" },
    { "new NONE", "" },
    { "data nosuch", "--fitted" },
    { "data nosuch --check", "--fitted" },
    { "data nosuch --export x", "" },
    { "features none.ini --picture x --out y", "" },
    { "gallery none --out x", "" },
    { "gallery none --out x --class y", "--spread" },
    { "gallery none --out x --spread 2", "--class" },
    { "patches none --out x --value distance", "" },
    { "patches none --out x --value distance --class y", "--spread" },
    { "patches none --out x --value distance --spread 2", "--class" },
    { "weights none", "--half --note --strip" },
    { "weights none --export x", "" },
    { "compare none none", "" },
    { "predict none none", "" },
    { "predict none none --no-pictures", "" },
    { "page none", "" },
    { "page none --no-gallery", "--cache --device --modules --run --set --shown --threads" },
    { "page none --run x", "--no-gallery" },
    { "curves losses none --out x", "--cache --value" },
    { "curves scores none --out x", "--value" },
    { "curves usage none --out x --value y", "" },
    { "metrics none.npz", "" },
    { "metrics none.npz --compare", "--json --protocol" },
    { "metrics none.npz --json", "--compare" },
};
enum { MODES = sizeof modes / sizeof *modes };

/* Does the list of words, a blank between two, hold this one? */
static bool holds(const char *list, const char *word, size_t length)
{
    for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == length && memcmp(at, word, length) == 0)
            return true;
    return false;
}

static const verb *verb_of(const char *line)
{
    const size_t length = strcspn(line, " ");
    for (const verb *const *v = verbs; *v; v++)
        if (strlen((*v)->name) == length && memcmp(line, (*v)->name, length) == 0)
            return *v;
    fail_msg("'%s' is no verb", line);
    return NULL;
}

/* The verb's option of that name; `alike`: with a value or without as it is given. */
static const line_option *option_of(const verb *v, const char *given, bool alike)
{
    const size_t length = strcspn(given + 2, " ");
    for (int t = 0; t < LINE_TABLES && v->options[t]; t++)
        for (const line_option *o = v->options[t]; o->doc; o++)
            if (o->name && strlen(o->name) == length && memcmp(o->name, given + 2, length) == 0 &&
                (!alike || !o->value == !strchr(given, ' ')))
                return o;
    return NULL;
}

/* The tables above name every option of every verb, and each verb has a mode. */
static void the_tables_are_whole(void **state)
{
    (void)state;
    for (const verb *const *v = verbs; *v; v++) {
        int options = 0, listed = 0, used = 0;
        for (int t = 0; t < LINE_TABLES && (*v)->options[t]; t++)
            for (const line_option *o = (*v)->options[t]; o->doc; o++)
                options += o->name != NULL;
        for (int i = 0; i < ROWS; i++) {
            bool has = holds(rows[i].has, (*v)->name, strlen((*v)->name));
            if (has != (option_of(*v, rows[i].given, true) != NULL))
                fail_msg("ablate %s: %s", (*v)->name, rows[i].given);
            listed += has;
        }
        for (int i = 0; i < MODES; i++)
            used += verb_of(modes[i].line) == *v;
        if (options != listed || !used)
            fail_msg("ablate %s has %d options, of which %d are listed, and %d modes", (*v)->name, options, listed,
                     used);
    }
}

static void try_option(const mode_row *mode, const option_row *row)
{
    char line[300], words[200], before[60];
    const verb *v = verb_of(mode->line);
    const size_t length = strcspn(row->given, " ");
    snprintf(before, sizeof before, " %.*s", (int)length, row->given);
    if (strstr(mode->line, before))
        return; /* the mode's own */
    snprintf(line, sizeof line, "%s %s", mode->line, row->given);
    const char *sentence = said(line);
    snprintf(words, sizeof words, "ablate %s:%s means nothing here; it is an option of ablate ", v->name, before);
    if (strncmp(row->given, "--in ", 5) == 0 && strcmp(v->name, "features") == 0)
        return; /* short for --input there */
    bool refused = strstr(sentence, "; leave out --") || strstr(sentence, "leave it out");
    if (!option_of(v, row->given, false) && !strstr(sentence, words))
        fail_msg("%s: expected '%s' in: %s", line, words, sentence);
    if (option_of(v, row->given, true) && refused != holds(mode->nothing, row->given, length))
        fail_msg("%s: %s", line, sentence);
}

/* Every option with every mode of every verb: what means nothing is refused, all others lead to what is missing. */
static void options_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    for (int m = 0; m < MODES; m++)
        for (int i = 0; i < ROWS; i++)
            try_option(&modes[m], &rows[i]);
    must_say("check x.ini --keep-maps", "it is an option of ablate run");
    must_say("check x.ini --cache y", "it is an option of ablate run, ablate trace, ");
    must_say("run x.ini --dot", "it is an option of ablate graph");
    must_say("run x.ini --modules /nonexist", "--modules: there is no folder '/nonexist'");
    must_say("modules --modules tests:/nonexist", "--modules: there is no folder '/nonexist'");
    must_say("modules --modules README.md", "--modules: there is no folder 'README.md'");
}

/* ---- what is written ---- */

/* Before anything is read: the inputs of these lines are not there. */
static void places_that_cannot_be_written_are_told_first(void **state)
{
    static const char *const lines[] = {
        "run none.ini --out %s",
        "trace none.ini --steps 1 --out %s",
        "graph none.ini --overview --out %s",
        "new none --in %s",
        "data nosuch --export %s",
        "features none.ini --picture x --out %s",
        "gallery none --out %s",
        "patches none --value distance --out %s",
        "weights none --export %s",
        "predict none none --out %s",
        "curves losses none --out %s",
        "curves scores none --out %s",
        "curves usage none --value x --out %s",
    };
    int options = 0, tried = 0;
    (void)state;
    for (const verb *const *v = verbs; *v; v++)
        for (int t = 0; t < LINE_TABLES && (*v)->options[t]; t++)
            for (const line_option *o = (*v)->options[t]; o->doc; o++)
                options += o->path == OPTION_FILE || o->path == OPTION_FOLDER;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[200];
        const char *end = strstr(lines[i], "%s");
        snprintf(line, sizeof line, "%.*sREADME.md/none/x", (int)(end - lines[i]), lines[i]);
        must_say(line, "README.md/none/x: cannot write: Not a directory");
        tried += i == 0 || verb_of(lines[i]) != verb_of(lines[i - 1]);
    }
    assert_int_equal(tried, options); /* one a verb */
    must_say("trace none.ini --steps 1 --out tests", "tests: cannot write: it is a folder; name a file");
    must_say("weights none --export /dev/null", "/dev/null: cannot write: it is not a plain file");
    must_say("predict none none --out README.md", "README.md: cannot write: Not a directory");
    must_say("run none.ini --out /proc/ablate", "/proc/ablate: cannot write: ");
    must_say("page README.md", "README.md: cannot write: Not a directory");
}

static void what_is_read_is_not_replaced(void **state)
{
    static const char *const lines[] = { "trace README.md --steps 1 --out ./README.md",
                                         "graph README.md --overview --out tests/../README.md",
                                         "features README.md --picture x --out README.md",
                                         "features x --picture README.md --out README.md",
                                         "weights README.md --export README.md" };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        must_say(lines[i], "README.md is what is read, 'README.md'; choose another place");
    must_say("curves losses a tests --out tests/x", "--out tests/x lies in the folder of a run, tests");
    must_say("curves losses a tests/metrics.json --out tests/x", "--out tests/x lies in the folder of a run, tests,");
    must_say("curves losses a metrics.json --out x", "--out x lies in the folder of a run, .,");
    must_say("curves losses / --out /x", "--out /x lies in the folder of a run, /");
}

/* ---- words ---- */

static void unknown_words_are_named(void **state)
{
    (void)state;
    for (const verb *const *v = verbs; *v; v++) {
        char line[100], words[100];
        snprintf(words, sizeof words,
                 "ablate %s: option '--nothing' is not known or lacks its value; see ablate %s "
                 "--help",
                 (*v)->name, (*v)->name);
        snprintf(line, sizeof line, "%s a --nothing", (*v)->name);
        must_say(line, words);
        snprintf(line, sizeof line, "%s ''", (*v)->name);
        snprintf(words, sizeof words, "ablate %s: an argument is empty", (*v)->name);
        must_say(line, words);
    }
    must_say("data a b", "ablate data: 'b' is one argument too many; it takes MODULE[:PATH]");
    must_say("weights a b", "ablate weights: 'b' is one argument too many; it takes FILE");
    must_say("features a b", "ablate features: 'b' is one argument too many");
    must_say("page a b", "ablate page: 'b' is one argument too many");
    must_say("compare a b c", "ablate compare: 'c' is one argument too many; it takes RUN RUN");
    must_say("modules a b", "ablate modules: 'b' is one argument too many; it takes [NAME]");
    must_say("new a b", "ablate new: 'b' is one argument too many; it takes NAME");
    must_say("metrics a b", "ablate metrics: 'b' is one argument too many; it takes FILE.npz");
    must_say("graph a.ini b.ini", "ablate graph: 'b.ini' is one argument too many; it takes FILE");
    must_say("run a.ini b.ini a.ini", "'a.ini' is named twice; delete one");
}

/* ---- given twice, empty, half a number ---- */

typedef struct said_line {
    const char *line, *words;
} said_line;

static const said_line lines[] = {
    { "run x.ini --row i --row i", "ablate run: --row 'i' says again what 'i' says; delete one" },
    { "run x.ini --seeds 1 --seeds 2", "ablate run: --seeds is there twice, as '1' and as '2'; delete one" },
    { "run x.ini --set a.b=1 --set a.b=2", "ablate run: --set 'a.b=2' says again what 'a.b=1' says; delete one" },
    { "run x.ini --again --again", "ablate run: --again is there twice" },
    { "check x.ini --data a --data b", "ablate check: --data is there twice, as 'a' and as 'b'" },
    { "data mini --set a.b=1 --set a.b=2", "ablate data: --set 'a.b=2' says again" },
    { "features x --row a --row b", "ablate features: --row is there twice" },
    { "gallery r --class a --class a --out x", "ablate gallery: --class 'a' says again" },
    { "patches r --value a --value a --out x", "ablate patches: --value 'a' says again" },
    { "weights x --note a=1 --note a=2 --export y", "ablate weights: --note 'a=2' says again" },
    { "curves losses r --out a --out b", "ablate curves: --out is there twice" },
    { "predict r p --good a --good b", "ablate predict: --good is there twice" },
    { "run x --steps 100 --steps 200", "ablate run: --steps is there twice" },
    { "page --run a --run b", "ablate page: --run is there twice" },
    { "metrics x --protocol exact --protocol uniad", "ablate metrics: --protocol is there twice" },
    { "modules --modules tests --modules core", "ablate modules: --modules is there twice" },
    { "new x --in a --in b", "ablate new: --in is there twice" },

    { "run x.ini --seeds ''", "ablate run: --seeds is empty; give it a value or leave it out" },
    { "run x.ini --out ''", "ablate run: --out is empty" },
    { "run x.ini --row ''", "ablate run: --row is empty" },
    { "check x.ini --scale ''", "ablate check: --scale is empty" },
    { "data mini --export ''", "ablate data: --export is empty" },
    { "predict r p --out ''", "ablate predict: --out is empty" },
    { "metrics x --protocol ''", "ablate metrics: --protocol is empty" },

    { "run x.ini --seeds 1x", "--seeds must be a whole number from 1 to 1000; it is '1x'" },
    { "run x.ini --seeds -1", "--seeds must be a whole number from 1 to 1000; it is '-1'" },
    { "run x.ini --seeds 1.5", "it is '1.5'" },
    { "run x.ini --seeds 99999999999999999999", "it is '99999999999999999999'" },
    { "run x.ini --seeds 4294967297", "it is '4294967297'" },
    { "run x.ini --steps 0", "--steps must be a whole number from 1 to" },
    { "run x.ini --threads 5000", "--threads must be a whole number from 0 to 4096; it is '5000'" },
    { "check x.ini --threads -1", "--threads must be a whole number from 0 to 4096; it is '-1'" },
    { "gallery r --out x --threads 1y", "--threads must be a whole number from 0 to 4096; it is '1y'" },
    { "gallery r --out x --spread 0", "--spread must be a whole number from 1 to 64; it is '0'" },
    { "predict r p --threads 4097", "--threads must be a whole number from 0 to 4096; it is '4097'" },
    { "predict r p --false-alarms 0.5x", "--false-alarms must be a rate between 0 and 1" },
    { "predict r p --false-alarms nan", "--false-alarms must be a rate between 0 and 1" },
    { "page --shown 1e3", "--shown must be a whole number from 1 to 1000; it is '1e3'" },
    { "metrics x --connectivity 6", "--connectivity must be 4 or 8; it is '6'" },

    { "graph x.ini --dot --overview", "with --dot Graphviz draws the whole graph; leave out --overview, or it" },
    { "graph x.ini --out y",
      "without --overview the graph is printed, which can be redirected; leave out --out, or add it" },
    { "graph x.ini --row a --row b", "ablate graph: --row is there twice, as 'a' and as 'b'" },
    { "run x.ini --folders --choices y", "with --folders no report is written; leave out --choices, or it" },
    { "trace x.ini --steps 1 --out y --seeds 2",
      "ablate trace: --seeds means nothing here; it is an option of ablate run, ablate check" },
    { "weights x --half", "ablate weights: without --export no copy is written; leave out --half, or add it" },
    { "weights x --strip a.", "without --export no copy is written" },
    { "page --no-gallery --run x", "with --no-gallery no pictures are computed" },
    { "page --no-gallery --shown 3", "with --no-gallery no pictures are computed" },
    { "curves losses r --value gates --out x", "ablate curves: with losses losses alone are read; leave out --value" },
    { "ops --modules tests", "ops: --modules is where the module of an operation" },
    { "ops matmul --modules tests", "ops: --modules is where the module of an operation" },
    { "data mini --fitted", "ablate data: without --export nothing is written; leave out --fitted, or add it" },
    { "gallery r --value a --out x",
      "ablate gallery: --value means nothing here; it is an option of ablate patches, ablate curves" },
    { "metrics x --compare --json", "with --compare all protocols are printed, in Markdown; leave out --json, or it" },
};

static void lines_that_say_too_much_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        must_say(lines[i].line, lines[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_tables_are_whole),
                                        cmocka_unit_test(options_that_mean_nothing_are_refused),
                                        cmocka_unit_test(places_that_cannot_be_written_are_told_first),
                                        cmocka_unit_test(what_is_read_is_not_replaced),
                                        cmocka_unit_test(unknown_words_are_named),
                                        cmocka_unit_test(lines_that_say_too_much_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
