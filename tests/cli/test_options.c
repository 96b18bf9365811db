/* Command lines: an option that a verb would ignore is refused and the verbs that have it are named; nothing is given
 * twice, empty, too much, or as half a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/diag.h"
#include "../../core/cli/verb_compare.h"
#include "../../core/cli/verb_curves.h"
#include "../../core/cli/verb_data.h"
#include "../../core/cli/verb_features.h"
#include "../../core/cli/verb_gallery.h"
#include "../../core/cli/verb_graph.h"
#include "../../core/cli/verb_metrics.h"
#include "../../core/cli/verb_modules.h"
#include "../../core/cli/verb_new.h"
#include "../../core/cli/verb_page.h"
#include "../../core/cli/verb_patches.h"
#include "../../core/cli/verb_predict.h"
#include "../../core/cli/verb_run.h"
#include "../../core/cli/verb_trace.h"
#include "../../core/cli/verb_weights.h"

typedef struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
} verb;

static const verb verbs[] = {
    { "run", verb_run },         { "check", verb_check },     { "trace", verb_trace },
    { "graph", verb_graph },     { "modules", verb_modules }, { "ops", verb_ops },
    { "new", verb_new },         { "data", verb_data },       { "features", verb_features },
    { "gallery", verb_gallery }, { "patches", verb_patches }, { "weights", verb_weights },
    { "compare", verb_compare }, { "predict", verb_predict }, { "page", verb_page },
    { "curves", verb_curves },   { "metrics", verb_metrics },
};
enum { VERBS = sizeof verbs / sizeof *verbs };

/* Runs a line; words are parted by blanks, "''" is the empty one. The sentence of what is wrong, valid until the next;
 * no line here is right. */
static const char *said(const char *line)
{
    static char copy[400], sentence[1100];
    char *argv[40] = { NULL }, *rest = NULL;
    int argc = 0, status = 0;
    complaint_clear();
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    for (int i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, argv[0]) == 0)
            status = verbs[i].run(argc, argv);
    if (status == 0 || !complaint())
        fail_msg("'%s' was taken", line);
    snprintf(sentence, sizeof sentence, "%s", complaint());
    complaint_clear();
    return sentence;
}

static void must_say(const char *line, const char *words)
{
    const char *sentence = said(line);
    if (!strstr(sentence, words))
        fail_msg("%s: expected '%s' in: %s", line, words, sentence);
}

/* ---- verb by option ---- */

typedef struct option_row {
    const char *option, *has; /* and the verbs that have it */
} option_row;

static const option_row rows[] = {
    { "--row i", "run check trace graph" },
    { "--set a.b=1", "run check trace graph" },
    { "--data mini", "run check trace graph" },
    { "--scale mini", "run check trace graph" },
    { "--modules x", "run check trace graph" },
    { "--seeds 1", "run check trace" },
    { "--device cpu", "run check trace" },
    { "--threads 1", "run check trace" },
    { "--out x", "run trace graph" },
    { "--cache x", "run trace" },
    { "--steps 1", "run trace" },
    { "--timing", "run trace" },
    { "--again", "run" },
    { "--choices x", "run" },
    { "--keep-maps", "run" },
    { "--keep-epochs", "run" },
    { "--folders", "run" },
    { "--dot", "graph" },
    { "--overview", "graph" },
};

/* What has the option gets as far as missing the file; what has it not says who has. */
static void options_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int v = 0; v < 4; v++) {
            char line[200], words[200];
            bool has = strstr(rows[i].has, verbs[v].name);
            snprintf(line, sizeof line, "%s none.ini %s", verbs[v].name, rows[i].option);
            if (v == 3 && strncmp(rows[i].option, "--out", 5) == 0)
                strcat(line, " --overview");
            if (v == 2 && strncmp(rows[i].option, "--out", 5) != 0)
                strcat(line, " --out x");
            if (v == 2 && strncmp(rows[i].option, "--steps", 7) != 0)
                strcat(line, " --steps 2");
            snprintf(words, sizeof words, "ablate %s: %.*s means nothing here; it is an option of ablate ",
                     verbs[v].name, (int)strcspn(rows[i].option, " "), rows[i].option);
            must_say(line, has ? "none.ini: there is no such file" : words);
        }
    must_say("check x.ini --keep-maps", "it is an option of ablate run");
    must_say("check x.ini --cache y", "it is an option of ablate run, ablate trace");
    must_say("run x.ini --dot", "it is an option of ablate graph");
}

static void unknown_words_are_named(void **state)
{
    (void)state;
    for (int v = 0; v < VERBS; v++) {
        char line[100], words[100];
        snprintf(words, sizeof words,
                 "ablate %s: option '--nothing' is not known or lacks its value; see ablate %s "
                 "--help",
                 verbs[v].name, verbs[v].name);
        snprintf(line, sizeof line, "%s a --nothing", verbs[v].name);
        must_say(line, words);
        snprintf(line, sizeof line, "%s ''", verbs[v].name);
        snprintf(words, sizeof words, "ablate %s: an argument is empty", verbs[v].name);
        must_say(line, words);
    }
    must_say("data a b", "ablate data: 'b' is one argument too many; it takes MODULE[:PATH]");
    must_say("weights a b", "ablate weights: 'b' is one argument too many; it takes FILE");
    must_say("features a b", "ablate features: 'b' is one argument too many");
    must_say("page a b", "ablate page: 'b' is one argument too many");
    must_say("compare a b c", "ablate compare: 'c' is one argument too many; it takes RUN RUN");
    must_say("modules a b", "one name at a time");
    must_say("new a b", "one name at a time");
    must_say("metrics a b", "one file at a time");
    must_say("graph a.ini b.ini", "a graph is of one row of one file; leave out 'b.ini'");
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
    { "compare a b --samples 100 --samples 200", "ablate compare: --samples is there twice" },
    { "page --run a --run b", "ablate page: --run is there twice" },
    { "metrics x --protocol exact --protocol uniad", "ablate metrics: --protocol is there twice" },
    { "modules --modules a --modules b", "ablate modules: --modules is there twice" },
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
    { "compare a b --samples 1", "--samples must be a whole number from 100 to 1000000; it is '1'" },
    { "metrics x --connectivity 6", "--connectivity must be 4 or 8; it is '6'" },

    { "graph x.ini --dot --overview", "--dot and --overview are two drawings" },
    { "graph x.ini --out y", "--out is the file of --overview" },
    { "graph x.ini --row a --row b", "a graph is of one row of one file; leave out 'b'" },
    { "run x.ini --folders --choices y", "--folders writes no report" },
    { "trace x.ini --steps 1 --out y --seeds 2", "a trace is of one run, not of 2 seeds" },
    { "weights x --half", "--strip, --half and --note say what a copy is like; add --export OUT" },
    { "weights x --strip a.", "add --export OUT" },
    { "page --no-gallery --run x", "with --no-gallery no pictures are computed" },
    { "page --no-gallery --shown 3", "with --no-gallery no pictures are computed" },
    { "compare a b --quick --set a.b=1", "with --quick nothing is computed" },
    { "curves losses r --value gates --out x", "ablate curves losses: --value is for usage" },
    { "ops --modules x", "ops: --modules is where the module of an operation" },
    { "ops matmul --modules x", "ops: --modules is where the module of an operation" },
    { "data mini --fitted", "--fitted says how pictures are exported" },
    { "gallery r --value a --out x", "ablate gallery: --value is for ablate patches" },
    { "metrics x --compare --json", "leave --protocol and --json out" },
};

static void lines_that_say_too_much_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        must_say(lines[i].line, lines[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(options_that_mean_nothing_are_refused),
                                        cmocka_unit_test(unknown_words_are_named),
                                        cmocka_unit_test(lines_that_say_too_much_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
