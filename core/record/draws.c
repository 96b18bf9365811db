#include "draws.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../files/npz.h"
#include "../files/npz_writer.h"
#include "../metrics/bootstrap.h"
#include <stdlib.h>

static char *path_in(const char *folder)
{
    return take_text("%s/draws.npz", folder);
}

int draws_write(const char *folder, const double *off)
{
    char *path = path_in(folder), shape[40];
    npz_writer *to = path ? npz_create(path) : NULL;
    snprintf(shape, sizeof shape, "(%d, %d)", (int)METRICS_KINDS, (int)BOOTSTRAP_SAMPLES);
    int status = to ? npz_add(to, "off", "<f8", shape, off, sizeof *off * METRICS_KINDS * BOOTSTRAP_SAMPLES) : -1;
    if (status == 0)
        status = npz_finish(to);
    else
        npz_abandon(to);
    free(path);
    return status;
}

static double *read_array(const npz *from, const char *path)
{
    npz_array array;
    int found = npz_find(from, "off", &array);
    bool fits = found > 0 && array.rank == 2 && array.dim[0] == METRICS_KINDS && array.dim[1] == BOOTSTRAP_SAMPLES &&
                array.kind == 'f';
    if (found >= 0 && !fits)
        complain("%s: it must hold numbers 'off' (%d, %d); run it again with --again", path, (int)METRICS_KINDS,
                 (int)BOOTSTRAP_SAMPLES);
    double *off = fits ? take((size_t)array.count, sizeof *off, "the draws of a run") : NULL;
    if (off && npz_read_double(from, &array, off) < 0) {
        free(off);
        return NULL;
    }
    return off;
}

double *draws_read(const char *folder)
{
    char *path = path_in(folder);
    npz *from = NULL;
    if (path && !file_exists(path))
        complain("%s: the run keeps no draws of its test pictures; run it again with --again", folder);
    else if (path)
        from = npz_open(path);
    double *off = from ? read_array(from, path) : NULL;
    npz_close(from);
    free(path);
    return off;
}
