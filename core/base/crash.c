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

/* Only what is safe within a signal. */
void crash_say(int number)
{
    const char *signal_name = sigabbrev_np(number);
    const char *const words[] = { "ablate: ", who, " crashed: SIG", signal_name ? signal_name : "NAL",
                                  "; its code is at fault: build it with -g -fsanitize=address, or run this in a "
                                  "debugger, to see where\n" };
    for (size_t i = 0; *who && i < sizeof words / sizeof *words; i++)
        if (write(STDERR_FILENO, words[i], strlen(words[i])) < 0)
            return;
}
