/* verb_page.h: `ablate page`. */
#ifndef ABLATE_VERB_PAGE_H
#define ABLATE_VERB_PAGE_H

int verb_page(int argc, char **argv); /* 0, or -1: complained */

#endif
