/* cuda_records.cu: which operations the device has, its own and those of modules, and how one of them is run. */
#include "cuda.h"
#include <cstdio>
#include <cstring>
#include <dlfcn.h>

/* The linker marks both ends of the section into which GPU_RECORD enters pointers. */
extern "C" {
extern const gpu_op *const __start_ablate_gpu_ops[] __attribute__((visibility("hidden")));
extern const gpu_op *const __stop_ablate_gpu_ops[] __attribute__((visibility("hidden")));
}

enum { EXTENSIONS = 64 };
typedef struct record_list {
    const gpu_op *const *first;
    int count;
} record_list;

static struct {
    record_list extension[EXTENSIONS];
    int extensions;
} known;

static const gpu_op *find_in(record_list list, const char *name)
{
    for (int i = 0; i < list.count; i++)
        if (strcmp(list.first[i]->name, name) == 0)
            return list.first[i];
    return nullptr;
}

static const gpu_op *find_op(const char *name)
{
    record_list own = { __start_ablate_gpu_ops, static_cast<int>(__stop_ablate_gpu_ops - __start_ablate_gpu_ops) };
    const gpu_op *found = find_in(own, name);
    for (int i = 0; !found && i < known.extensions; i++)
        found = find_in(known.extension[i], name);
    return found;
}

bool cuda_resolve(device_step *s)
{
    const gpu_op *own = find_op(s->op->name);
    bool able = own && (s->backward ? own->backward : own->forward);
    s->kernel = able ? own : nullptr;
    if (able && s->call.in_shape)
        s->scratch = own->scratch ? own->scratch(&s->call, s->backward) : 0;
    return able;
}

int cuda_run(device_step *s, uint64_t step)
{
    const gpu_op *own = static_cast<const gpu_op *>(s->kernel);
    if (!own)
        return cuda_trouble("it has no '%s'", s->op->name);
    s->call.step = step;
    if (s->op->random && !cuda_recording && cuda_set_step(step) != 0)
        return -1;
    if (cuda_order_steps(s, nullptr) != 0)
        return -1;
    (s->backward ? own->backward : own->forward)(&cuda_gpu, &s->call);
    return cuda_trouble_text() ? -1 : cuda_order_done();
}

int cuda_extend(const char *path, char why[DEVICE_WHY])
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        snprintf(why, DEVICE_WHY, "%.200s", dlerror());
        return -1;
    }
    gpu_op_list *const *list = static_cast<gpu_op_list *const *>(dlsym(object, "ablate_gpu_list"));
    if (!list || known.extensions == EXTENSIONS) {
        snprintf(why, DEVICE_WHY,
                 list ? "more than %d modules bring operations"
                      : "it exports no 'ablate_gpu_list'; "
                        "end the file with GPU_EXPORT",
                 EXTENSIONS);
        dlclose(object);
        return -1;
    }
    record_list added = {};
    added.first = (*list)(&added.count);
    for (int i = 0; i < known.extensions; i++)
        if (known.extension[i].first == added.first)
            return 0;
    known.extension[known.extensions++] = added;
    return 0;
}
