/* verb_gallery.h: `ablate gallery RUN... --out DIR`: test pictures chosen by a rule, with masks and the runs' maps. */
#ifndef ABLATE_VERB_GALLERY_H
#define ABLATE_VERB_GALLERY_H

int verb_gallery(int argc, char **argv); /* 0, or -1: complained */

#endif
