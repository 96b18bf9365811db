/* cuda.cu: an NVIDIA GPU as a device: what it is and how it is opened. */
#include "cuda.h"
#include <cstdio>
#include <cstring>

#ifndef CUDA_DEVICE_NAME
#define CUDA_DEVICE_NAME "cuda"
#endif

static struct {
    bool open;
    char description[200], core_type[40];
    int driver; /* the newest CUDA version that the driver runs */
} self;

/* ---- opening ---- */

static const char *const precision[] = { "float32", "tf32", "bf16" };

static void describe_chip(void)
{
    snprintf(self.core_type, sizeof self.core_type, "sm_%d%d %s", cuda_chip.major, cuda_chip.minor,
             precision[cuda_gpu.precision]);
    snprintf(self.description, sizeof self.description, "%.120s, driver for CUDA %d.%d, %s, %s products",
             cuda_chip.name, self.driver / 1000, self.driver % 1000 / 10, cuda_blas_version(),
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
    error = cudaGetDeviceProperties(&cuda_chip, 0);
    if (error != cudaSuccess)
        return no_device(error, why);
    if (cuda_chip.major < 8) {
        snprintf(why, DEVICE_WHY, "%.100s has compute capability %d.%d; 8.0 or later is needed; use --device cpu",
                 cuda_chip.name, cuda_chip.major, cuda_chip.minor);
        return -1;
    }
    return 0;
}

static void fail_call(const char *why)
{
    if (strcmp(why, cudaGetErrorString(cudaErrorNoKernelImageForDevice)) == 0)
        cuda_check(cudaErrorNoKernelImageForDevice, "a launch");
    else
        cuda_trouble("%s", why);
}

static int open_stream(char why[DEVICE_WHY])
{
    cuda_gpu.multiprocessors = cuda_chip.multiProcessorCount;
    cuda_gpu.multiply = cuda_multiply;
    cuda_gpu.fail = fail_call;
    cudaError_t error = cudaStreamCreateWithFlags(&cuda_gpu.stream, cudaStreamNonBlocking);
    if (error == cudaSuccess && cuda_order_open() == 0 && cuda_memory_open() == 0 && cuda_step_open() == 0)
        return 0;
    snprintf(why, DEVICE_WHY, "%.60s cannot be opened: %.150s", cuda_chip.name,
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
    for (int i = 0; i < 3; i++)
        if (strcmp(precision[i], name) == 0) {
            cuda_gpu.precision = static_cast<gpu_precision>(i);
            describe_chip();
            return 0;
        }
    return -1;
}

static int cuda_synchronise(void)
{
    return cuda_check(cudaStreamSynchronize(cuda_gpu.stream), "waiting for the GPU");
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
    .resolve = cuda_resolve,
    .run = cuda_run,
    .synchronise = cuda_synchronise,
    .gemm_peak = cuda_gemm_peak,
    .trouble = cuda_trouble_told,
    .choose_precision = cuda_choose_precision,
    .fill = cuda_fill,
    .gather = cuda_gather,
    .note = cuda_note,
    .room = cuda_room,
    .record = cuda_record,
    .replay = cuda_replay,
    .forget = cuda_forget,
    .pair = cuda_pair,
    .run_pair = cuda_run_pair,
    .extend = cuda_extend,
};
