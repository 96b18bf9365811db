/* parameters_file.h: the values of all parameters as a safetensors file, a tensor each by its name. */
#ifndef ABLATE_PARAMETERS_FILE_H
#define ABLATE_PARAMETERS_FILE_H
#include "../graph/graph.h"

/* all: host memory, (parameters->count). The row is written down with them. 0, or -1: complained. */
int parameters_file_write(const char *path, const parameters *, const float *all, const char *experiment,
                          const char *row);

/* 0, or -1: complained: damaged, or not these parameters in these shapes. */
int parameters_file_read(const char *path, const parameters *, float *all);

#endif
