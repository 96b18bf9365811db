/* record_adopt.h: the same run under two experiments is done once. */
#ifndef ABLATE_RECORD_ADOPT_H
#define ABLATE_RECORD_ADOPT_H
#include "record.h"

/* Looks through RUNS/EXPERIMENT/ROW/ for a finished run of this identity. If there is one, its files are linked beside
 * `path`, the metrics.json of `mine` (one of run_record_path), which is written with the experiment and row of `mine`,
 * and read into `into`, whose `from` says where it was found. *found: was there one? 0, or -1: complained. */
int run_record_adopt(const char *runs, const char *path, const char *identity, const run_record *mine, run_record *into,
                     bool *found);

#endif
