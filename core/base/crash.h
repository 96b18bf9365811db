/* crash.h: whose code is being called, so that a crash in it is told with a name instead of a bare signal. */
#ifndef ABLATE_CRASH_H
#define ABLATE_CRASH_H

/* From now until crash_called() this thread runs foreign code, which these words name: "module 'x' in its `build`". */
void crash_calling(const char *format, ...) __attribute__((format(printf, 1, 2)));
void crash_called(void);

/* For the handler of a deadly signal: writes to stderr who crashed, if foreign code was being called on this thread. */
void crash_say(int number);

#endif
