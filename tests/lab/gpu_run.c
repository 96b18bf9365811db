#include "gpu_run.h"

const char *gpu_name;
bool gpu_emulated;

int gpu_run_begin(void **state)
{
    const char *asked = getenv("ABLATE_GPU"), *library = getenv("ABLATE_LIBRARY");
    char emulator[4096];
    snprintf(emulator, sizeof emulator, "%s/ablate-emulated.so", library ? library : "build");
    gpu_emulated = !asked || !*asked;
    gpu_name = !gpu_emulated ? asked : access(emulator, R_OK) == 0 ? "emulated" : NULL;
    if (!gpu_name)
        print_message("[  SKIPPED ] no GPU to test on: CUDA's headers were not there when the tests were built\n");
    if (make_folder(state) != 0 || setenv("gpu", gpu_name ? gpu_name : "none", 1) != 0)
        return -1;
    return shell("$ablate data mini --export $in/all --set mini.train=5 --set mini.good=1 --set mini.each=1 && "
                 "mkdir $in/data && cd $in/all && mv $(ls | head -n 2) ../data") == 0
               ? 0
               : -1;
}
