/* walled.c: a device without one operation, whose memory nobody but it may touch: each block is a walled-off range of
 * addresses with the numbers elsewhere. What runs on it shows that the engine never looks behind a device's pointer and
 * that every operation has its way over the CPU. */
#include "../../core/device/device.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BLOCKS = 4096 };
static struct block {
    char *wall, *real;
    size_t bytes;
} blocks[BLOCKS];

static int open_walled(int threads, char why[DEVICE_WHY])
{
    (void)threads, (void)why;
    return 0;
}

static const char *describe(void)
{
    return "a walled device for tests";
}

static const char *core_type(void)
{
    return "none";
}

static int threads(void)
{
    return 1;
}

static void *allocate(size_t bytes)
{
    for (int i = 0; i < BLOCKS; i++) {
        if (blocks[i].wall)
            continue;
        char *wall = mmap(NULL, bytes + 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        char *real = malloc(bytes + 1);
        if (wall == MAP_FAILED || !real)
            abort();
        blocks[i] = (struct block){ wall, real, bytes };
        return wall;
    }
    return NULL;
}

static struct block *block_of(const void *pointer)
{
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].wall && (const char *)pointer >= blocks[i].wall &&
            (const char *)pointer <= blocks[i].wall + blocks[i].bytes)
            return &blocks[i];
    abort(); /* not memory of this device */
}

static void release(void *pointer)
{
    struct block *b = block_of(pointer);
    munmap(b->wall, b->bytes + 1);
    free(b->real);
    *b = (struct block){ 0 };
}

static char *real_of(const void *pointer, size_t bytes)
{
    struct block *b = block_of(pointer);
    size_t at = (size_t)((const char *)pointer - b->wall);
    if (at + bytes > b->bytes)
        abort();
    return b->real + at;
}

static int upload(void *to, const void *from, size_t bytes)
{
    memcpy(real_of(to, bytes), from, bytes);
    return 0;
}

static int download(void *to, const void *from, size_t bytes)
{
    memcpy(to, real_of(from, bytes), bytes);
    return 0;
}

static int clear(void *to, size_t bytes)
{
    memset(real_of(to, bytes), 0, bytes);
    return 0;
}

static bool resolve(device_step *s)
{
    (void)s;
    return false;
}

static int run(device_step *s, uint64_t step)
{
    (void)s, (void)step;
    abort(); /* it said that it computes nothing */
}

static int synchronise(void)
{
    return 0;
}

__attribute__((visibility("default"))) const device ablate_device_entry = { .version = DEVICE_VERSION,
                                                                            .name = "walled",
                                                                            .open = open_walled,
                                                                            .describe = describe,
                                                                            .core_type = core_type,
                                                                            .threads = threads,
                                                                            .allocate = allocate,
                                                                            .release = release,
                                                                            .upload = upload,
                                                                            .download = download,
                                                                            .clear = clear,
                                                                            .resolve = resolve,
                                                                            .run = run,
                                                                            .synchronise = synchronise };
