#include "stop.h"
#include "diag.h"
#include "file.h"
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SAME_WISH = 500 }; /* milliseconds: timeout and make tell a process and then its whole group */

static atomic_int asked;       /* the signal, or 0 */
static atomic_int first_asked; /* milliseconds of an arbitrary clock, wrapping */
static atomic_bool told;

static int milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int)(uint32_t)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

/* Only what is safe within a signal. */
static void note_signal(int number)
{
    int none = 0;
    if (atomic_compare_exchange_strong(&asked, &none, number)) {
        static const char words[] = "\nstopping; once more to stop at once\n";
        atomic_store(&first_asked, milliseconds());
        if (isatty(STDERR_FILENO) && write(STDERR_FILENO, words, sizeof words - 1) < 0)
            return;
    } else if ((uint32_t)milliseconds() - (uint32_t)atomic_load(&first_asked) >= SAME_WISH) {
        file_remove_drafts();
        signal(number, SIG_DFL);
        raise(number);
    }
}

void stop_watch(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction noting = { .sa_handler = note_signal, .sa_flags = SA_RESTART }, before;
    sigemptyset(&noting.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        bool hushed = sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (signals[i] != SIGHUP || !hushed) /* shells hush SIGINT for what runs in the background: kill means it */
            sigaction(signals[i], &noting, NULL);
    }
}

bool stop_asked(void)
{
    return atomic_load(&asked) != 0;
}

int stop_complain(const char *format, ...)
{
    char sentence[800];
    int number = atomic_load(&asked);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (!complaint())
        atomic_store(&told, true);
    return complain("stopped by SIG%s: %s", number ? sigabbrev_np(number) : "NAL", sentence);
}

int stop_status(void)
{
    return atomic_load(&told) ? 128 + atomic_load(&asked) : 0;
}
