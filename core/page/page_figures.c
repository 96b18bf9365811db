#include "../base/diag.h"
#include "../base/folder.h"
#include "page_parts.h"
#include "page_text.h"
#include <stdlib.h>

int page_figures(const char *results, FILE *out, int *count)
{
    folder_list names = { 0 };
    char *folder = take_text("%s/figures", results);
    int status = folder ? folder_ending(folder, ".png", &names) : -1;
    for (int i = 0; i < names.count && status == 0; i++) {
        char *path = take_text("%s/%s.png", folder, names.entry[i].name);
        fprintf(out, "<figure id=\"figure-");
        page_id(names.entry[i].name, out);
        fputs("\"><img class=\"drawn\" alt=\"figure ", out);
        page_text(names.entry[i].name, out);
        fputs("\" src=\"", out);
        status = path ? page_data_uri(path, "image/png", out) : -1;
        fputs("\"><figcaption>", out);
        page_text(names.entry[i].name, out);
        fputs("</figcaption></figure>\n", out);
        free(path);
        (*count)++;
    }
    folder_free(&names);
    free(folder);
    return status;
}
