/* main.c: the command `ablate`: one verb, its arguments, one sentence if it fails or is stopped. */
#include "../base/diag.h"
#include "../base/stop.h"
#include "../base/streams.h"
#include "verbs.h"
#include <stdio.h>
#include <string.h>

static int print_help(FILE *to)
{
    fprintf(to, "ablate %s: a model is a line of words, an ablation is a deleted word\n\n", ABLATE_VERSION);
    for (const verb *const *v = verbs; *v; v++)
        fprintf(to, "  ablate %-8s %s\n", (*v)->name, (*v)->summary);
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
    return verbs_run(argc - 1, argv + 1);
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
