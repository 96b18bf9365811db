/* npz_parts.h: what the files of npz.h share, and nobody else. */
#ifndef ABLATE_NPZ_PARTS_H
#define ABLATE_NPZ_PARTS_H
#include "npz.h"
#include "zip.h"

struct npz {
    char *path;
    file_map map;
    zip archive;
};

#endif
