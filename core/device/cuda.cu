/* cuda.cu: an NVIDIA GPU as a device: what it is, which operations it has, how one of them is run. */
#include "cuda.h"
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

#ifndef CUDA_DEVICE_NAME
#define CUDA_DEVICE_NAME "cuda"
#endif

gpu cuda_gpu;

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
    bool open;
    char description[200], core_type[40];
    cudaDeviceProp chip;
    int driver; /* the newest CUDA version that the driver runs */
    record_list extension[EXTENSIONS];
    int extensions;
} self;

/* ---- failures ---- */

static char trouble[DEVICE_WHY];

int cuda_trouble(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!trouble[0])
        vsnprintf(trouble, sizeof trouble, format, arguments);
    va_end(arguments);
    return -1;
}

const char *cuda_trouble_text(void)
{
    return trouble[0] ? trouble : nullptr;
}

void cuda_trouble_clear(void)
{
    trouble[0] = 0;
}

int cuda_check(cudaError_t error, const char *what)
{
    if (error == cudaErrorNoKernelImageForDevice)
        return cuda_trouble("this build has no code for its compute capability %d.%d; build again with ARCHS=%d%d",
                            self.chip.major, self.chip.minor, self.chip.major, self.chip.minor);
    return error == cudaSuccess ? 0 : cuda_trouble("%s: %s", what, cudaGetErrorString(error));
}

static void fail_call(const char *why)
{
    if (strcmp(why, cudaGetErrorString(cudaErrorNoKernelImageForDevice)) == 0)
        cuda_check(cudaErrorNoKernelImageForDevice, "a launch");
    else
        cuda_trouble("%s", why);
}

/* ---- opening ---- */

static void describe_chip(void)
{
    static const char *const precision[] = { "float32", "tf32", "bf16" };
    snprintf(self.core_type, sizeof self.core_type, "sm_%d%d %s", self.chip.major, self.chip.minor,
             precision[cuda_gpu.precision]);
    snprintf(self.description, sizeof self.description, "%.120s, driver for CUDA %d.%d, %s, %s products",
             self.chip.name, self.driver / 1000, self.driver % 1000 / 10, cuda_blas_version(),
             precision[cuda_gpu.precision]);
}

static int no_device(cudaError_t error, char why[DEVICE_WHY])
{
    int runtime = 0;
    cudaRuntimeGetVersion(&runtime);
    if (error == cudaErrorInsufficientDriver && self.driver > 0)
        snprintf(why, DEVICE_WHY,
                 "the NVIDIA driver runs CUDA up to %d.%d, this program needs %d.%d; install a newer driver, or use "
                 "--device cpu",
                 self.driver / 1000, self.driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
    else if (error == cudaErrorInsufficientDriver)
        snprintf(why, DEVICE_WHY, "there is no NVIDIA driver on this machine; use --device cpu");
    else
        snprintf(why, DEVICE_WHY, "no GPU can be used: %s; use --device cpu",
                 error == cudaSuccess ? "there is none" : cudaGetErrorString(error));
    return -1;
}

static int find_chip(char why[DEVICE_WHY])
{
    int count = 0;
    cudaDriverGetVersion(&self.driver);
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess || count == 0)
        return no_device(error, why);
    error = cudaGetDeviceProperties(&self.chip, 0);
    if (error != cudaSuccess)
        return no_device(error, why);
    if (self.chip.major < 8) {
        snprintf(why, DEVICE_WHY, "%.100s has compute capability %d.%d; 8.0 or later is needed; use --device cpu",
                 self.chip.name, self.chip.major, self.chip.minor);
        return -1;
    }
    return 0;
}

static int open_stream(char why[DEVICE_WHY])
{
    cuda_gpu.multiprocessors = self.chip.multiProcessorCount;
    cuda_gpu.multiply = cuda_multiply;
    cuda_gpu.fail = fail_call;
    cudaError_t error = cudaStreamCreateWithFlags(&cuda_gpu.stream, cudaStreamNonBlocking);
    if (error == cudaSuccess && cuda_order_open() == 0 && cuda_memory_open() == 0 && cuda_step_open() == 0)
        return 0;
    snprintf(why, DEVICE_WHY, "%.60s cannot be opened: %.150s", self.chip.name,
             error == cudaSuccess ? cuda_trouble_text() : cudaGetErrorString(error));
    return -1;
}

static int cuda_open(int threads, char why[DEVICE_WHY])
{
    (void)threads;
    if (self.open)
        return 0;
    if (find_chip(why) != 0 || cuda_blas_open(why) != 0 || open_stream(why) != 0)
        return -1;
    describe_chip();
    self.open = true;
    return 0;
}

static const char *cuda_describe(void)
{
    return self.description;
}

static const char *cuda_core_type(void)
{
    return self.core_type;
}

static int cuda_threads(void)
{
    return 1; /* of the host: kernels' results do not depend on how many units the chip has */
}

static int cuda_choose_precision(const char *name)
{
    static const char *const known[] = { "float32", "tf32", "bf16" };
    for (int i = 0; i < 3; i++)
        if (strcmp(known[i], name) == 0) {
            cuda_gpu.precision = static_cast<gpu_precision>(i);
            describe_chip();
            return 0;
        }
    return -1;
}

/* ---- operations ---- */

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
    for (int i = 0; !found && i < self.extensions; i++)
        found = find_in(self.extension[i], name);
    return found;
}

static bool cuda_supports(const ablate_op *op, bool backward)
{
    const gpu_op *own = find_op(op->name);
    return own && (backward ? own->backward : own->forward);
}

int64_t cuda_scratch(const ablate_op *op, bool backward, const ablate_call *call)
{
    const gpu_op *own = find_op(op->name);
    return own && own->scratch ? own->scratch(call, backward) : 0;
}

static int cuda_run(const ablate_op *op, bool backward, ablate_call *call)
{
    const gpu_op *own = find_op(op->name);
    if (!own || !(backward ? own->backward : own->forward))
        return cuda_trouble("it has no '%s'", op->name);
    if (op->random && !cuda_recording() && cuda_set_step(call->step) != 0)
        return -1;
    if (cuda_order_operation(op, backward, call, own->scratch ? own->scratch(call, backward) : 0) != 0)
        return -1;
    (backward ? own->backward : own->forward)(&cuda_gpu, call);
    return cuda_trouble_text() ? -1 : cuda_order_done();
}

static int cuda_synchronise(void)
{
    return cuda_check(cudaStreamSynchronize(cuda_gpu.stream), "waiting for the GPU");
}

static const char *cuda_tell_trouble(void)
{
    static char told[DEVICE_WHY];
    snprintf(told, sizeof told, "%s", trouble);
    cuda_trouble_clear();
    return told[0] ? told : nullptr;
}

static int cuda_extend(const char *path, char why[DEVICE_WHY])
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        snprintf(why, DEVICE_WHY, "%.200s", dlerror());
        return -1;
    }
    gpu_op_list *const *list = static_cast<gpu_op_list *const *>(dlsym(object, "ablate_gpu_list"));
    if (!list || self.extensions == EXTENSIONS) {
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
    for (int i = 0; i < self.extensions; i++)
        if (self.extension[i].first == added.first)
            return 0;
    self.extension[self.extensions++] = added;
    return 0;
}

extern "C" __attribute__((visibility("default"))) const device ablate_device_entry = {
    .version = DEVICE_VERSION,
    .name = CUDA_DEVICE_NAME,
    .open = cuda_open,
    .describe = cuda_describe,
    .core_type = cuda_core_type,
    .threads = cuda_threads,
    .allocate = cuda_allocate,
    .release = cuda_release,
    .upload = cuda_upload,
    .download = cuda_download,
    .clear = cuda_clear,
    .supports = cuda_supports,
    .run = cuda_run,
    .synchronise = cuda_synchronise,
    .gemm_peak = cuda_gemm_peak,
    .trouble = cuda_tell_trouble,
    .choose_precision = cuda_choose_precision,
    .scratch = cuda_scratch,
    .fill = cuda_fill,
    .gather = cuda_gather,
    .note = cuda_note,
    .room = cuda_room,
    .record = cuda_record,
    .replay = cuda_replay,
    .forget = cuda_forget,
    .pairs = cuda_pairs,
    .run_pair = cuda_run_pair,
    .extend = cuda_extend,
    .yardstick = nullptr,
};
