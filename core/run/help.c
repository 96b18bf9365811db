#include "help.h"
#include "../base/diag.h"
#include <stdio.h>
#include <string.h>

bool help_asked(int argc, char **argv, const struct argp *parser)
{
    char name[80];
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            snprintf(name, sizeof name, "ablate %s", argv[0]);
            argp_help(parser, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
            return true;
        }
    return false;
}

int help_parse(int argc, char **argv, const struct argp *parser, void *input)
{
    if (argp_parse(parser, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, input) == 0)
        return complaint() ? -1 : 0;
    return complaint()
               ? -1
               : complain("ablate %s: an option is unknown or lacks its value; see ablate %s --help", argv[0], argv[0]);
}
