/* chain.h: the files behind one experiment, read and laid over each other.
 *
 * A file may name another with `base = relative/path.ini` before its first section; the last of that chain is the root,
 * a complete experiment. Over the root lies the scale, FOLDER-OF-THE-ROOT/scale/NAME.ini, which holds for every
 * experiment of that root; over that the rest of the chain, the nearest file last. A file with rows or a grid of its
 * own drops those of its bases, what their grids' values stand for, and of [columns] what is about them: words, layout,
 * comparable, gain. Of [experiment], title, says, caption and note are the file's own and the scale's, never a base's.
 * Section [scale NAME] of a file, with keys like run.epochs, counts only when that scale is chosen.
 *
 * A file may take rows from one more, `rows = relative/path.ini` before its first section. That one holds [row NAME]
 * and, of [scale NAME], keys like 'row NAME.run.epochs', nothing else, and names no other file. Its rows stand before
 * the file's own, which may change them. */
#ifndef ABLATE_CHAIN_H
#define ABLATE_CHAIN_H
#include "../base/settings.h"

/* Appends all entries in that order to `whole`, an empty list with a memory; [scale NAME] is dissolved into plain
 * sections. `scale` NULL: none. 0, or -1: complained (missing file, missing or cyclic base, no such scale, no file of
 * rows, key outside of a section). */
int chain_read(const char *path, const char *scale, settings *whole);

/* "row i" begins with "row": the rest "i", else NULL. */
const char *chain_section_rest(const char *section, const char *kind);

#endif
