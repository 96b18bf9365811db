/* top_k.cu: the k largest scores of each row, as gates, on the GPU: a thread a row, since rows are a handful of numbers
 * (5 experts); the chosen are found one after the other. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "order.h"
#include "top_k.h"

namespace
{

struct top_k_row {
    renormalize_kind kind;
    const float *scores;
    float *out, *aux;
    int64_t n, k;
    template <class Index> __device__ void operator()(Index r) const
    {
        const float *score = scores + static_cast<int64_t>(r) * n;
        float *gate = out + static_cast<int64_t>(r) * n, *chosen = aux + static_cast<int64_t>(r) * k;
        int64_t last = -1;
        double sum = 0;
        for (int64_t j = 0; j < n; j++)
            gate[j] = 0.0f;
        for (int64_t i = 0; i < k; i++) {
            last = next_choice(score, n, last);
            chosen[i] = static_cast<float>(last);
            gate[last] =
                kind == RENORMALIZE_SOFTMAX ? expf(score[last] - score[static_cast<int64_t>(chosen[0])]) : score[last];
            sum += static_cast<double>(gate[last]);
        }
        for (int64_t i = 0; kind != RENORMALIZE_NONE && i < k; i++) {
            float *at = &gate[static_cast<int64_t>(chosen[i])];
            *at = static_cast<float>(static_cast<double>(*at) / sum);
        }
    }
};

static void top_k_forward(const gpu *g, const ablate_call *call)
{
    const top_k_attr *a = static_cast<const top_k_attr *>(call->attr);
    gpu_each(g, call->in_shape[0].dim[0],
             top_k_row{ static_cast<renormalize_kind>(a->renormalize), call->in[0], call->out, call->aux,
                        call->in_shape[0].dim[1], a->k });
}

/* y = s / S: (g - sum g y) / S. Softmax: y (g - sum g y). Nothing to the scores that were not taken. */
struct top_k_slope {
    renormalize_kind kind;
    const float *scores, *gates, *aux, *grads;
    float *to;
    int64_t n, k;
    bool add;
    template <class Index> __device__ void operator()(Index r) const
    {
        int64_t row = static_cast<int64_t>(r) * n;
        const float *chosen = aux + static_cast<int64_t>(r) * k;
        double sum = 0, common = 0;
        for (int64_t i = 0; i < k; i++) {
            int64_t at = row + static_cast<int64_t>(chosen[i]);
            sum += static_cast<double>(scores[at]);
            common += static_cast<double>(grads[at]) * static_cast<double>(gates[at]);
        }
        for (int64_t j = 0; !add && j < n; j++)
            to[row + j] = 0.0f;
        for (int64_t i = 0; i < k; i++) {
            int64_t at = row + static_cast<int64_t>(chosen[i]);
            double slope = static_cast<double>(grads[at]);
            if (kind == RENORMALIZE_SUM)
                slope = (slope - common) / sum;
            else if (kind == RENORMALIZE_SOFTMAX)
                slope = (slope - common) * static_cast<double>(gates[at]);
            to[at] += static_cast<float>(slope);
        }
    }
};

static void top_k_backward(const gpu *g, const ablate_call *call)
{
    const top_k_attr *a = static_cast<const top_k_attr *>(call->attr);
    if (call->grad_in[0])
        gpu_each(g, call->in_shape[0].dim[0],
                 top_k_slope{ static_cast<renormalize_kind>(a->renormalize), call->in[0], call->out, call->aux,
                              call->grad_out, call->grad_in[0], call->in_shape[0].dim[1], a->k,
                              (call->add & 1u) != 0 });
}

static const gpu_op top_k_record = { "top_k", top_k_forward, top_k_backward, nullptr };
GPU_RECORD(top_k_record);

} // namespace
