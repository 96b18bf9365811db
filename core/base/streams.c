#include "streams.h"
#include "crash.h"
#include "diag.h"
#include "file.h"
#include "name.h"
#include "utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CHARACTER = 4, BLOCK = 4096 };

typedef struct text_stream {
    int file, reason;         /* reason: errno of the first failure, or 0 */
    char rest[CHARACTER + 1]; /* the beginning of a character whose end is still to come */
    size_t waiting;
} text_stream;

static text_stream printed = { .file = STDOUT_FILENO }, said = { .file = STDERR_FILENO };

static void put(text_stream *s, const char *bytes, size_t n)
{
    while (n > 0 && s->reason == 0) {
        ssize_t wrote = write(s->file, bytes, n);
        if (wrote < 0 && errno != EINTR)
            s->reason = errno;
        bytes += wrote > 0 ? wrote : 0;
        n -= wrote > 0 ? (size_t)wrote : 0;
    }
}

/* Takes one byte; gives the text it completes, at most 4 escapes long, or 0 bytes. */
static size_t take_byte(text_stream *s, char byte, char out[CHARACTER * NAME_ESCAPE])
{
    bool continues = ((unsigned char)byte & 0xC0) == 0x80;
    size_t made = 0;
    if (s->waiting > 0 && !continues)
        for (size_t i = 0; i < s->waiting; i++)
            made += (size_t)name_byte(out + made, s->rest[i]);
    s->waiting = continues ? s->waiting : 0;
    s->rest[s->waiting++] = byte;
    s->rest[s->waiting] = 0;
    if (byte && s->waiting < utf8_length(s->rest[0]))
        return made;
    size_t shown = byte == '\n' || byte == '\t' ? 1 : name_character(s->rest);
    if (shown == s->waiting)
        memcpy(out + made, s->rest, shown);
    for (size_t i = 0; shown != s->waiting && i < s->waiting; i++)
        made += (size_t)name_byte(out + made, s->rest[i]);
    made += shown == s->waiting ? shown : 0;
    s->waiting = 0;
    return made;
}

static ssize_t put_text(void *context, const char *bytes, size_t n)
{
    text_stream *s = context;
    char out[BLOCK + 2 * CHARACTER * NAME_ESCAPE];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        used += take_byte(s, bytes[i], out + used);
        if (used >= BLOCK) {
            put(s, out, used);
            used = 0;
        }
    }
    put(s, out, used);
    errno = s->reason;
    return s->reason ? 0 : (ssize_t)n;
}

static FILE *open_text(text_stream *s, int buffering)
{
    const cookie_io_functions_t io = { .write = put_text };
    FILE *stream = fopencookie(s, "w", io);
    if (stream)
        setvbuf(stream, NULL, buffering, buffering == _IONBF ? 0 : BUFSIZ);
    return stream;
}

/* Reading only: what is written to a closed stdout fails, as it should. */
static void fill_closed(void)
{
    for (int file = 0; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/dev/null", file == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

static void die(int number)
{
    file_remove_drafts();
    signal(number, SIG_DFL);
    raise(number);
}

static void crash(int number)
{
    crash_say(number);
    die(number);
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction old, own = { .sa_handler = handler, .sa_flags = SA_NODEFER | SA_ONSTACK };
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        sigaction(number, &own, NULL);
}

/* What the caller ignores stays ignored, as nohup wants it. */
static void handle_signals(void)
{
    static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU }; /* the first three: see stop.h, too */
    static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    static char beside[1 << 16]; /* of a stack that is used up nothing is left to run on */
    sigaltstack(&(stack_t){ .ss_sp = beside, .ss_size = sizeof beside }, NULL);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        handle(deadly[i], die);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        handle(crashes[i], crash);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

int streams_begin(void)
{
    fill_closed();
    handle_signals();
    FILE *out = open_text(&printed, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF), *error = open_text(&said, _IONBF);
    if (!out || !error)
        return complain("out of memory for the standard streams");
    stdout = out;
    stderr = error;
    return 0;
}

int streams_end(void)
{
    bool bad = fflush(stdout) != 0 || ferror(stdout);
    if (!bad)
        return 0;
    if (printed.reason == EPIPE)
        return -1;
    return complain("standard output cannot be written: %s; make room, or send it elsewhere",
                    strerror(printed.reason ? printed.reason : errno));
}

void streams_draw(const char *bytes, size_t n)
{
    put(&said, bytes, n);
}

/* Services that run programs in nobody's presence set CI. */
static bool is_unattended(void)
{
    const char *value = getenv("CI");
    return value && *value && strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
}

int streams_columns(void)
{
    struct winsize size = { .ws_col = 0 };
    const char *kind = getenv("TERM");
    if (!isatty(STDERR_FILENO) || !kind || !*kind || strcmp(kind, "dumb") == 0 || is_unattended())
        return 0;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}
