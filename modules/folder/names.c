#include "names.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Byte by byte: alphasort would depend on the language of the machine. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static const char **names_room(ablate_builder *b, size_t count)
{
    const char **names = calloc(count + 1, sizeof *names);
    if (!names)
        ablate_fail(b, "out of memory for %zu names", count);
    return names;
}

const char **names_in(ablate_builder *b, const char *path)
{
    struct dirent **entry = NULL;
    int count = scandir(path, &entry, visible, by_name);
    const char **names = names_room(b, count > 0 ? (size_t)count : 0);
    for (int i = 0; i < count; i++) {
        if (names)
            names[i] = ablate_text(b, "%s", entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return names;
}

const char **names_of_words(ablate_builder *b, const char *text)
{
    const char **names = names_room(b, strlen(text) / 2 + 1);
    for (size_t count = 0; names && (names[count] = ablate_next_name(b, &text)); count++)
        ;
    return names;
}

bool has_name(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool has_extension(ablate_builder *b, const char *name, const char *list)
{
    const char *dot = strrchr(name, '.');
    return dot && strcasestr(list, ablate_text(b, "%s ", dot));
}
