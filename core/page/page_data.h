/* page_data.h: files inside of a page. */
#ifndef ABLATE_PAGE_DATA_H
#define ABLATE_PAGE_DATA_H
#include <stdio.h>

/* The end of an element <img alt="...: the PNG file's bytes as its source. 0, or -1: complained. */
int page_data_png(const char *path, FILE *);

#endif
