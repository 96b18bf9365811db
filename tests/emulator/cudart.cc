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

struct node { /* of a captured graph */
    std::function<void()> work;
    std::vector<size_t> after;
};
struct CUgraph_st {
    std::vector<node> nodes;
    std::vector<CUstream_st *> streams; /* that are being captured into it */
};
struct CUstream_st {
    CUgraph_st *captured;      /* NULL: it runs */
    std::vector<size_t> tails; /* nodes that the next one comes after */
};
struct CUgraphExec_st {
    std::vector<node> nodes;
};
struct CUevent_st {
    std::chrono::steady_clock::time_point when;
    CUgraph_st *captured; /* recorded into; NULL: it has happened */
    std::vector<size_t> tails;
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
    if (!stream || !stream->captured) {
        work();
        return;
    }
    stream->captured->nodes.push_back({ std::move(work), stream->tails });
    stream->tails = { stream->captured->nodes.size() - 1 };
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

static size_t longest_chain(const CUgraph_st *graph)
{
    std::vector<size_t> depth(graph->nodes.size(), 1);
    size_t longest = 0;
    for (size_t i = 0; i < depth.size(); i++) {
        for (size_t j : graph->nodes[i].after)
            depth[i] = depth[j] + 1 > depth[i] ? depth[j] + 1 : depth[i];
        longest = depth[i] > longest ? depth[i] : longest;
    }
    return longest;
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
    case cudaErrorStreamCaptureUnjoined:
        return "capturing stream has unjoined work";
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
    *stream = new CUstream_st{ nullptr, {} };
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    return stream->captured ? note(cudaErrorStreamCaptureUnsupported) : broken;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned)
{
    *event = new CUevent_st{ std::chrono::steady_clock::now(), nullptr, {} };
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    return cudaEventCreateWithFlags(event, 0);
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    event->when = std::chrono::steady_clock::now();
    event->captured = stream->captured;
    event->tails = stream->tails;
    return cudaSuccess;
}

/* A stream that waits for a captured one is captured with it. */
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned)
{
    if (!event->captured)
        return stream->captured ? note(cudaErrorStreamCaptureIsolation) : cudaSuccess;
    if (!stream->captured) {
        stream->captured = event->captured;
        stream->tails.clear();
        event->captured->streams.push_back(stream);
    }
    stream->tails.insert(stream->tails.end(), event->tails.begin(), event->tails.end());
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
    stream->captured->streams = { stream };
    stream->tails.clear();
    return broken;
}

/* As the runtime, it refuses a capture of which a stream has not come back. */
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    *graph = stream->captured;
    std::vector<bool> reached((*graph)->nodes.size(), false);
    std::vector<size_t> open = stream->tails;
    while (!open.empty()) {
        size_t at = open.back();
        open.pop_back();
        if (!reached[at])
            open.insert(open.end(), (*graph)->nodes[at].after.begin(), (*graph)->nodes[at].after.end());
        reached[at] = true;
    }
    for (CUstream_st *each : (*graph)->streams)
        each->captured = nullptr;
    for (bool each : reached)
        if (!each && broken == cudaSuccess) {
            delete *graph;
            *graph = nullptr;
            return note(cudaErrorStreamCaptureUnjoined);
        }
    return broken;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *ready, cudaGraph_t graph, unsigned long long)
{
    if (getenv("EMULATOR_NODES"))
        fprintf(stderr, "emulated GPU: a recording of %zu calls, the longest chain %zu\n", graph->nodes.size(),
                longest_chain(graph));
    *ready = new CUgraphExec_st{ graph->nodes };
    return cudaSuccess;
}

/* Nodes run in an order that their edges allow: the first that can, or for another emulator_order the last, so that an
 * edge that is missing shows. */
cudaError_t cudaGraphLaunch(cudaGraphExec_t ready, cudaStream_t)
{
    std::vector<size_t> waits(ready->nodes.size()), open;
    std::vector<std::vector<size_t>> before(ready->nodes.size());
    for (size_t i = 0; i < ready->nodes.size(); i++) {
        waits[i] = ready->nodes[i].after.size();
        for (size_t j : ready->nodes[i].after)
            before[j].push_back(i);
        if (waits[i] == 0)
            open.push_back(i);
    }
    while (!open.empty()) {
        size_t pick = emulator_order == EMULATOR_FORWARD ? 0 : open.size() - 1, at = open[pick];
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
        ready->nodes[at].work();
        for (size_t j : before[at])
            if (--waits[j] == 0)
                open.insert(emulator_order == EMULATOR_SHUFFLED ? open.begin() : open.end(), j);
    }
    return broken;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t ready)
{
    delete ready;
    return cudaSuccess;
}

} /* extern "C" */
