/* emulator.cc: blocks of threads as fibres. */
#include "emulator.h"
#include "emulator_parts.h"
#include <cstdio>
#include <cstdlib>
#include <omp.h>
#include <sys/mman.h>
#include <vector>

thread_local emulator_thread *emulator_now;
emulator_order_kind emulator_order = EMULATOR_FORWARD;

/* $EMULATOR_ORDER: 0, 1 or 2, for programs that cannot set it themselves. */
static __attribute__((constructor)) void read_order(void)
{
    const char *asked = getenv("EMULATOR_ORDER");
    if (asked && asked[0] >= '0' && asked[0] <= '2')
        emulator_order = static_cast<emulator_order_kind>(asked[0] - '0');
}

enum fibre_state { READY, AT_BARRIER, AT_WARP, DONE };
enum { MOST = 1024, STACK = 128 << 10, SHARED = 227 << 10 };

struct fibre {
    void *stack_pointer; /* where it stopped */
    char *stack;
    fibre_state state;
    unsigned mask; /* of the warp barrier it waits at */
    emulator_thread self;
    int turn; /* which of the warp's two boards the next exchange uses */
};

struct machine { /* one system thread's */
    fibre fibres[MOST];
    void *scheduler;
    int running, threads;
    const std::function<void()> *body;
    uint32_t board[MOST / 32][2][32][8];
    alignas(64) unsigned char shared[SHARED];
};
static thread_local machine *here;

/* Keeps the callee-saved registers on this stack, notes where it ends and goes on upon the other. */
extern "C" void emulator_switch(void **from, void *to);
#if defined(__x86_64__)
__asm__(".text\n.globl emulator_switch\n.type emulator_switch,@function\nemulator_switch:\n"
        "pushq %rbp\npushq %rbx\npushq %r12\npushq %r13\npushq %r14\npushq %r15\n"
        "movq %rsp,(%rdi)\nmovq %rsi,%rsp\n"
        "popq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\nret\n"
        ".size emulator_switch,.-emulator_switch\n");
#else
#error "the emulator's switch of stacks is written for x86-64; write emulator_switch for this processor"
#endif

void emulator_stop(const char *why)
{
    fprintf(stderr, "emulated GPU: %s (block %u,%u,%u of %u,%u,%u; %d threads)\n", why, emulator_now->block.x,
            emulator_now->block.y, emulator_now->block.z, emulator_now->blocks.x, emulator_now->blocks.y,
            emulator_now->blocks.z, here->threads);
    abort();
}

static void give_way(fibre_state state)
{
    fibre *f = &here->fibres[here->running];
    f->state = state;
    emulator_switch(&f->stack_pointer, here->scheduler);
}

static void fibre_main(void)
{
    for (;;) {
        (*here->body)();
        give_way(DONE);
    }
}

static void fibre_prepare(fibre *f)
{
    void *stack = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED)
        abort();
    f->stack = static_cast<char *>(stack);
    void **top = reinterpret_cast<void **>(f->stack + STACK - 64);
    *--top = nullptr; /* where fibre_main would return to: never */
    *--top = reinterpret_cast<void *>(fibre_main);
    for (int i = 0; i < 6; i++)
        *--top = nullptr;
    f->stack_pointer = top;
}

static machine *machine_here(void)
{
    if (!here) {
        here = static_cast<machine *>(calloc(1, sizeof *here));
        if (!here)
            abort();
    }
    return here;
}

static bool warp_is_complete(const machine *m, int warp, unsigned mask)
{
    for (int lane = 0; lane < 32; lane++) {
        int i = warp * 32 + lane;
        if ((mask >> lane & 1u) && i < m->threads && (m->fibres[i].state != AT_WARP || m->fibres[i].mask != mask))
            return false;
    }
    return true;
}

static bool release_warps(machine *m)
{
    bool released = false;
    for (int i = 0; i < m->threads; i++) {
        fibre *f = &m->fibres[i];
        if (f->state != AT_WARP || !warp_is_complete(m, i / 32, f->mask))
            continue;
        unsigned mask = f->mask;
        for (int lane = 0; lane < 32; lane++)
            if ((mask >> lane & 1u) && i / 32 * 32 + lane < m->threads)
                m->fibres[i / 32 * 32 + lane].state = READY;
        released = true;
    }
    return released;
}

static bool release_block(machine *m)
{
    int waiting = 0, done = 0;
    for (int i = 0; i < m->threads; i++) {
        waiting += m->fibres[i].state == AT_BARRIER;
        done += m->fibres[i].state == DONE;
    }
    if (waiting && done && waiting + done == m->threads)
        emulator_stop("some threads of the block have ended while others wait at __syncthreads");
    for (int i = 0; waiting == m->threads && i < m->threads; i++)
        m->fibres[i].state = READY;
    return waiting == m->threads;
}

/* The k-th of n, in the order of choice: a permutation. */
static int64_t in_order(int64_t k, int64_t n)
{
    if (emulator_order == EMULATOR_FORWARD)
        return k;
    if (emulator_order == EMULATOR_BACKWARD)
        return n - 1 - k;
    int64_t step = 7919 % n; /* a prime's multiples visit every place if it does not divide n */
    while (step == 0 || std::__gcd(step, n) != 1)
        step = step + 1 > n ? 1 : step + 1;
    return (k * step + n / 3) % n;
}

static void run_ready(machine *m)
{
    for (int k = 0; k < m->threads; k++) {
        int i = static_cast<int>(in_order(k, m->threads));
        if (m->fibres[i].state != READY)
            continue;
        m->running = i;
        emulator_now = &m->fibres[i].self;
        emulator_switch(&m->scheduler, m->fibres[i].stack_pointer);
    }
}

static bool all_done(const machine *m)
{
    for (int i = 0; i < m->threads; i++)
        if (m->fibres[i].state != DONE)
            return false;
    return true;
}

static void run_block(const std::function<void()> &body, dim3 blocks, uint3 block, unsigned threads)
{
    machine *m = machine_here();
    m->body = &body;
    m->threads = static_cast<int>(threads);
    memset(m->shared, 0xFF, sizeof m->shared); /* NaN */
    for (int i = 0; i < m->threads; i++) {
        fibre *f = &m->fibres[i];
        if (!f->stack)
            fibre_prepare(f);
        f->state = READY;
        f->turn = 0;
        f->self = { { static_cast<unsigned>(i), 0, 0 }, block, dim3(threads), blocks, i % 32 };
    }
    while (!all_done(m)) {
        run_ready(m);
        if (!release_warps(m) && !release_block(m) && !all_done(m))
            emulator_stop("its threads wait for each other: a barrier or an exchange is not reached by all");
    }
}

void emulator_run(const std::function<void()> &body, dim3 blocks, unsigned threads)
{
    int64_t count = static_cast<int64_t>(blocks.x) * blocks.y * blocks.z;
#pragma omp parallel for schedule(dynamic) if (count > 1)
    for (int64_t k = 0; k < count; k++) {
        int64_t i = in_order(k, count);
        uint3 block = { static_cast<unsigned>(i % blocks.x), static_cast<unsigned>(i / blocks.x % blocks.y),
                        static_cast<unsigned>(i / blocks.x / blocks.y) };
        run_block(body, blocks, block, threads);
    }
}

void emulator_barrier(void)
{
    give_way(AT_BARRIER);
}

void emulator_warp_barrier(unsigned mask)
{
    here->fibres[here->running].mask = mask;
    give_way(AT_WARP);
}

void emulator_exchange(unsigned mask, const void *given, void *taken, size_t bytes, int from)
{
    fibre *f = &here->fibres[here->running];
    int warp = here->running / 32, turn = f->turn;
    f->turn = !turn;
    memcpy(here->board[warp][turn][f->self.lane], given, bytes);
    emulator_warp_barrier(mask);
    if (!(mask >> from & 1u) || warp * 32 + from >= here->threads)
        emulator_stop("a lane asks for the number of a lane that takes no part");
    memcpy(taken, here->board[warp][turn][from], bytes);
}

void emulator_gather(const uint32_t *given, int count, uint32_t taken[32][8])
{
    fibre *f = &here->fibres[here->running];
    int warp = here->running / 32, turn = f->turn;
    f->turn = !turn;
    memcpy(here->board[warp][turn][f->self.lane], given, static_cast<size_t>(count) * sizeof *given);
    emulator_warp_barrier(0xFFFFFFFFu);
    memcpy(taken, here->board[warp][turn], sizeof here->board[warp][turn]);
}

void *emulator_shared(void)
{
    return here->shared;
}
