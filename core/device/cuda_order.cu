/* cuda_order.cu: which calls of a recording must wait for which: those that touch the same memory, one of them writing.
 * Calls that do not run side by side, on streams of their own, whatever the order in which they were made: small
 * kernels of one part of the model in the shade of another's large ones. */
#include "cuda.h"
#include <cstdlib>
#include <cstring>

constexpr int STREAMS = CUDA_STREAMS, RANGES = 96, MOST = 8192;

typedef struct range {
    const char *first, *last; /* last: one beyond */
    bool written;
} range;

typedef struct call_node {
    range ranges[RANGES];
    int count, stream;
    cudaEvent_t done;
    unsigned char *before; /* bit j: call j has ended before this one begins */
} call_node;

static struct {
    cudaStream_t stream[STREAMS], origin;
    void *workspace[STREAMS];
    int tail[STREAMS]; /* last call on it, or -1: it has not joined the recording */
    call_node *call;
    int calls, room, now; /* now: the stream in use */
} order;

/* ---- what a call touches ---- */

static void touch(call_node *c, const void *at, int64_t bytes, bool written)
{
    if (at && bytes > 0 && c->count == RANGES)
        cuda_trouble("a call touches more than %d tensors", RANGES);
    else if (at && bytes > 0)
        c->ranges[c->count++] = { static_cast<const char *>(at), static_cast<const char *>(at) + bytes, written };
}

/* Working room is written; what forward keeps for backward is written by the one and read by the other. */
static void touch_step(call_node *c, const device_step *s)
{
    const int64_t size = sizeof(float);
    const ablate_call *call = &s->call;
    const bool backward = s->backward;
    for (int i = 0; i < call->n_in; i++) {
        touch(c, call->in[i], size * shape_size(&call->in_shape[i]), false);
        touch(c, backward ? call->grad_in[i] : nullptr, size * shape_size(&call->in_shape[i]), true);
    }
    touch(c, call->out, size * shape_size(call->out_shape), !backward);
    touch(c, backward ? call->grad_out : nullptr, size * shape_size(call->out_shape), false);
    touch(c, call->aux, size * s->aux, !backward);
    touch(c, call->scratch, size * s->scratch, true);
}

static bool collide(const call_node *a, const call_node *b)
{
    for (int i = 0; i < a->count; i++)
        for (int j = 0; j < b->count; j++)
            if ((a->ranges[i].written || b->ranges[j].written) && a->ranges[i].first < b->ranges[j].last &&
                b->ranges[j].first < a->ranges[i].last)
                return true;
    return false;
}

/* ---- streams ---- */

static bool has_before(const call_node *c, int other)
{
    return c->before[other / 8] >> (other % 8) & 1;
}

/* What ended before `other`, and `other` itself, ends before the call. */
static void put_before(call_node *c, int other)
{
    for (int i = 0; i <= other / 8; i++)
        c->before[i] = static_cast<unsigned char>(c->before[i] | order.call[other].before[i]);
    c->before[other / 8] = static_cast<unsigned char>(c->before[other / 8] | 1u << (other % 8));
}

/* The calls that must be waited for, without those that one of them has waited for; the latest first. */
static int direct_waits(call_node *c, int list[MOST])
{
    int count = 0;
    for (int j = order.calls - 1; j >= 0; j--)
        if (!has_before(c, j) && collide(c, &order.call[j])) {
            list[count++] = j;
            put_before(c, j);
        }
    return count;
}

/* The stream whose last call is one of those waited for; else one whose last call has ended anyway, or an unused one;
 * else the one that has been idle for longest, whose last call is then waited for without need. */
static int choose_stream(call_node *c)
{
    int oldest = 0;
    for (int s = 0; s < STREAMS; s++)
        if (order.tail[s] >= 0 && has_before(c, order.tail[s]))
            return s;
    for (int s = 0; s < STREAMS; s++) {
        if (order.tail[s] < 0)
            return s;
        oldest = order.tail[s] < order.tail[oldest] ? s : oldest;
    }
    put_before(c, order.tail[oldest]);
    return oldest;
}

static int join(int stream, cudaEvent_t event)
{
    return cuda_check(cudaStreamWaitEvent(order.stream[stream], event, 0), "ordering recorded calls");
}

static call_node *next_call(void)
{
    if (order.calls == order.room) {
        int room = order.room ? 2 * order.room : 512;
        void *grown = room <= MOST ? realloc(order.call, static_cast<size_t>(room) * sizeof *order.call) : nullptr;
        if (!grown) {
            cuda_trouble("a recording of more than %d calls", order.room);
            return nullptr;
        }
        order.call = static_cast<call_node *>(grown);
        memset(order.call + order.room, 0, static_cast<size_t>(room - order.room) * sizeof *order.call);
        order.room = room;
    }
    call_node *c = &order.call[order.calls];
    c->count = 0;
    c->before = c->before ? c->before : static_cast<unsigned char *>(malloc(MOST / 8));
    if (!c->before || (!c->done && cudaEventCreateWithFlags(&c->done, cudaEventDisableTiming) != cudaSuccess)) {
        cuda_trouble("out of memory for a recording");
        return nullptr;
    }
    memset(c->before, 0, MOST / 8);
    return c;
}

/* Puts the call on its stream, after what it waits for. */
static int place_call(call_node *c)
{
    static int list[MOST];
    int count = direct_waits(c, list), status = cuda_trouble_text() ? -1 : 0;
    c->stream = choose_stream(c);
    if (order.tail[c->stream] < 0 && c->stream > 0 && status == 0) { /* it joins the recording */
        put_before(c, 0);
        status = join(c->stream, order.call[0].done);
    }
    for (int i = 0; i < count && status == 0; i++)
        if (order.call[list[i]].stream != c->stream)
            status = join(c->stream, order.call[list[i]].done);
    cuda_gpu.stream = order.stream[c->stream];
    order.now = c->stream;
    return status;
}

static int end_call(call_node *c)
{
    order.tail[c->stream] = order.calls++;
    return cuda_check(cudaEventRecord(c->done, cuda_gpu.stream), "ordering recorded calls");
}

/* ---- what the device uses ---- */

int cuda_order_open(void)
{
    order.origin = order.stream[0] = cuda_gpu.stream;
    return cuda_check(cudaMalloc(&order.workspace[0], CUDA_WORKSPACE), "a workspace");
}

int cuda_order_begin(void)
{
    order.calls = order.now = 0;
    order.tail[0] = -1;
    for (int s = 1; s < STREAMS; s++) {
        order.tail[s] = -1;
        if ((!order.stream[s] &&
             cuda_check(cudaStreamCreateWithFlags(&order.stream[s], cudaStreamNonBlocking), "a stream") != 0) ||
            (!order.workspace[s] && cuda_check(cudaMalloc(&order.workspace[s], CUDA_WORKSPACE), "a workspace") != 0))
            return -1;
    }
    return 0;
}

int cuda_order_end(void)
{
    int status = 0;
    for (int s = 1; s < STREAMS && status == 0; s++)
        if (order.tail[s] >= 0)
            status = join(0, order.call[order.tail[s]].done);
    cuda_gpu.stream = order.origin;
    order.now = 0;
    return status;
}

void *cuda_order_workspace(void)
{
    return order.workspace[order.now];
}

int cuda_order_stream(void)
{
    return order.now;
}

/* Of a recording; NULL outside of one, or without memory for it. */
static call_node *recorded_call(void)
{
    return cuda_recording ? next_call() : nullptr;
}

static int place_recorded(call_node *c)
{
    return !cuda_recording ? 0 : c ? place_call(c) : -1;
}

int cuda_order_steps(const device_step *s, const device_step *other)
{
    call_node *c = recorded_call();
    if (c)
        touch_step(c, s);
    if (c && other)
        touch_step(c, other);
    return place_recorded(c);
}

int cuda_order_numbers(const float *const *read, int reads, const void *written, size_t bytes)
{
    call_node *c = recorded_call();
    if (c)
        touch(c, written, static_cast<int64_t>(bytes), true);
    for (int i = 0; c && i < reads; i++)
        touch(c, read[i], sizeof(float), false);
    return place_recorded(c);
}

int cuda_order_done(void)
{
    return cuda_recording ? end_call(&order.call[order.calls]) : 0;
}
