/* cuda_memory.cu: the GPU's memory, and the way to and from the host's. What goes up is first copied to pinned memory,
 * so that the caller's is free again at once while the copy itself waits its turn on the stream. */
#include "cuda.h"
#include <cstring>

enum { SLOTS = 4 };
static const size_t SLOT_BYTES = 4u << 20;

static struct {
    char *pinned; /* SLOTS times SLOT_BYTES */
    cudaEvent_t done[SLOTS];
    int next;
} staging;

int cuda_memory_open(void)
{
    void *pinned = nullptr;
    if (cuda_check(cudaMallocHost(&pinned, SLOTS * SLOT_BYTES), "pinned memory") != 0)
        return -1;
    staging.pinned = static_cast<char *>(pinned);
    for (int i = 0; i < SLOTS; i++)
        if (cuda_check(cudaEventCreateWithFlags(&staging.done[i], cudaEventDisableTiming), "an event") != 0)
            return -1;
    return 0;
}

void *cuda_allocate(size_t bytes)
{
    void *at = nullptr;
    if (cuda_recording) {
        cuda_trouble("memory may not be allocated while calls are recorded");
        return nullptr;
    }
    cudaError_t error = cudaMalloc(&at, bytes ? bytes : 1);
    if (error == cudaSuccess)
        return at;
    cudaGetLastError(); /* it is not to be found again by the next call */
    cuda_trouble("%lld MiB were asked for and %lld MiB are free", static_cast<long long>(bytes >> 20),
                 static_cast<long long>(cuda_room() >> 20));
    return nullptr;
}

void cuda_release(void *at)
{
    cudaFree(at); /* waits for what uses it */
}

int cuda_upload(void *to, const void *from, size_t bytes)
{
    if (cuda_recording)
        return cuda_trouble("memory may not be filled from the host while calls are recorded");
    for (size_t done = 0; done < bytes;) {
        size_t n = bytes - done < SLOT_BYTES ? bytes - done : SLOT_BYTES;
        int slot = staging.next;
        char *pinned = staging.pinned + static_cast<size_t>(slot) * SLOT_BYTES;
        staging.next = (slot + 1) % SLOTS;
        if (cuda_check(cudaEventSynchronize(staging.done[slot]), "an earlier copy to the GPU") != 0)
            return -1;
        memcpy(pinned, static_cast<const char *>(from) + done, n);
        if (cuda_check(
                cudaMemcpyAsync(static_cast<char *>(to) + done, pinned, n, cudaMemcpyHostToDevice, cuda_gpu.stream),
                "a copy to the GPU") != 0 ||
            cuda_check(cudaEventRecord(staging.done[slot], cuda_gpu.stream), "a copy to the GPU") != 0)
            return -1;
        done += n;
    }
    return 0;
}

int cuda_download(void *to, const void *from, size_t bytes)
{
    if (cuda_recording)
        return cuda_trouble("memory may not be read by the host while calls are recorded");
    for (size_t done = 0; done < bytes;) {
        size_t n = bytes - done < SLOT_BYTES ? bytes - done : SLOT_BYTES;
        int slot = staging.next;
        char *pinned = staging.pinned + static_cast<size_t>(slot) * SLOT_BYTES;
        if (cuda_check(cudaEventSynchronize(staging.done[slot]), "an earlier copy to the GPU") != 0 ||
            cuda_check(cudaMemcpyAsync(pinned, static_cast<const char *>(from) + done, n, cudaMemcpyDeviceToHost,
                                       cuda_gpu.stream),
                       "a copy from the GPU") != 0 ||
            cuda_check(cudaStreamSynchronize(cuda_gpu.stream), "a copy from the GPU") != 0)
            return -1;
        memcpy(static_cast<char *>(to) + done, pinned, n);
        done += n;
    }
    return 0;
}

int64_t cuda_room(void)
{
    size_t left = 0, all = 0;
    return cudaMemGetInfo(&left, &all) == cudaSuccess ? static_cast<int64_t>(left) : 0;
}
