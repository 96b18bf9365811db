/* builder_list.c: what a data module asks of folders while it lists pictures. */
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "builder_parts.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int copy_entry(const builder *b, const char *path, const folder_entry *from, ablate_entry *to)
{
    char shown[FILE_SHOWN];
    if (from->kind == FOLDER_BROKEN)
        return complain("%s/%s: cannot read: %s; mend or remove it", file_shown(path, shown), from->name,
                        strerror(from->error));
    *to = (ablate_entry){ .name = arena_text(b->memory, from->name),
                          .kind = from->kind == FOLDER_PICTURE  ? ABLATE_PICTURE
                                  : from->kind == FOLDER_FOLDER ? ABLATE_FOLDER
                                                                : ABLATE_OTHER,
                          .why = from->why };
    return to->name ? 0 : -1;
}

const ablate_entry *builder_folder(ablate_builder *face, const char *path)
{
    const builder *b = builder_self(face);
    folder_list found = { 0 };
    ablate_entry *all = NULL;
    bool may = builder_may(b, NULL, 0, IN_LIST, "folder") && builder_given(NULL, 0, "folder", path);
    if (may && folder_read(path, &found) == 0)
        all = arena_take(b->memory, ((size_t)found.count + 1) * sizeof *all);
    for (int i = 0; all && i < found.count; i++)
        if (copy_entry(b, path, &found.entry[i], &all[i]) < 0)
            all = NULL;
    folder_free(&found);
    return all;
}

int builder_unused(ablate_builder *face, const char *format, ...)
{
    const builder *b = builder_self(face);
    const builder_host *host = b->host;
    char *text = NULL;
    va_list arguments;
    if (!builder_may(b, NULL, 0, IN_LIST, "unused") || !builder_given(NULL, 0, "unused", format))
        return -1;
    if (!host->unused)
        return complain("'%s' notes unused files where no pictures are listed", builder_owner(b));
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    int status = length < 0 ? complain("out of memory for text") : host->unused(host->context, text);
    if (length >= 0)
        free(text);
    return status;
}
