#include "zip.h"
#include "../base/bytes.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

enum {
    END_SIZE = 22, /* sizes of the records */
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30,
    COMMENT_MOST = 65535,
    DEFLATE_MOST = 1032, /* bytes that one deflated byte can become */
    STREAM_BLOCK = 1 << 30
};

typedef struct directory {
    uint64_t offset, size, count;
} directory;

static int complain_damaged(const zip *file, const char *what)
{
    return complain("%s: not a whole %s: %s; %s", file->path, file->words.file, what, file->words.remedy);
}

static const uint8_t *find_end(const zip *file)
{
    size_t size = file->map->size, reach = END_SIZE + COMMENT_MOST;
    for (size_t back = END_SIZE; back <= size && back <= reach; back++)
        if (little32(file->map->data + size - back) == ZIP_END)
            return file->map->data + size - back;
    return NULL;
}

/* Archives with large or many members hold a second end record, found through a locator before the first. */
static int read_end64(const zip *file, const uint8_t *end, directory *where)
{
    const uint8_t *data = file->map->data;
    if (end - data < LOCATOR_SIZE || little32(end - LOCATOR_SIZE) != ZIP_LOCATOR)
        return 0;
    uint64_t at = little64(end - LOCATOR_SIZE + 8);
    if (file->map->size < END64_SIZE || at > file->map->size - END64_SIZE || little32(data + at) != ZIP_END64)
        return complain_damaged(file, "its zip64 end record is missing");
    *where = (directory){ little64(data + at + 48), little64(data + at + 40), little64(data + at + 32) };
    return 0;
}

static const char *what_it_is(const zip *file)
{
    if (!file->map->data)
        return "it is empty";
    if (file->map->size > 6 && memcmp(file->map->data, "\x93NUMPY", 6) == 0)
        return "it is a single array (npy)";
    return "it has no zip directory at its end";
}

static int find_directory(const zip *file, directory *where)
{
    const uint8_t *end = file->map->size >= END_SIZE ? find_end(file) : NULL;
    if (!end)
        return complain_damaged(file, what_it_is(file));
    *where = (directory){ little32(end + 16), little32(end + 12), little16(end + 10) };
    if (read_end64(file, end, where) < 0)
        return -1;
    if (where->offset > file->map->size || where->size > file->map->size - where->offset ||
        where->count > where->size / ENTRY_SIZE)
        return complain_damaged(file, "its directory does not lie inside the file");
    return 0;
}

/* Sizes that do not fit 32 bits stand in an extra field, only those and in this order. */
static int read_sizes64(const uint8_t *extra, size_t length, zip_entry *member)
{
    uint64_t *wanted[3] = { &member->unpacked, &member->packed, &member->offset };
    while (length >= 4) {
        uint32_t id = little16(extra), size = little16(extra + 2);
        if (size > length - 4)
            return -1;
        const uint8_t *field = extra + 4, *field_end = field + size;
        for (int i = 0; id == 1 && i < 3; i++)
            if (*wanted[i] == UINT32_MAX) {
                if (field_end - field < 8)
                    return -1;
                *wanted[i] = little64(field);
                field += 8;
            }
        extra += 4 + size;
        length -= 4 + size;
    }
    return 0;
}

static int check_member(const zip *file, zip_entry *member)
{
    const uint8_t *data = file->map->data;
    uint64_t size = file->map->size;
    if (size < LOCAL_SIZE || member->offset > size - LOCAL_SIZE || little32(data + member->offset) != ZIP_LOCAL)
        return complain_damaged(file, "a member's header is missing");
    member->offset += LOCAL_SIZE + little16(data + member->offset + 26) + little16(data + member->offset + 28);
    if (member->offset > size || member->packed > size - member->offset)
        return complain_damaged(file, "a member reaches beyond the end of the file");
    if (member->deflated ? member->unpacked / DEFLATE_MOST > member->packed : member->unpacked != member->packed)
        return complain_damaged(file, "a member's size is impossible");
    return 0;
}

/* Reads the directory's entry at *at and moves on. */
static int read_entry(zip *file, const uint8_t **at, const uint8_t *end, zip_entry *entry)
{
    const uint8_t *p = *at;
    if (end - p < ENTRY_SIZE || little32(p) != ZIP_ENTRY)
        return complain_damaged(file, "its directory is damaged");
    size_t name = little16(p + 28), extra = little16(p + 30), comment = little16(p + 32);
    if ((size_t)(end - p) < ENTRY_SIZE + name + extra + comment)
        return complain_damaged(file, "its directory is damaged");
    uint32_t method = little16(p + 10);
    if (little16(p + 8) & 1 || (method != 0 && method != 8))
        return complain("%s: '%.*s' is %s; only stored and deflated members are read, %s", file->path, (int)name,
                        (const char *)p + ENTRY_SIZE,
                        little16(p + 8) & 1 ? "encrypted" : "compressed in another way than deflate",
                        file->words.remedy);
    *entry = (zip_entry){ take_text("%.*s", (int)name, (const char *)p + ENTRY_SIZE),
                          little32(p + 42),
                          little32(p + 20),
                          little32(p + 24),
                          little32(p + 16),
                          method == 8 };
    if (!entry->name)
        return -1;
    if (read_sizes64(p + ENTRY_SIZE + name, extra, entry) < 0)
        return complain_damaged(file, "its directory is damaged");
    *at = p + ENTRY_SIZE + name + extra + comment;
    return check_member(file, entry);
}

int zip_open(zip *file, const char *path, const file_map *map, zip_words words)
{
    directory where = { 0 };
    *file = (zip){ .path = path, .map = map, .words = words };
    if (find_directory(file, &where) < 0)
        return -1;
    file->entry = take_zeroed((size_t)where.count, sizeof *file->entry, "members of an archive");
    if (!file->entry)
        return -1;
    const uint8_t *at = map->data + where.offset, *end = at + where.size;
    for (uint64_t i = 0; i < where.count; i++) {
        file->entries++;
        if (read_entry(file, &at, end, &file->entry[i]) < 0)
            return -1;
    }
    return 0;
}

void zip_close(zip *file)
{
    for (int64_t i = 0; i < file->entries; i++)
        free(file->entry[i].name);
    free(file->entry);
    *file = (zip){ 0 };
}

int zip_stream_open(zip_stream *stream, const zip *file, const zip_entry *entry, const char *name)
{
    *stream = (zip_stream){ .file = file,
                            .name = name,
                            .entry = entry,
                            .next = file->map->data + entry->offset,
                            .packed_left = entry->packed,
                            .unpacked_left = entry->unpacked,
                            .checksum = (uint32_t)crc32(0, NULL, 0) };
    if (entry->deflated && inflateInit2(&stream->inflater, -MAX_WBITS) != Z_OK)
        return complain("out of memory for unpacking %s", file->path);
    return 0;
}

static size_t least_of(uint64_t a, uint64_t b)
{
    return (size_t)(a < b ? a : b);
}

/* Unpacks up to `bytes` bytes. Returns how many, 0 if the packed data end or are damaged. */
static size_t unpack(zip_stream *stream, uint8_t *to, size_t bytes)
{
    z_stream *z = &stream->inflater;
    z->next_in = (z_const Bytef *)(uintptr_t)stream->next;
    z->avail_in = (uInt)least_of(stream->packed_left, STREAM_BLOCK);
    z->next_out = to;
    z->avail_out = (uInt)least_of(bytes, STREAM_BLOCK);
    uInt in = z->avail_in, out = z->avail_out;
    int status = inflate(z, Z_NO_FLUSH);
    stream->next += in - z->avail_in;
    stream->packed_left -= in - z->avail_in;
    return status == Z_OK || status == Z_STREAM_END ? out - z->avail_out : 0;
}

static size_t copy_stored(zip_stream *stream, uint8_t *to, size_t bytes)
{
    size_t now = least_of(bytes, stream->packed_left);
    if (now)
        memcpy(to, stream->next, now);
    stream->next += now;
    stream->packed_left -= now;
    return now;
}

static int complain_member(const zip_stream *stream, const char *what)
{
    const zip_words *words = &stream->file->words;
    return complain("%s: %s '%s' is damaged: %s; %s", stream->file->path, words->member, stream->name, what,
                    words->remedy);
}

int zip_stream_read(zip_stream *stream, void *to, size_t bytes)
{
    uint8_t *place = to;
    while (bytes > 0) {
        size_t most = least_of(bytes, STREAM_BLOCK);
        size_t now = stream->entry->deflated ? unpack(stream, place, most) : copy_stored(stream, place, most);
        if (now == 0 || now > stream->unpacked_left)
            return complain_member(stream, now ? "its data are longer than said"
                                               : "its data end too soon or cannot be unpacked");
        stream->checksum = (uint32_t)crc32(stream->checksum, place, (uInt)now);
        stream->unpacked_left -= now;
        place += now;
        bytes -= now;
    }
    return 0;
}

int zip_stream_finish(zip_stream *stream)
{
    if (stream->unpacked_left)
        return complain_member(stream, "more bytes follow its last element");
    return stream->checksum == stream->entry->checksum ? 0 : complain_member(stream, "its checksum is wrong");
}

void zip_stream_close(zip_stream *stream)
{
    if (stream->entry->deflated)
        inflateEnd(&stream->inflater);
}
