/* cudart.cc: the CUDA runtime's functions over the emulator. A stream does its work at once, or keeps it while it is
 * captured. $EMULATOR_FAULT makes it fail as a machine would: no_device, no_driver, old_driver, old_chip, memory=MIB
 * (so much there is), launch=N (the N-th launch from now on is refused), fault=N (the N-th launch breaks the device).
 */
#include "emulator_parts.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

struct CUstream_st {
    struct CUgraph_st *captured; /* NULL: it runs */
};
struct CUgraph_st {
    std::vector<std::function<void()>> work;
};
struct CUgraphExec_st {
    std::vector<std::function<void()>> work;
};
struct CUevent_st {
    std::chrono::steady_clock::time_point when;
};

static cudaError_t last = cudaSuccess, broken = cudaSuccess; /* broken: from a fault on, for ever */
static std::map<void *, size_t> blocks;
static size_t used;
static long launches;

static const char *fault(const char *name) /* what stands behind its '=', or NULL if it is not asked for */
{
    const char *asked = getenv("EMULATOR_FAULT");
    size_t n = strlen(name);
    if (!asked || strncmp(asked, name, n) != 0 || (asked[n] && asked[n] != '='))
        return nullptr;
    return asked[n] ? asked + n + 1 : asked + n;
}

static cudaError_t note(cudaError_t error)
{
    if (error != cudaSuccess)
        last = error;
    return error;
}

/* ---- work ---- */

void emulator_enqueue(cudaStream_t stream, std::function<void()> work)
{
    if (stream && stream->captured)
        stream->captured->work.push_back(std::move(work));
    else
        work();
}

static void run_or_break(const std::function<void()> &body, dim3 blocks_asked, unsigned threads)
{
    const char *at = fault("fault");
    launches++;
    if (at && launches == strtol(at, nullptr, 10))
        broken = cudaErrorIllegalAddress;
    if (broken == cudaSuccess)
        emulator_run(body, blocks_asked, threads);
}

void emulator_launch(std::function<void()> body, dim3 blocks_asked, unsigned threads, size_t shared,
                     cudaStream_t stream)
{
    const char *at = fault("launch");
    bool refused = at && launches + 1 == strtol(at, nullptr, 10);
    if (blocks_asked.x == 0 || blocks_asked.y == 0 || blocks_asked.z == 0 || threads == 0 || threads > 1024 ||
        blocks_asked.x > 2147483647u || blocks_asked.y > 65535u || blocks_asked.z > 65535u || shared > 227u << 10 ||
        refused) {
        launches++;
        note(cudaErrorInvalidConfiguration);
        return;
    }
    emulator_enqueue(stream, [=] { run_or_break(body, blocks_asked, threads); });
}

const char *emulator_launch_failed(void)
{
    cudaError_t error = cudaGetLastError();
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

extern "C" {

cudaError_t cudaGetLastError(void)
{
    cudaError_t was = broken != cudaSuccess ? broken : last;
    last = cudaSuccess;
    return was;
}

const char *cudaGetErrorString(cudaError_t error)
{
    switch (error) {
    case cudaErrorMemoryAllocation:
        return "out of memory";
    case cudaErrorNoDevice:
        return "no CUDA-capable device is detected";
    case cudaErrorInvalidConfiguration:
        return "invalid configuration argument";
    case cudaErrorIllegalAddress:
        return "an illegal memory access was encountered";
    case cudaErrorStreamCaptureUnsupported:
        return "operation not permitted when stream is capturing";
    default:
        return "an error of the emulator";
    }
}

/* ---- the machine ---- */

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
    *version = fault("no_driver") ? 0 : fault("old_driver") ? 12020 : 13000;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *count)
{
    *count = 1;
    if (fault("no_driver") || fault("old_driver"))
        return note(cudaErrorInsufficientDriver);
    return fault("no_device") ? note(cudaErrorNoDevice) : cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *chip, int)
{
    memset(chip, 0, sizeof *chip);
    snprintf(chip->name, sizeof chip->name, "emulated GPU");
    chip->major = fault("old_chip") ? 7 : 8;
    chip->minor = fault("old_chip") ? 5 : 0;
    chip->multiProcessorCount = 4;
    return cudaSuccess;
}

/* ---- memory ---- */

cudaError_t cudaMemGetInfo(size_t *left, size_t *all)
{
    const char *mebibytes = fault("memory");
    *all = mebibytes ? static_cast<size_t>(strtol(mebibytes, nullptr, 10)) << 20 : size_t{ 16 } << 30;
    *left = *all > used ? *all - used : 0;
    return cudaSuccess;
}

cudaError_t cudaMalloc(void **at, size_t bytes)
{
    size_t left, all;
    cudaMemGetInfo(&left, &all);
    *at = bytes <= left ? aligned_alloc(256, (bytes + 255) / 256 * 256) : nullptr;
    if (!*at)
        return note(cudaErrorMemoryAllocation);
    memset(*at, 0xFF, (bytes + 255) / 256 * 256); /* NaN */
    blocks[*at] = bytes;
    used += bytes;
    return cudaSuccess;
}

cudaError_t cudaFree(void *at)
{
    if (!at)
        return cudaSuccess;
    if (blocks.find(at) == blocks.end())
        return note(cudaErrorInvalidValue);
    used -= blocks[at];
    blocks.erase(at);
    free(at);
    return cudaSuccess;
}

cudaError_t cudaMallocHost(void **at, size_t bytes)
{
    *at = malloc(bytes);
    return *at ? cudaSuccess : note(cudaErrorMemoryAllocation);
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind, cudaStream_t stream)
{
    if (broken != cudaSuccess)
        return broken;
    emulator_enqueue(stream, [=] { memcpy(to, from, bytes); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *at, int value, size_t bytes, cudaStream_t stream)
{
    if (broken != cudaSuccess)
        return broken;
    emulator_enqueue(stream, [=] { memset(at, value, bytes); });
    return cudaSuccess;
}

/* ---- streams, events, graphs ---- */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned)
{
    *stream = new CUstream_st{ nullptr };
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    return stream->captured ? note(cudaErrorStreamCaptureUnsupported) : broken;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned)
{
    *event = new CUevent_st{ std::chrono::steady_clock::now() };
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    return cudaEventCreateWithFlags(event, 0);
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t)
{
    event->when = std::chrono::steady_clock::now();
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t)
{
    return broken;
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t begin, cudaEvent_t end)
{
    *milliseconds = std::chrono::duration<float, std::milli>(end->when - begin->when).count();
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    delete event;
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode)
{
    stream->captured = new CUgraph_st;
    return broken;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    *graph = stream->captured;
    stream->captured = nullptr;
    return broken;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *ready, cudaGraph_t graph, unsigned long long)
{
    *ready = new CUgraphExec_st{ graph->work };
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t ready, cudaStream_t stream)
{
    for (const auto &work : ready->work)
        emulator_enqueue(stream, work);
    return broken;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t ready)
{
    delete ready;
    return cudaSuccess;
}

} /* extern "C" */
