/* gpu_run.h: whole commands on the GPU under test: $ABLATE_GPU, or else the emulated one, on a few pictures of two
 * classes, so that an emulator gets through them. */
#ifndef LAB_GPU_RUN_H
#define LAB_GPU_RUN_H
#include "program.h"

extern const char *gpu_name; /* NULL: there is none to test on */
extern bool gpu_emulated;

/* A group's setup: as many pictures of two classes as make five batches of two, in $in/data; $gpu is the
 * device to commands. */
int gpu_run_begin(void **state);

/* Every test of such a group begins so. */
#define GPU_RUN_NEEDED()                                                                                               \
    do {                                                                                                               \
        if (!gpu_name)                                                                                                 \
            skip();                                                                                                    \
    } while (0)

/* What every command of these tests says beside its row. */
#define GPU_DATA "--scale mini --cache $in/cache --set run.data=folder:$in/data --set run.batch=2 "
#define GPU_RUNS GPU_DATA "--seeds 1 "

#endif
