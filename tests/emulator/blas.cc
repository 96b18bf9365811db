/* blas.cc: the functions of cuBLASLt that the device uses, in plain loops. $EMULATOR_BLAS = no_bias: it offers no
 * algorithm that adds a bias; nothing: none at all. */
#include "emulator_parts.h"
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <cublasLt.h>
#include <memory>
#include <vector>

typedef struct description {
    cublasComputeType_t how;
    int32_t first, second;
    cublasLtEpilogue_t end;
    const float *bias;
} description;
typedef struct layout {
    cudaDataType_t type;
    int64_t rows, columns, lead, apart;
    int32_t batches;
} layout;

static float rounded(float x, int bits) /* to nearest even, `bits` fewer of the fraction */
{
    uint32_t word, nearly = (1u << (bits - 1)) - 1;
    memcpy(&word, &x, sizeof word);
    if (std::isnan(x))
        return x;
    word += nearly + (word >> bits & 1u);
    word &= ~((1u << bits) - 1);
    memcpy(&x, &word, sizeof x);
    return x;
}

static float number_at(const void *data, const layout *l, int64_t at, bool tf32)
{
    if (l->type == CUDA_R_16BF) {
        uint32_t word = static_cast<uint32_t>(static_cast<const uint16_t *>(data)[at]) << 16;
        float x;
        memcpy(&x, &word, sizeof x);
        return x;
    }
    float x = static_cast<const float *>(data)[at];
    return tf32 ? rounded(x, 13) : x;
}

/* op(matrix) as rows x columns, row by row. */
static std::vector<float> dense(const void *data, const layout *l, int64_t batch, bool transposed, bool tf32)
{
    int64_t rows = transposed ? l->columns : l->rows, columns = transposed ? l->rows : l->columns;
    std::vector<float> to(static_cast<size_t>(rows * columns));
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            int64_t at = transposed ? j + i * l->lead : i + j * l->lead;
            to[static_cast<size_t>(i * columns + j)] = number_at(data, l, batch * l->apart + at, tf32);
        }
    return to;
}

struct product {
    description d;
    layout a, b, c;
    const void *a_data, *b_data;
    float *c_data, keep;
};

/* Column j of D = A B: sums of columns of A in float, k = 0 first; then what was there, and the bias. */
static void multiply_batch(const product *p, int64_t batch)
{
    bool tf32 = p->d.how == CUBLAS_COMPUTE_32F_FAST_TF32;
    std::vector<float> a = dense(p->a_data, &p->a, batch, p->d.first != CUBLAS_OP_T, tf32); /* columns of op(A) */
    std::vector<float> b = dense(p->b_data, &p->b, batch, p->d.second == CUBLAS_OP_T, tf32);
    int64_t m = p->c.rows, n = p->c.columns, k = static_cast<int64_t>(a.size()) / m;
#pragma omp parallel for
    for (int64_t j = 0; j < n; j++) {
        std::vector<float> sum(static_cast<size_t>(m), 0.0f);
        for (int64_t i = 0; i < k; i++) {
            float right = b[static_cast<size_t>(i * n + j)];
            const float *left = a.data() + i * m;
            for (int64_t r = 0; r < m; r++)
                sum[static_cast<size_t>(r)] += left[r] * right;
        }
        float *to = p->c_data + batch * p->c.apart + j * p->c.lead;
        for (int64_t r = 0; r < m; r++)
            to[r] = (p->keep != 0.0f ? to[r] : 0.0f) + sum[static_cast<size_t>(r)] +
                    (p->d.end == CUBLASLT_EPILOGUE_BIAS ? p->d.bias[r] : 0.0f);
    }
}

static void run(const product *p)
{
    for (int64_t batch = 0; batch < p->c.batches; batch++)
        multiply_batch(p, batch);
}

#pragma GCC visibility push(default) /* the device finds them by name */
extern "C" {

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle)
{
    static int one;
    *handle = reinterpret_cast<cublasLtHandle_t>(&one);
    return CUBLAS_STATUS_SUCCESS;
}

size_t cublasLtGetVersion(void)
{
    return 130000;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *d, cublasComputeType_t how, cudaDataType_t)
{
    *d = reinterpret_cast<cublasLtMatmulDesc_t>(
        new description{ how, CUBLAS_OP_N, CUBLAS_OP_N, CUBLASLT_EPILOGUE_DEFAULT, nullptr });
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t attribute,
                                              const void *value, size_t bytes)
{
    description *own = reinterpret_cast<description *>(d);
    void *to = attribute == CUBLASLT_MATMUL_DESC_TRANSA         ? static_cast<void *>(&own->first)
               : attribute == CUBLASLT_MATMUL_DESC_TRANSB       ? static_cast<void *>(&own->second)
               : attribute == CUBLASLT_MATMUL_DESC_EPILOGUE     ? static_cast<void *>(&own->end)
               : attribute == CUBLASLT_MATMUL_DESC_BIAS_POINTER ? static_cast<void *>(&own->bias)
                                                                : nullptr;
    if (!to)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    memcpy(to, value, bytes);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *l, cudaDataType type, uint64_t rows, uint64_t columns,
                                          int64_t lead)
{
    *l = reinterpret_cast<cublasLtMatrixLayout_t>(
        new layout{ type, static_cast<int64_t>(rows), static_cast<int64_t>(columns), lead, 0, 1 });
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t l, cublasLtMatrixLayoutAttribute_t attribute,
                                                const void *value, size_t bytes)
{
    layout *own = reinterpret_cast<layout *>(l);
    if (attribute == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT && bytes == sizeof own->batches)
        memcpy(&own->batches, value, bytes);
    else if (attribute == CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET && bytes == sizeof own->apart)
        memcpy(&own->apart, value, bytes);
    else
        return CUBLAS_STATUS_NOT_SUPPORTED;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *wish)
{
    *wish = nullptr;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t,
                                                    const void *, size_t)
{
    return CUBLAS_STATUS_SUCCESS;
}

/* As the library, it refuses what does not fit together. */
static bool fits(const description *d, const layout *a, const layout *b, const layout *c)
{
    int64_t m = d->first == CUBLAS_OP_T ? a->columns : a->rows, k = d->first == CUBLAS_OP_T ? a->rows : a->columns;
    int64_t deep = d->second == CUBLAS_OP_T ? b->columns : b->rows, n = d->second == CUBLAS_OP_T ? b->rows : b->columns;
    return m == c->rows && n == c->columns && k == deep && a->lead >= a->rows && b->lead >= b->rows &&
           c->lead >= c->rows && a->batches == c->batches && b->batches == c->batches && a->type == b->type &&
           c->type == CUDA_R_32F && (d->how == CUBLAS_COMPUTE_32F || a->type == CUDA_R_32F);
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t d, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                                              cublasLtMatrixLayout_t, cublasLtMatmulPreference_t, int,
                                              cublasLtMatmulHeuristicResult_t *found, int *count)
{
    const description *own = reinterpret_cast<const description *>(d);
    const char *refuse = getenv("EMULATOR_BLAS");
    bool biased = own->end == CUBLASLT_EPILOGUE_BIAS, refused = refuse && (strcmp(refuse, "nothing") == 0 || biased);
    refused = refused || (biased && !own->bias);
    memset(found, 0, sizeof *found);
    *count = !refused && fits(own, reinterpret_cast<const layout *>(a), reinterpret_cast<const layout *>(b),
                              reinterpret_cast<const layout *>(c));
    return *count ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t d, const void *, const void *a,
                              cublasLtMatrixLayout_t a_layout, const void *b, cublasLtMatrixLayout_t b_layout,
                              const void *keep, const void *, cublasLtMatrixLayout_t, void *c,
                              cublasLtMatrixLayout_t c_layout, const cublasLtMatmulAlgo_t *, void *, size_t,
                              cudaStream_t stream)
{
    auto p = std::make_shared<const product>(
        product{ *reinterpret_cast<const description *>(d), *reinterpret_cast<const layout *>(a_layout),
                 *reinterpret_cast<const layout *>(b_layout), *reinterpret_cast<const layout *>(c_layout), a, b,
                 static_cast<float *>(c), *static_cast<const float *>(keep) });
    emulator_enqueue(stream, [p] { run(p.get()); });
    return CUBLAS_STATUS_SUCCESS;
}

} /* extern "C" */
