/* page_data.h: files inside of a page. */
#ifndef ABLATE_PAGE_DATA_H
#define ABLATE_PAGE_DATA_H
#include <stdio.h>

/* The file's bytes as "data:TYPE;base64,...". 0, or -1: complained. */
int page_data_uri(const char *path, const char *type, FILE *);

#endif
