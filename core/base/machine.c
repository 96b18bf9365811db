#include "machine.h"
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The value of the first line "model name : VALUE"; false: there is none, as on processors other than x86. */
static bool read_processor(char name[MACHINE_NAME])
{
    char line[256];
    FILE *from = fopen("/proc/cpuinfo", "r");
    bool found = false;
    while (from && !found && fgets(line, sizeof line, from)) {
        const char *colon = strncmp(line, "model name", 10) == 0 ? strchr(line, ':') : NULL;
        const char *value = colon ? colon + 1 + strspn(colon + 1, " \t") : "";
        int length = (int)strcspn(value, "\n");
        found = length > 0;
        snprintf(name, MACHINE_NAME, "%.*s", length < 80 ? length : 80, value);
    }
    if (from)
        fclose(from);
    return found;
}

static int processors(void)
{
    cpu_set_t mine;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    int count = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : (int)online;
    return count > 0 ? count : 1;
}

const char *machine_name(char text[MACHINE_NAME])
{
    char name[MACHINE_NAME];
    struct utsname about;
    if (!read_processor(name))
        snprintf(name, sizeof name, "%.80s", uname(&about) == 0 ? about.machine : "unknown processor");
    int count = processors();
    snprintf(text, MACHINE_NAME, "%.90s, %d processor%s", name, count, count == 1 ? "" : "s");
    return text;
}
