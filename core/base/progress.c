#include "progress.h"
#include "name.h"
#include "streams.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

double seconds_since_start(void)
{
    static struct timespec start;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    if (start.tv_sec == 0)
        start = t;
    return (double)(t.tv_sec - start.tv_sec) + 1e-9 * (double)(t.tv_nsec - start.tv_nsec);
}

void progress_begin(progress *p, const char *label, const char *unit, int64_t total, int64_t start_at)
{
    *p = (progress){ .unit = unit, .total = total, .start_at = start_at, .began = seconds_since_start() };
    name_shown(label, p->label, sizeof p->label);
}

/* A line on its way, at most `room` columns wide. */
typedef struct drawn_line {
    char text[4 * PROGRESS_WIDEST];
    int used, room;
} drawn_line;

/* Adds a part if all of it fits. */
static bool add_part(drawn_line *line, const char *part)
{
    int columns = name_columns(part), before = name_columns(line->text);
    if (before + columns > line->room || (size_t)line->used + strlen(part) >= sizeof line->text)
        return false;
    memcpy(line->text + line->used, part, strlen(part) + 1);
    line->used += (int)strlen(part);
    return true;
}

/* Adds as many characters as fit. */
static void add_cut(drawn_line *line, const char *text)
{
    char one[8];
    for (size_t bytes; *text; text += bytes) {
        bytes = name_character(text);
        if (bytes == 0)
            return;
        memcpy(one, text, bytes);
        one[bytes] = 0;
        if (!add_part(line, one))
            return;
    }
}

static void add_bar(drawn_line *line, int width, int64_t done, int64_t total)
{
    char bar[PROGRESS_BAR + 4];
    int64_t filled = total > 0 ? done * width / total : 0;
    bar[0] = ' ';
    bar[1] = '[';
    for (int i = 0; i < width; i++)
        bar[2 + i] = i < filled ? '#' : '.';
    bar[2 + width] = ']';
    bar[3 + width] = 0;
    add_part(line, bar);
}

void progress_line(const progress *p, int64_t done, double elapsed, const char *note, int columns,
                   char out[PROGRESS_ROOM])
{
    char count[96], rate[48], left[48], last[PROGRESS_WIDEST];
    double speed = elapsed > 0 ? (double)(done - p->start_at) / elapsed : 0;
    double rest = speed > 0 ? (double)(p->total - done) / speed : 0;
    snprintf(count, sizeof count, " %lld/%lld %s", (long long)done, (long long)p->total, p->unit);
    snprintf(rate, sizeof rate, ", %.1f/s", speed);
    snprintf(left, sizeof left, ", %.0f:%02d left", floor(rest / 60), (int)fmod(rest, 60));
    snprintf(last, sizeof last, "%s%s", *note ? ", " : "", note);
    drawn_line line = { .room = columns > 0 && columns < PROGRESS_WIDEST ? columns : PROGRESS_WIDEST };
    int need = (int)(strlen(count) + strlen(rate) + strlen(left)), all = need + name_columns(last);
    int spare = line.room - name_columns(p->label) - 3; /* blank and brackets of a bar */
    drawn_line label = { .room = line.room > (int)strlen(count) ? line.room - (int)strlen(count) : 0 };
    add_cut(&label, p->label);
    add_part(&line, label.text);
    int width = spare - all < PROGRESS_BAR ? spare - all : PROGRESS_BAR;
    if (columns > 0 && width >= 4)
        add_bar(&line, width, done, p->total);
    add_cut(&line, count);
    if (add_part(&line, left) && add_part(&line, rate))
        add_part(&line, last);
    memcpy(out, line.text, (size_t)line.used + 1);
}

/* Blanks, not a sequence that clears, so that any terminal will do. */
static void draw(const char *text, int columns)
{
    char line[PROGRESS_ROOM + PROGRESS_WIDEST + 2];
    int used = snprintf(line, sizeof line, "\r%s", text);
    for (int at = name_columns(text); at < columns && at < PROGRESS_WIDEST; at++)
        line[used++] = ' ';
    line[used++] = '\r';
    streams_draw(line, (size_t)used);
}

void progress_show(progress *p, int64_t done, const char *note)
{
    int columns = streams_columns() - 1; /* a full last column would begin a new line */
    double now = seconds_since_start(), elapsed = now - p->began;
    double interval = columns > 0 ? 0.2 : 10;
    if (elapsed < 2 || (p->visible && now - p->shown < interval))
        return;
    p->visible = true;
    p->shown = now;
    char text[PROGRESS_ROOM];
    progress_line(p, done, elapsed, note, columns, text);
    if (columns > 0)
        draw(text, columns);
    else
        fprintf(stderr, "%s\n", text);
}

void progress_end(progress *p)
{
    int columns = p->visible ? streams_columns() - 1 : 0;
    if (columns > 0)
        draw("", columns);
}
