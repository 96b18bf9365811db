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

bool cuda_pair(device_step *s, const device_step *next)
{
    const device_step *first = s->backward ? next : s, *second = s->backward ? s : next;
    const gpu_pair *pair = find_pair(first->op->name, second->op->name);
    bool able =
        pair && (s->backward ? pair->backward : pair->forward) && pair->fits(&first->call, &second->call, s->backward);
    s->pair = able ? pair : nullptr;
    return able;
}

int cuda_run_pair(device_step *s, device_step *next, uint64_t step)
{
    const gpu_pair *pair = static_cast<const gpu_pair *>(s->pair);
    const device_step *first = s->backward ? next : s, *second = s->backward ? s : next;
    s->call.step = next->call.step = step;
    if (cuda_order_steps(second, first) != 0)
        return -1;
    (s->backward ? pair->backward : pair->forward)(&cuda_gpu, &first->call, &second->call);
    return cuda_trouble_text() ? -1 : cuda_order_done();
}
