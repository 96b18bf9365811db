/* cuda_blas.cu: matrix products by cuBLASLt, loaded when the device is opened, so that the program runs without it. For
 * each kind of product (shapes, strides, alignment, precision) the library is asked once for its algorithm; afterwards
 * a product is one call, which can be recorded. cuBLASLt's matrices are column-major: our C = A B is its C' = B' A'. */
#include "cuda.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cublasLt.h>
#include <dlfcn.h>

/* clang-format off */
#define FUNCTIONS(x) \
    x(create, cublasLtCreate) \
    x(get_version, cublasLtGetVersion) \
    x(create_product, cublasLtMatmulDescCreate) \
    x(set_product, cublasLtMatmulDescSetAttribute) \
    x(create_layout, cublasLtMatrixLayoutCreate) \
    x(set_layout, cublasLtMatrixLayoutSetAttribute) \
    x(create_wish, cublasLtMatmulPreferenceCreate) \
    x(set_wish, cublasLtMatmulPreferenceSetAttribute) \
    x(choose, cublasLtMatmulAlgoGetHeuristic) \
    x(multiply, cublasLtMatmul)
#define MEMBER(member, name) decltype(&(name)) member;
/* clang-format on */
static struct {
    FUNCTIONS(MEMBER)
    cublasLtHandle_t handle;
    char version[40];
} blas;

#ifndef CUBLASLT_NAMES
#define CUBLASLT_NAMES "libcublasLt.so.13", "/usr/local/cuda/lib64/libcublasLt.so.13"
#endif

/* ---- the library ---- */

static void *load_library(void)
{
    const char *chosen = getenv("ABLATE_CUBLASLT");
    if (chosen && *chosen)
        return dlopen(chosen, RTLD_NOW | RTLD_LOCAL);
    static const char *const names[] = { CUBLASLT_NAMES };
    void *library = nullptr;
    for (const char *name : names)
        library = library ? library : dlopen(name, RTLD_NOW | RTLD_LOCAL);
    return library;
}

static int find_functions(void *library, char why[DEVICE_WHY])
{
    const char *missing = nullptr;
    void *address;
#define FIND(member, name)                                                                                             \
    address = dlsym(library, #name);                                                                                   \
    missing = address ? missing : #name;                                                                               \
    memcpy(&blas.member, &address, sizeof address);
    FUNCTIONS(FIND)
    if (!missing)
        return 0;
    snprintf(why, DEVICE_WHY, "cuBLASLt has no %s; install CUDA 13's libcublas", missing);
    return -1;
}

int cuda_blas_open(char why[DEVICE_WHY])
{
    void *library = load_library();
    if (!library) {
        snprintf(why, DEVICE_WHY, "%.120s; install CUDA 13's libcublas, or name the file in ABLATE_CUBLASLT",
                 dlerror());
        return -1;
    }
    if (find_functions(library, why) != 0)
        return -1;
    size_t version = blas.get_version();
    snprintf(blas.version, sizeof blas.version, "cuBLASLt %zu.%zu.%zu", version / 10000, version / 100 % 100,
             version % 100);
    if (blas.create(&blas.handle) == CUBLAS_STATUS_SUCCESS)
        return 0;
    snprintf(why, DEVICE_WHY, "cuBLASLt cannot be started; is the GPU's memory full?");
    return -1;
}

const char *cuda_blas_version(void)
{
    return blas.version;
}

/* ---- kinds of products ---- */

typedef struct product_key { /* all that the choice of an algorithm depends on; zeroed before it is filled */
    int64_t m, n, k, lda, ldb, ldc, batches, a_apart, b_apart, c_apart;
    uint32_t aligned[4]; /* of A, B, C and bias, in bytes */
    uint32_t ta, tb, bias, precision;
} product_key;

typedef struct product_plan {
    product_key key;
    cublasLtMatmulDesc_t product;
    cublasLtMatrixLayout_t a, b, c;
    cublasLtMatmulAlgo_t algorithm;
    bool bias_apart; /* the library has no algorithm that adds the bias itself */
} product_plan;

static struct {
    product_plan **plan;
    int count, room;
} plans;

static uint32_t alignment_of(const void *at)
{
    uintptr_t address = reinterpret_cast<uintptr_t>(at);
    uint32_t aligned = 256;
    while (aligned > 4 && address % aligned != 0)
        aligned /= 2;
    return aligned;
}

static product_key key_of(const gpu_product *p)
{
    product_key key;
    memset(&key, 0, sizeof key);
    key.m = p->m, key.n = p->n, key.k = p->k;
    key.lda = p->lda, key.ldb = p->ldb, key.ldc = p->ldc;
    key.batches = p->batches, key.a_apart = p->a_apart, key.b_apart = p->b_apart, key.c_apart = p->c_apart;
    const void *const operand[] = { p->a, p->b, p->c, p->bias };
    for (int i = 0; i < 4; i++)
        key.aligned[i] = operand[i] ? alignment_of(operand[i]) : 256;
    key.ta = p->ta, key.tb = p->tb, key.bias = p->bias != nullptr;
    key.precision = static_cast<uint32_t>(cuda_gpu.precision);
    return key;
}

static bool failed(cublasStatus_t status, const char *what)
{
    if (status != CUBLAS_STATUS_SUCCESS)
        cuda_trouble("cuBLASLt: %s failed with status %d", what, static_cast<int>(status));
    return status != CUBLAS_STATUS_SUCCESS;
}

static bool make_layout(cublasLtMatrixLayout_t *layout, cudaDataType_t type, int64_t rows, int64_t columns,
                        int64_t apart, const product_key *key, int64_t batch_apart)
{
    int32_t batches = static_cast<int32_t>(key->batches);
    return !failed(blas.create_layout(layout, type, static_cast<uint64_t>(rows), static_cast<uint64_t>(columns), apart),
                   "a layout") &&
           !failed(blas.set_layout(*layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batches, sizeof batches),
                   "a layout") &&
           !failed(
               blas.set_layout(*layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &batch_apart, sizeof batch_apart),
               "a layout");
}

static bool make_layouts(product_plan *plan)
{
    const product_key *k = &plan->key;
    cudaDataType_t type = k->precision == GPU_BF16 ? CUDA_R_16BF : CUDA_R_32F;
    return make_layout(&plan->a, type, k->ta ? k->m : k->k, k->ta ? k->k : k->m, k->lda, k, k->a_apart) &&
           make_layout(&plan->b, type, k->tb ? k->k : k->n, k->tb ? k->n : k->k, k->ldb, k, k->b_apart) &&
           make_layout(&plan->c, CUDA_R_32F, k->n, k->m, k->ldc, k, k->c_apart);
}

static bool set(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute, const void *value, size_t size)
{
    return !failed(blas.set_product(product, attribute, value, size), "a product's description");
}

static bool describe_product(product_plan *plan, bool bias)
{
    const product_key *k = &plan->key;
    cublasComputeType_t how = k->precision == GPU_TF32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    int32_t first = k->tb ? CUBLAS_OP_T : CUBLAS_OP_N, second = k->ta ? CUBLAS_OP_T : CUBLAS_OP_N;
    cublasLtEpilogue_t end = bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
    return !failed(blas.create_product(&plan->product, how, CUDA_R_32F), "a product's description") &&
           set(plan->product, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof first) &&
           set(plan->product, CUBLASLT_MATMUL_DESC_TRANSB, &second, sizeof second) &&
           set(plan->product, CUBLASLT_MATMUL_DESC_EPILOGUE, &end, sizeof end);
}

static bool set_bias(const product_plan *plan, const float *bias)
{
    return set(plan->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias);
}

/* Whether the library has an algorithm; the first it offers is the one it thinks fastest. */
static bool choose_algorithm(product_plan *plan)
{
    cublasLtMatmulPreference_t wish;
    cublasLtMatmulHeuristicResult_t found;
    int count = 0;
    const cublasLtMatmulPreferenceAttributes_t which[] = { CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
                                                           CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                                                           CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
                                                           CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES };
    const uint32_t *aligned = plan->key.aligned, given[] = { aligned[1], aligned[0], aligned[2], aligned[2] };
    if (failed(blas.create_wish(&wish), "a preference"))
        return false;
    blas.set_wish(wish, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &CUDA_WORKSPACE, sizeof CUDA_WORKSPACE);
    for (int i = 0; i < 4; i++)
        blas.set_wish(wish, which[i], &given[i], sizeof given[i]);
    cublasStatus_t status =
        blas.choose(blas.handle, plan->product, plan->b, plan->a, plan->c, plan->c, wish, 1, &found, &count);
    plan->algorithm = found.algo;
    return status == CUBLAS_STATUS_SUCCESS && count == 1;
}

static bool make_plan(product_plan *plan, const float *bias)
{
    const product_key *k = &plan->key;
    if (!make_layouts(plan) || !describe_product(plan, k->bias) || (bias && !set_bias(plan, bias)))
        return false;
    if (choose_algorithm(plan))
        return true;
    plan->bias_apart = k->bias;
    if (k->bias && describe_product(plan, false) && choose_algorithm(plan))
        return true;
    cuda_trouble("cuBLASLt has no way to multiply %lldx%lld by %lldx%lld", static_cast<long long>(k->m),
                 static_cast<long long>(k->k), static_cast<long long>(k->k), static_cast<long long>(k->n));
    return false;
}

/* NULL: remembered. */
static product_plan *plan_of(const gpu_product *p)
{
    product_key key = key_of(p);
    for (int i = 0; i < plans.count; i++)
        if (memcmp(&plans.plan[i]->key, &key, sizeof key) == 0)
            return plans.plan[i];
    if (plans.count == plans.room) {
        int room = plans.room ? 2 * plans.room : 64;
        void *grown = realloc(plans.plan, static_cast<size_t>(room) * sizeof *plans.plan);
        if (!grown)
            return nullptr;
        plans.plan = static_cast<product_plan **>(grown);
        plans.room = room;
    }
    product_plan *plan = static_cast<product_plan *>(calloc(1, sizeof *plan));
    if (!plan) {
        cuda_trouble("out of memory for a kind of product");
        return nullptr;
    }
    plan->key = key;
    if (!make_plan(plan, p->bias)) {
        free(plan);
        return nullptr;
    }
    plans.plan[plans.count++] = plan;
    return plan;
}

/* ---- one product ---- */

namespace
{
struct add_bias {
    const float *bias;
    float *c;
    uint32_t n;
    int64_t ldc;
    template <class Index> __device__ void operator()(Index e) const
    {
        c[static_cast<int64_t>(e / n) * ldc + e % n] += bias[e % n];
    }
};
} // namespace

static void run_product(const gpu_product *p)
{
    const float one = 1, keep = p->add ? 1 : 0;
    product_plan *plan = plan_of(p);
    if (!plan)
        return;
    if (p->bias && !plan->bias_apart)
        set_bias(plan, p->bias);
    failed(blas.multiply(blas.handle, plan->product, &one, p->b, plan->b, p->a, plan->a, &keep, p->c, plan->c, p->c,
                         plan->c, &plan->algorithm, cuda_order_workspace(), CUDA_WORKSPACE, cuda_gpu.stream),
           "a product");
    for (int64_t i = 0; plan->bias_apart && i < p->batches; i++)
        gpu_each(&cuda_gpu, p->m * p->n,
                 add_bias{ p->bias, p->c + i * p->c_apart, static_cast<uint32_t>(p->n), p->ldc });
}

/* The operands as bfloat16, densely, in the device's own room. */
static bool round_operands(gpu_product *p)
{
    int64_t a_rows = p->ta ? p->k : p->m, a_columns = p->ta ? p->m : p->k, a_count = p->a_apart ? p->batches : 1;
    int64_t b_rows = p->tb ? p->n : p->k, b_columns = p->tb ? p->k : p->n, b_count = p->b_apart ? p->batches : 1;
    int64_t a_size = (a_rows * a_columns * a_count + 127) / 128 * 128;
    char *room = static_cast<char *>(cuda_halves(a_size + b_rows * b_columns * b_count));
    if (!room)
        return false;
    cuda_round_bf16(p->a, p->lda, a_rows, a_columns, a_count, p->a_apart, room);
    cuda_round_bf16(p->b, p->ldb, b_rows, b_columns, b_count, p->b_apart, room + 2 * a_size);
    p->a = reinterpret_cast<const float *>(room);
    p->b = reinterpret_cast<const float *>(room + 2 * a_size);
    p->lda = a_columns;
    p->ldb = b_columns;
    p->a_apart = p->a_apart ? a_rows * a_columns : 0;
    p->b_apart = p->b_apart ? b_rows * b_columns : 0;
    return true;
}

void cuda_multiply(const gpu_product *asked)
{
    gpu_product p = *asked;
    p.batches = p.batches > 0 ? p.batches : 1;
    if (p.m <= 0 || p.n <= 0 || (cuda_gpu.precision == GPU_BF16 && !round_operands(&p)))
        return;
    run_product(&p);
}
