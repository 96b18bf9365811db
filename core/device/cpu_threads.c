/* cpu_threads.c: a loop over independent pieces of work on a team of threads.
 *
 * The team is kept here rather than taken from OpenMP, whose loops end in a barrier that every thread must reach: where
 * another program holds one of the processors, a thread without a piece is waited for as long as the system lets the
 * other program run (8 ms on Linux, for a loop of 0.05 ms). Here a loop ends when its last piece is done, and helpers
 * that never came are not missed. */
#include "cpu.h"
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MOST_THREADS = 256, PATIENCE = 4000 }; /* PATIENCE: looks (some 50 us) before a thread goes to sleep */

static struct {
    pthread_mutex_t lock; /* of everything but the atomics, which are written under it and watched without it */
    pthread_cond_t posted, finished;
    void (*body)(void *context, int64_t i);
    void *context;
    int64_t n, next;   /* pieces; the first that nobody has taken */
    atomic_llong done; /* pieces that are done */
    atomic_uint round; /* loops so far: helpers wait for it to change */
    int team, helpers; /* threads wanted, the calling one among them; helpers that have been started */
    bool sleeping;     /* a caller waits for `finished` */
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER,
           .posted = PTHREAD_COND_INITIALIZER,
           .finished = PTHREAD_COND_INITIALIZER,
           .team = 1 };

/* Running a body. In the static block of thread-local memory: LeakSanitizer crashes on helpers with a block of their
 * own for a loaded object. */
static _Thread_local bool inside __attribute__((tls_model("initial-exec")));

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Notes that the piece before is done, if there was one, and takes the next: its index, or -1 when none is left. */
static int64_t take_piece(bool had_one, void (**body)(void *, int64_t), void **context)
{
    pthread_mutex_lock(&pool.lock);
    if (had_one && atomic_fetch_add(&pool.done, 1) + 1 == pool.n && pool.sleeping)
        pthread_cond_signal(&pool.finished);
    int64_t piece = pool.next < pool.n ? pool.next++ : -1;
    *body = pool.body;
    *context = pool.context;
    pthread_mutex_unlock(&pool.lock);
    return piece;
}

static void work_off(void)
{
    void (*body)(void *, int64_t);
    void *context;
    inside = true;
    for (int64_t i = take_piece(false, &body, &context); i >= 0; i = take_piece(true, &body, &context))
        body(context, i);
    inside = false;
}

/* Waits for another round than `seen`, first awake, then asleep; returns it. */
static unsigned await_round(unsigned seen)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (atomic_load_explicit(&pool.round, memory_order_relaxed) != seen)
            break;
        pause_briefly();
    }
    pthread_mutex_lock(&pool.lock);
    while (atomic_load(&pool.round) == seen)
        pthread_cond_wait(&pool.posted, &pool.lock);
    seen = atomic_load(&pool.round);
    pthread_mutex_unlock(&pool.lock);
    return seen;
}

/* A helper's life: `argument` is its number. Those beyond the team's size wait for better times. */
static void *help(void *argument)
{
    int number = (int)(intptr_t)argument;
    for (unsigned seen = 0;;) {
        seen = await_round(seen);
        pthread_mutex_lock(&pool.lock);
        bool wanted = number < pool.team - 1;
        pthread_mutex_unlock(&pool.lock);
        if (wanted)
            work_off();
    }
    return NULL;
}

static bool start_helper(int number)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, help, (void *)(intptr_t)number) != 0)
        return false;
    pthread_detach(thread); /* it lives until the process ends */
    return true;
}

void cpu_set_threads(int threads)
{
    threads = threads > 0 ? threads : omp_get_max_threads();
    threads = threads < MOST_THREADS ? threads : MOST_THREADS;
    while (pool.helpers < threads - 1 && start_helper(pool.helpers))
        pool.helpers++;
    pthread_mutex_lock(&pool.lock);
    pool.team = threads <= pool.helpers + 1 ? threads : pool.helpers + 1;
    pthread_mutex_unlock(&pool.lock);
}

int cpu_threads(void)
{
    return pool.team;
}

static void post(int64_t n, void (*body)(void *context, int64_t i), void *context)
{
    pthread_mutex_lock(&pool.lock);
    pool.body = body;
    pool.context = context;
    pool.n = n;
    pool.next = 0;
    atomic_store(&pool.done, 0);
    atomic_fetch_add(&pool.round, 1);
    pthread_cond_broadcast(&pool.posted);
    pthread_mutex_unlock(&pool.lock);
}

/* Waits for the pieces that helpers still have in hand. */
static void await_end(int64_t n)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (atomic_load_explicit(&pool.done, memory_order_relaxed) == n)
            break;
        pause_briefly();
    }
    pthread_mutex_lock(&pool.lock);
    pool.sleeping = true;
    while (atomic_load(&pool.done) < n)
        pthread_cond_wait(&pool.finished, &pool.lock);
    pool.sleeping = false;
    pthread_mutex_unlock(&pool.lock);
}

void cpu_parallel(int64_t n, void (*body)(void *context, int64_t i), void *context)
{
    if (inside || n < 2 || pool.team < 2) {
        bool outer = inside;
        inside = true;
        for (int64_t i = 0; i < n; i++)
            body(context, i);
        inside = outer;
        return;
    }
    post(n, body, context);
    work_off();
    await_end(n);
}
