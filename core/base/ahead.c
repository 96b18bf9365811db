#include "ahead.h"
#include "diag.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ahead {
    pthread_t thread;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    int n, made, released; /* items; how many of them */
    bool failed, stopped;
    char sentence[1024]; /* complaints belong to a thread; this one is carried over to the caller's */
    int (*make)(void *context, int i, int slot);
    void *context;
};

/* Waits until the next item has a slot; false: there is none to make. */
static bool next_has_room(ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->stopped && a->made < a->n && a->made >= a->released + AHEAD_SLOTS)
        pthread_cond_wait(&a->changed, &a->lock);
    bool go = !a->stopped && a->made < a->n;
    pthread_mutex_unlock(&a->lock);
    return go;
}

/* Only this thread changes `made`, so it may read it without the lock. */
static void *make_all(void *argument)
{
    ahead *a = argument;
    bool failed = false;
    while (!failed && next_has_room(a)) {
        failed = a->make(a->context, a->made, a->made % AHEAD_SLOTS) < 0;
        pthread_mutex_lock(&a->lock);
        if (failed)
            snprintf(a->sentence, sizeof a->sentence, "%s", complaint() ? complaint() : "an item failed without words");
        else
            a->made++;
        a->failed = failed;
        pthread_cond_broadcast(&a->changed);
        pthread_mutex_unlock(&a->lock);
    }
    complaint_clear();
    return NULL;
}

ahead *ahead_begin(int n, int (*make)(void *context, int i, int slot), void *context)
{
    ahead *a = take_zeroed(1, sizeof *a, "a reader");
    if (!a)
        return NULL;
    a->n = n;
    a->make = make;
    a->context = context;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    int reason = pthread_create(&a->thread, NULL, make_all, a);
    if (reason == 0)
        return a;
    complain("a thread that reads pictures cannot be started: %s; raise the limit of processes", strerror(reason));
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
    return NULL;
}

int ahead_await(ahead *a, int i)
{
    pthread_mutex_lock(&a->lock);
    while (a->made <= i && !a->failed)
        pthread_cond_wait(&a->changed, &a->lock);
    bool there = a->made > i;
    pthread_mutex_unlock(&a->lock);
    return there ? i % AHEAD_SLOTS : complain("%s", a->sentence);
}

void ahead_release(ahead *a, int i)
{
    pthread_mutex_lock(&a->lock);
    a->released = i + 1;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

void ahead_end(ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stopped = true;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
}
