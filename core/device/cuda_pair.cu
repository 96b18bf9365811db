/* cuda_pair.cu: two operations as one, where somebody has written that (GPU_PAIR). */
#include "cuda.h"
#include <cstring>

/* The linker marks both ends of the section into which GPU_PAIR enters pointers. */
extern "C" {
extern const gpu_pair *const __start_ablate_gpu_pairs[] __attribute__((visibility("hidden")));
extern const gpu_pair *const __stop_ablate_gpu_pairs[] __attribute__((visibility("hidden")));
}

static const gpu_pair *find_pair(const char *first, const char *second)
{
    for (const gpu_pair *const *p = __start_ablate_gpu_pairs; p != __stop_ablate_gpu_pairs; p++)
        if (strcmp((*p)->first, first) == 0 && strcmp((*p)->second, second) == 0)
            return *p;
    return nullptr;
}

bool cuda_pairs(const ablate_op *first, const ablate_call *one, const ablate_op *second, const ablate_call *two,
                bool backward)
{
    const gpu_pair *pair = find_pair(first->name, second->name);
    return pair && (backward ? pair->backward : pair->forward) && pair->fits(one, two, backward);
}

int cuda_run_pair(const ablate_op *first, ablate_call *one, const ablate_op *second, ablate_call *two, bool backward)
{
    const gpu_pair *pair = find_pair(first->name, second->name);
    if (cuda_order_pair(first, one, second, two, backward, cuda_scratch(second, backward, two)) != 0)
        return -1;
    (backward ? pair->backward : pair->forward)(&cuda_gpu, one, two);
    return cuda_trouble_text() ? -1 : cuda_order_done();
}
