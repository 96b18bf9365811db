/* report_changes.h: what the command line lays over an experiment's files, so that a report can say it. */
#ifndef ABLATE_REPORT_CHANGES_H
#define ABLATE_REPORT_CHANGES_H
#include "../experiment/experiment.h"
#include "../run/runner.h"

/* Fills experiment->changes with "section.key = value (the file has VALUE)", "; " between, in the order of the keys;
 * "" where everything is as the files have it. Counts: --set, --data, --steps, and a module that --modules puts in the
 * place of the library's own. Not: which rows, seeds and threads, which change no run. 0, or -1: complained. */
int report_changes_find(experiment *, const runner_options *, const char *module_folders);

#endif
