#include "names.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SHOWN = 5 };

const char **names_of_words(ablate_builder *b, const char *text)
{
    size_t room = strlen(text) / 2 + 2;
    const char **names = calloc(room, sizeof *names);
    if (!names)
        ablate_fail(b, "out of memory for %zu names", room);
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

bool has_folder(const ablate_entry *list, const char *name)
{
    for (; list->name; list++)
        if (list->kind == ABLATE_FOLDER && strcmp(list->name, name) == 0)
            return true;
    return false;
}

const char *first_names(ablate_builder *b, const ablate_entry *list, const char *begin)
{
    const char *text = "";
    int count = 0;
    for (; list->name; list++)
        if (strncmp(list->name, begin, strlen(begin)) == 0 && count++ < SHOWN)
            text = ablate_text(b, "%s%s%s", text, *text ? ", " : "", list->name);
    return count > SHOWN ? ablate_text(b, "%s, ...", text) : text;
}

bool is_no_folder(const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0)
        return !S_ISDIR(about.st_mode);
    return (errno == ENOENT || errno == ENOTDIR) && lstat(path, &about) != 0;
}

static bool is_word(const char *words, const char *name)
{
    size_t length = strlen(name);
    while (words && *words) {
        size_t n = strcspn(words, " ");
        if (n == length && memcmp(words, name, n) == 0)
            return true;
        words += n + strspn(words + n, " ");
    }
    return false;
}

int names_leave_files(ablate_builder *b, const char *path, const ablate_entry *list, const char *beside)
{
    for (; list->name; list++)
        if (list->kind != ABLATE_FOLDER && !is_word(beside, list->name) &&
            ablate_unused(b, "%s/%s: %s", path, list->name, list->why ? list->why : "a picture beside the folders") < 0)
            return -1;
    return 0;
}
