#include "finished_run.h"

char finished_cache[80], finished_base[200], finished_full[200];

/* The folder of this row's only run. */
static int find(const char *row, char into[200])
{
    if (shell("ls -d $in/runs/small/%s/seed-0-*", row) != 0)
        return -1;
    snprintf(into, 200, "%.*s", (int)strcspn(said, "\n"), said);
    return 0;
}

int finished_begin(void **state)
{
    if (make_folder(state) < 0)
        return -1;
    snprintf(finished_cache, sizeof finished_cache, "%s/cache", folder);
    if (shell("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --keep-maps --cache %s --out $in",
              finished_cache) == 0)
        return find("base", finished_base) < 0 ? -1 : find("full", finished_full);
    print_message("%s\n", said);
    return -1;
}

void finished_copy(const char *name, char *place, size_t size)
{
    snprintf(place, size, "%s/%s", folder, name);
    must_work("cp -r %s %s", finished_full, place);
}
