/* folder.c: pictures of a folder in MVTec AD's layout (layout.h), of any classes and any number. */
#include "layout.h"

typedef struct folder_settings {
    const char *path, *classes;
} folder_settings;

static int list(ablate_builder *b, const void *settings)
{
    const folder_settings *s = settings;
    return layout_list(b, &(collection){ .module = "folder", .path = s->path, .classes = s->classes });
}

static const ablate_setting settings_table[] = {
    ABLATE_FILE(folder_settings, path, "where the pictures are: one class, or a folder of classes"),
    ABLATE_NAMES(folder_settings, classes, "", "only these classes, in this order; empty: all, by name"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "folder",
    .doc = "pictures of a folder in MVTec AD's layout",
    .paper = "",
    .settings_size = sizeof(folder_settings),
    .settings = settings_table,
    .list = list,
};
