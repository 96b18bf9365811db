/* gpu_run.h: whole commands on the GPU under test: $ABLATE_GPU, or else the emulated one, on a few pictures of two
 * classes, so that an emulator gets through them. */
#ifndef GPU_RUN_H
#define GPU_RUN_H
#include "trace_file.h"

static const char *gpu_name; /* NULL: there is none to test on */
static bool gpu_emulated;

/* As many pictures of two classes as make five batches of two. */
static inline int gpu_run_begin(void **state)
{
    const char *asked = getenv("ABLATE_GPU"), *library = getenv("ABLATE_LIBRARY");
    char path[4096];
    snprintf(path, sizeof path, "%s/ablate-emulated.so", library ? library : "build");
    gpu_emulated = !asked || !*asked;
    gpu_name = !gpu_emulated ? asked : access(path, R_OK) == 0 ? "emulated" : NULL;
    if (!gpu_name)
        print_message("[  SKIPPED ] no GPU to test on: CUDA's headers were not there when the tests were built\n");
    if (build_begin(state) != 0)
        return -1;
    return shell("$ablate data mini --export $in/all --set mini.train=5 --set mini.good=1 --set mini.each=1 && "
                 "mkdir $in/data && cd $in/all && mv $(ls | head -n 2) ../data") == 0
               ? 0
               : -1;
}

#define GPU_RUN_NEEDED()                                                                                               \
    do {                                                                                                               \
        if (!gpu_name)                                                                                                 \
            skip();                                                                                                    \
    } while (0)

/* What every command of these tests says beside its row. */
#define GPU_DATA "--scale mini --seeds 1 --cache $in/cache --set run.data=folder:$in/data --set run.batch=2 "

#endif
