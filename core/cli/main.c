/* main.c: the command `ablate`: one verb, its arguments, one sentence if it fails or is stopped. */
#include "../base/diag.h"
#include "../base/stop.h"
#include "../base/streams.h"
#include "verb_compare.h"
#include "verb_curves.h"
#include "verb_data.h"
#include "verb_features.h"
#include "verb_gallery.h"
#include "verb_graph.h"
#include "verb_metrics.h"
#include "verb_modules.h"
#include "verb_new.h"
#include "verb_page.h"
#include "verb_patches.h"
#include "verb_predict.h"
#include "verb_run.h"
#include "verb_trace.h"
#include "verb_weights.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct verb {
    const char *name, *doc;
    int (*run)(int argc, char **argv);
} verb;

static const verb verbs[] = {
    { "run", "FILE...   run the rows of experiment files and write their reports", verb_run },
    { "check", "FILE...   check experiment files without running them", verb_check },
    { "trace", "FILE      write a row's first steps down, to be retraced elsewhere", verb_trace },
    { "graph", "FILE      print the training graph of a row, or draw it", verb_graph },
    { "modules", "[NAME]    the modules there are, or one with its settings", verb_modules },
    { "ops", "[NAME]    the operations there are, or one with its attributes", verb_ops },
    { "new", "NAME      write a module to start from", verb_new },
    { "data", "SPEC      show what a data module holds, or write it as files", verb_data },
    { "features", "FILE   write what the modules of a row make of a picture", verb_features },
    { "gallery", "RUN...    write test pictures with the score maps of finished runs", verb_gallery },
    { "patches", "RUN...    write numbers of the board patch by patch, and how defects differ", verb_patches },
    { "weights", "FILE      show what a weights file holds, or write a copy", verb_weights },
    { "compare", "RUN RUN   what two runs set differently, and what came of it", verb_compare },
    { "predict", "RUN PATH  score pictures with a finished run", verb_predict },
    { "page", "[RESULTS] write one page of a folder of results, to be opened in a browser", verb_page },
    { "curves", "RUN...    write a run's losses, scores or use of experts, to be drawn", verb_curves },
    { "metrics", "FILE.npz  evaluate anybody's score maps", verb_metrics },
};
enum { VERBS = sizeof verbs / sizeof *verbs };

static int print_help(FILE *to)
{
    fprintf(to, "ablate %s: a model is a line of words, an ablation is a deleted word\n\n", ABLATE_VERSION);
    for (int i = 0; i < VERBS; i++)
        fprintf(to, "  ablate %-8s %s\n", verbs[i].name, verbs[i].doc);
    fprintf(to, "\nablate VERB --help tells the options of each.\n");
    return 0;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        return print_help(stderr), complain("name a verb");
    bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0,
         version = strcmp(argv[1], "--version") == 0;
    if ((help || version) && argc > 2)
        return complain("ablate %s stands alone, without '%s'; ablate VERB --help tells the options of a verb", argv[1],
                        argv[2]);
    if (help)
        return print_help(stdout);
    if (version)
        return printf("ablate %s\n", ABLATE_VERSION) < 0 ? -1 : 0;
    for (int i = 0; i < VERBS; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    return complain("'%s' is no verb of ablate; see ablate help", argv[1]);
}

int main(int argc, char **argv)
{
    int status = streams_begin();
    stop_watch();
    status = status == 0 ? dispatch(argc, argv) : -1;
    bool printed = streams_end() == 0;
    if (status == 0 && printed && stop_asked())
        status = stop_complain("all was done by then, and the same command has nothing left to do");
    if (status == 0 && printed)
        return 0;
    if (status < 0 || complaint())
        fprintf(stderr, "ablate: %s\n", complaint() ? complaint() : "it failed without saying why; please report this");
    return stop_status() ? stop_status() : 1;
}
