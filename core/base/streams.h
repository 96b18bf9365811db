/* streams.h: the process's standard streams and its signals. What a verb prints is text: bytes that are none, and
 * characters that would steer a terminal, arrive as \xHH (name.h), except the ends of lines and tabs. */
#ifndef ABLATE_STREAMS_H
#define ABLATE_STREAMS_H
#include <stdio.h>

/* Called once, by `main`, before anything is opened. Closed standard streams get a place of their own, so that no file
 * is opened in it; stdout and stderr print text only; a write beyond a limit, or to a pipe that nobody reads, becomes
 * an error where it happens instead of ending the process; a deadly signal removes temporary files first. 0, or -1:
 * complained. */
int streams_begin(void);

/* Writes out what waits in stdout. 0, or -1: complained, unless nobody reads any more: then there is no complaint. */
int streams_end(void);

/* For what redraws a line: its bytes go to stderr as they are. */
void streams_draw(const char *bytes, size_t n);

/* Columns of the terminal that stderr is, asked each time; 0: it is none, or one where plain lines are wanted
 * (TERM=dumb or not set, CI set). Nothing here writes colours, so NO_COLOR has nothing to turn off. */
int streams_columns(void);

#endif
