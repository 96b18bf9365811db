/* cuda_record.cu: sequences of calls as CUDA graphs: captured from the stream once, launched as one thing from then on.
 */
#include "cuda.h"

/* The graph of what the body calls; NULL: remembered. */
static cudaGraph_t capture(int (*body)(void *context), void *context)
{
    cudaGraph_t graph = nullptr;
    if (cuda_order_begin() != 0 || cuda_halves_share() != 0 ||
        cuda_check(cudaStreamBeginCapture(cuda_gpu.stream, cudaStreamCaptureModeThreadLocal), "recording") != 0)
        return nullptr;
    cuda_recording = true;
    int status = body(context);
    status = cuda_order_end() != 0 ? -1 : status;
    cuda_recording = false;
    if (cuda_check(cudaStreamEndCapture(cuda_gpu.stream, &graph), "recording") == 0 && status == 0)
        return graph;
    if (graph)
        cudaGraphDestroy(graph);
    return nullptr;
}

void *cuda_record(int (*body)(void *context), void *context)
{
    cudaGraphExec_t ready = nullptr;
    cudaGraph_t graph = capture(body, context);
    if (!graph)
        return nullptr;
    cuda_check(cudaGraphInstantiate(&ready, graph, 0), "preparing a recording");
    cudaGraphDestroy(graph);
    return ready;
}

int cuda_replay(void *recording, uint64_t step)
{
    if (cuda_set_step(step) != 0)
        return -1;
    return cuda_check(cudaGraphLaunch(static_cast<cudaGraphExec_t>(recording), cuda_gpu.stream), "a recorded step");
}

void cuda_forget(void *recording)
{
    cudaStreamSynchronize(cuda_gpu.stream); /* it may still run; a failure shows at the next call */
    cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(recording));
}
