/* libFuzzer's way in: FUZZ_TARGET names one of the targets. */
#include "targets.h"

#ifndef FUZZ_TARGET
#define FUZZ_TARGET "safetensors"
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (const fuzz_target *t = fuzz_targets; t->name; t++)
        if (strcmp(t->name, FUZZ_TARGET) == 0)
            fuzz_run(t, data, size);
    return 0;
}
