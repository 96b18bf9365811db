#include "checkpoint.h"
#include "../base/diag.h"
#include "../base/file.h"
#include <string.h>
#include <unistd.h>
#include <zlib.h>

typedef struct checkpoint_header {
    char magic[8];
    hash_digest run;
    uint64_t step;
    double seconds;
    int64_t peak, floats, log_floats, module_bytes;
    uint32_t checksum, padding; /* CRC-32 of header (with this field zero) and contents */
} checkpoint_header;

static checkpoint_header header_of(const checkpoint *c)
{
    checkpoint_header header = { .magic = "ABLCKP2",
                                 .run = c->run,
                                 .step = c->step,
                                 .seconds = c->seconds,
                                 .peak = c->peak,
                                 .floats = c->floats,
                                 .log_floats = c->log_floats,
                                 .module_bytes = c->module_bytes };
    return header;
}

static uint32_t checksum_of(const checkpoint_header *header, const void *contents, size_t bytes)
{
    checkpoint_header plain = *header;
    plain.checksum = 0;
    uLong sum = crc32_z(0, (const Bytef *)&plain, sizeof plain);
    return (uint32_t)crc32_z(sum, contents, bytes);
}

static size_t contents_bytes(const checkpoint *c)
{
    return (size_t)c->floats * sizeof(float) + (size_t)c->log_floats * sizeof(double) + (size_t)c->module_bytes;
}

int checkpoint_write(const char *path, const checkpoint *c)
{
    checkpoint_header header = header_of(c);
    size_t state = (size_t)c->floats * sizeof(float), log = (size_t)c->log_floats * sizeof(double);
    uint32_t sum = checksum_of(&header, c->state, state);
    sum = (uint32_t)crc32_z(sum, (const Bytef *)c->log, log);
    sum = (uint32_t)crc32_z(sum, c->modules, (size_t)c->module_bytes);
    header.checksum = sum;
    file_draft *draft = file_draft_open(path);
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fwrite(&header, sizeof header, 1, to);
    fwrite(c->state, 1, state, to);
    fwrite(c->log, 1, log, to);
    fwrite(c->modules, 1, (size_t)c->module_bytes, to);
    return file_commit(draft);
}

static int is_ours(const file_map *map, const checkpoint *expected, checkpoint_header *header)
{
    if (map->size != sizeof *header + contents_bytes(expected))
        return 0;
    memcpy(header, map->data, sizeof *header);
    checkpoint_header wanted = header_of(expected);
    wanted.step = header->step;
    wanted.seconds = header->seconds;
    wanted.peak = header->peak;
    wanted.checksum = header->checksum;
    return memcmp(header, &wanted, sizeof wanted) == 0 &&
           header->checksum == checksum_of(header, map->data + sizeof *header, contents_bytes(expected));
}

int checkpoint_read(const char *path, checkpoint *into)
{
    file_map map;
    checkpoint_header header;
    file_sweep(path);
    if (!file_exists(path))
        return 0;
    if (file_map_open(path, &map) < 0)
        return -1;
    int found = is_ours(&map, into, &header);
    if (found) {
        const uint8_t *at = map.data + sizeof header;
        size_t state = (size_t)into->floats * sizeof(float), log = (size_t)into->log_floats * sizeof(double);
        memcpy(into->state, at, state);
        memcpy(into->log, at + state, log);
        memcpy(into->modules, at + state + log, (size_t)into->module_bytes);
        into->step = header.step;
        into->seconds = header.seconds;
        into->peak = header.peak;
    } else {
        fprintf(stderr, "%s: it is damaged, or of other settings, data or code; the run begins anew\n", path);
    }
    file_map_close(&map);
    return found;
}

void checkpoint_remove(const char *path)
{
    unlink(path);
    file_sweep(path);
}
