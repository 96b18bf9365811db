/* stop.h: being asked to stop by SIGINT, SIGTERM or SIGHUP. The first is noted only, and whoever works for long looks
 * at stop_asked() now and then, keeps what can be kept and fails with stop_complain(); a second one ends the process
 * at once. Programs that do not call stop_watch() end as the system has it. */
#ifndef ABLATE_STOP_H
#define ABLATE_STOP_H
#include <stdbool.h>

/* From now on signals are noted. SIGHUP stays ignored if it is, as under nohup. */
void stop_watch(void);

/* Is there a wish to stop? On any thread. */
bool stop_asked(void);

/* Complains "stopped by SIGTERM: ...": where the work was, and what the same command does next. Always returns -1. */
int stop_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* 128 + signal, as shells have it, if the first complaint was that of a stop; else 0. */
int stop_status(void);

#endif
