#include "crash.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Thread_local char who[200]; /* "": our own code runs */

void crash_calling(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(who, sizeof who, format, arguments);
    va_end(arguments);
}

void crash_called(void)
{
    who[0] = 0;
}

/* Only what is safe within a signal; in one piece, as other processes may write there too. */
void crash_say(int number)
{
    const char *name = sigabbrev_np(number);
    const char *const words[] = { "ablate: ", who, " crashed: SIG", name ? name : "NAL",
                                  "; its code is at fault: build it with -g -fsanitize=address, or run this in a "
                                  "debugger, to see where\n" };
    char sentence[sizeof who + 200];
    size_t used = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i]);
        memcpy(sentence + used, words[i], length);
        used += length;
    }
    if (*who && write(STDERR_FILENO, sentence, used) < 0)
        return;
}
