/* weights_refused.c: files that people take for weights or that this engine does not read, told by how they begin. */
#include "../base/diag.h"
#include "weights_parts.h"
#include <string.h>

static const struct start {
    size_t length;
    const char *bytes, *sentence;
} starts[] = {
    { 1, "\x80", "a plain pickle; only what torch.save writes is read, save a state_dict() with it" },
    { 24, "version https://git-lfs.", "a pointer of Git LFS, not the file itself; fetch it with 'git lfs pull'" },
    { 1, "<", "a web page, not weights; download the file itself" },
    { 6, "\x93NUMPY", "an array of NumPy; save the tensors as safetensors" },
    { 4, "GGUF", "GGUF; save the tensors as safetensors" },
};

/* The row that fits the file, or NULL. */
static const struct start *start_of(const file_map *map)
{
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (map->size > starts[i].length && memcmp(map->data, starts[i].bytes, starts[i].length) == 0)
            return &starts[i];
    return NULL;
}

/* A safetensors file may begin with any byte, but these have '{' at its place. */
static bool matches(const file_map *map)
{
    return start_of(map) && !(map->size > 8 && map->data[8] == '{');
}

static int parse(weights *w)
{
    return complain("%s: this is %s", w->path, start_of(&w->map)->sentence);
}

const weights_format weights_refused = { matches, parse };
