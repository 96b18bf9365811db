/* transpose.cu: any order of the axes, on the GPU. Where the last axis stays, rows are copied; where it moves, squares
 * of TILE x TILE numbers are turned in shared memory, so that both sides are read and written along their rows. 8 bytes
 * a number. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "transpose.h"

namespace
{

enum { TILE = 32, LINES = 8 }; /* a block is TILE x LINES threads */

struct move_numbers {
    turn t;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index rest = e;
        int64_t at = 0;
#pragma unroll
        for (int axis = LAST; axis > 0; axis--) {
            if (t.dim[axis] == 1)
                continue;
            Index n = static_cast<Index>(t.dim[axis]), over = rest / n;
            at += static_cast<int64_t>(rest - over * n) * t.from_step[axis];
            rest = over;
        }
        gpu_put(&t.to[e], t.from[at + static_cast<int64_t>(rest) * t.from_step[0]], t.add);
    }
};

/* The same walk as squares see it: the result's last axis across, its fast one down, two more outside. */
typedef struct squares {
    int64_t across, down, inner;                              /* lengths; of the outer two, the inner one's */
    int64_t from_across, to_down, from_outer[2], to_outer[2]; /* steps; from_down and to_across are 1 */
} squares;

static squares squares_of(const turn &t)
{
    int out = t.outer[0], in = t.outer[1];
    return { t.dim[LAST],
             t.dim[t.fast],
             t.dim[in],
             t.from_step[LAST],
             t.to_step[t.fast],
             { t.from_step[out], t.from_step[in] },
             { t.to_step[out], t.to_step[in] } };
}

/* Block (x, y, z): the square in column x and line y, at outer index z. */
__global__ void turn_kernel(squares s, const float *from, float *to, bool add)
{
    __shared__ float tile[TILE][TILE + 1]; /* one more, so that columns lie in different banks */
    int64_t out = blockIdx.z / s.inner, in = blockIdx.z - out * s.inner;
    from += out * s.from_outer[0] + in * s.from_outer[1];
    to += out * s.to_outer[0] + in * s.to_outer[1];
    int64_t x = static_cast<int64_t>(blockIdx.x) * TILE, y = static_cast<int64_t>(blockIdx.y) * TILE;
    int column = static_cast<int>(threadIdx.x % TILE), line = static_cast<int>(threadIdx.x / TILE);
    for (int i = line; i < TILE; i += LINES)
        if (x + i < s.across && y + column < s.down)
            tile[i][column] = from[(x + i) * s.from_across + y + column];
    __syncthreads();
    for (int i = line; i < TILE; i += LINES)
        if (y + i < s.down && x + column < s.across)
            gpu_put(&to[(y + i) * s.to_down + x + column], tile[column][i], add);
}

static void turn_run(const gpu *g, const turn &t)
{
    int64_t outer = t.dim[t.outer[0]] * t.dim[t.outer[1]], down = gpu_pieces(t.dim[t.fast], TILE);
    if (t.fast == LAST || outer > 65535 || down > 65535) /* as many as a launch may have along these axes */
        gpu_each(g, t.dim[0] * t.dim[1] * t.dim[2] * t.dim[LAST], move_numbers{ t });
    else
        gpu_launch(g, turn_kernel,
                   dim3(gpu_pieces(t.dim[LAST], TILE), static_cast<unsigned>(down), static_cast<unsigned>(outer)),
                   TILE * LINES, 0, squares_of(t), t.from, t.to, t.add);
}

static void transpose_forward(const gpu *g, const ablate_call *call)
{
    turn_run(g, transpose_turn(call, false));
}

static void transpose_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        turn_run(g, transpose_turn(call, true));
}

static const gpu_op transpose_record = { "transpose", transpose_forward, transpose_backward, nullptr };
GPU_RECORD(transpose_record);

} // namespace
