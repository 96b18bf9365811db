#include "../base/diag.h"
#include "page_parts.h"
#include "page_text.h"
#include <stdlib.h>

int page_figures(const char *results, FILE *out, int *count)
{
    page_names names = { 0 };
    char *folder = take_text("%s/figures", results);
    int status = folder ? page_names_list(folder, ".png", &names) : -1;
    for (int i = 0; i < names.count && status == 0; i++) {
        char *path = take_text("%s/%s.png", folder, names.name[i]);
        fprintf(out, "<figure id=\"figure-");
        page_id(names.name[i], out);
        fputs("\"><img class=\"drawn\" alt=\"figure ", out);
        page_text(names.name[i], out);
        fputs("\" src=\"", out);
        status = path ? page_data_uri(path, "image/png", out) : -1;
        fputs("\"><figcaption>", out);
        page_text(names.name[i], out);
        fputs("</figcaption></figure>\n", out);
        free(path);
        (*count)++;
    }
    page_names_free(&names);
    free(folder);
    return status;
}
