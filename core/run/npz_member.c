#include "npz_member.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

/* Signatures and sizes of the records of a zip file (PKWARE, APPNOTE 6.3). */
enum {
    END_SIGNATURE = 0x06054b50,
    END_SIZE = 22,
    END64_SIGNATURE = 0x06064b50,
    END64_SIZE = 56,
    LOCATOR_SIGNATURE = 0x07064b50,
    LOCATOR_SIZE = 20,
    ENTRY_SIGNATURE = 0x02014b50,
    ENTRY_SIZE = 46,
    LOCAL_SIGNATURE = 0x04034b50,
    LOCAL_SIZE = 30,
    COMMENT_MOST = 65535,
    DEFLATE_MOST = 1032, /* bytes that one deflated byte can become */
    STREAM_BLOCK = 1 << 30
};

typedef struct directory {
    uint64_t offset, size, count;
} directory;

static int complain_damaged(const npz *file, const char *what)
{
    return complain("%s: not a whole npz archive: %s; save it again with numpy.savez", file->path, what);
}

static const uint8_t *find_end(const npz *file)
{
    size_t size = file->map.size, reach = END_SIZE + COMMENT_MOST;
    for (size_t back = END_SIZE; back <= size && back <= reach; back++)
        if (little32(file->map.data + size - back) == END_SIGNATURE)
            return file->map.data + size - back;
    return NULL;
}

/* Archives with large or many members hold a second end record, found through a locator before the first. */
static int read_end64(const npz *file, const uint8_t *end, directory *where)
{
    const uint8_t *data = file->map.data;
    if (end - data < LOCATOR_SIZE || little32(end - LOCATOR_SIZE) != LOCATOR_SIGNATURE)
        return 0;
    uint64_t at = little64(end - LOCATOR_SIZE + 8);
    if (file->map.size < END64_SIZE || at > file->map.size - END64_SIZE || little32(data + at) != END64_SIGNATURE)
        return complain_damaged(file, "its zip64 end record is missing");
    *where = (directory){ little64(data + at + 48), little64(data + at + 40), little64(data + at + 32) };
    return 0;
}

static const char *what_it_is(const npz *file)
{
    if (!file->map.data)
        return "it is empty";
    if (file->map.size > 6 && memcmp(file->map.data, "\x93NUMPY", 6) == 0)
        return "it is a single array (npy)";
    return "it has no zip directory at its end";
}

static int find_directory(const npz *file, directory *where)
{
    const uint8_t *end = file->map.size >= END_SIZE ? find_end(file) : NULL;
    if (!end)
        return complain_damaged(file, what_it_is(file));
    *where = (directory){ little32(end + 16), little32(end + 12), little16(end + 10) };
    if (read_end64(file, end, where) < 0)
        return -1;
    if (where->offset > file->map.size || where->size > file->map.size - where->offset ||
        where->count > where->size / ENTRY_SIZE)
        return complain_damaged(file, "its directory does not lie inside the file");
    return 0;
}

/* Sizes that do not fit 32 bits stand in an extra field, only those and in this order. */
static int read_sizes64(const uint8_t *extra, size_t length, npz_member *member)
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

static int check_member(const npz *file, npz_member *member)
{
    const uint8_t *data = file->map.data;
    uint64_t size = file->map.size;
    if (size < LOCAL_SIZE || member->offset > size - LOCAL_SIZE || little32(data + member->offset) != LOCAL_SIGNATURE)
        return complain_damaged(file, "a member's header is missing");
    member->offset += LOCAL_SIZE + little16(data + member->offset + 26) + little16(data + member->offset + 28);
    if (member->offset > size || member->packed > size - member->offset)
        return complain_damaged(file, "a member reaches beyond the end of the file");
    if (member->deflated ? member->unpacked / DEFLATE_MOST > member->packed : member->unpacked != member->packed)
        return complain_damaged(file, "a member's size is impossible");
    return 0;
}

/* Reads the directory's entry at *at and moves on; names lose their ".npy". */
static int read_entry(npz *file, const uint8_t **at, const uint8_t *end, npz_entry *entry)
{
    const uint8_t *p = *at;
    if (end - p < ENTRY_SIZE || little32(p) != ENTRY_SIGNATURE)
        return complain_damaged(file, "its directory is damaged");
    size_t name = little16(p + 28), extra = little16(p + 30), comment = little16(p + 32);
    if ((size_t)(end - p) < ENTRY_SIZE + name + extra + comment)
        return complain_damaged(file, "its directory is damaged");
    uint32_t method = little16(p + 10);
    if (little16(p + 8) & 1 || (method != 0 && method != 8))
        return complain("%s: '%.*s' is %s; only stored and deflated members are read, save it with numpy.savez",
                        file->path, (int)name, (const char *)p + ENTRY_SIZE,
                        little16(p + 8) & 1 ? "encrypted" : "compressed in another way than deflate");
    npz_member *member = &entry->member;
    *member = (npz_member){ little32(p + 42), little32(p + 20), little32(p + 24), little32(p + 16), method == 8, 0 };
    if (read_sizes64(p + ENTRY_SIZE + name, extra, member) < 0)
        return complain_damaged(file, "its directory is damaged");
    bool npy = name > 4 && !memcmp(p + ENTRY_SIZE + name - 4, ".npy", 4);
    entry->name = take_text("%.*s", (int)(npy ? name - 4 : name), (const char *)p + ENTRY_SIZE);
    *at = p + ENTRY_SIZE + name + extra + comment;
    return entry->name ? check_member(file, member) : -1;
}

int zip_read_directory(npz *file)
{
    directory where = { 0 };
    if (find_directory(file, &where) < 0)
        return -1;
    file->entries = take_zeroed((size_t)where.count, sizeof *file->entries, "members of an archive");
    if (!file->entries)
        return -1;
    const uint8_t *at = file->map.data + where.offset, *end = at + where.size;
    for (uint64_t i = 0; i < where.count; i++) {
        file->count++;
        if (read_entry(file, &at, end, &file->entries[i]) < 0)
            return -1;
    }
    return 0;
}

int stream_open(npz_stream *stream, const npz *file, const npz_member *member, const char *name)
{
    *stream = (npz_stream){ .file = file,
                            .name = name,
                            .member = member,
                            .next = file->map.data + member->offset,
                            .packed_left = member->packed,
                            .unpacked_left = member->unpacked,
                            .checksum = (uint32_t)crc32(0, NULL, 0) };
    if (member->deflated && inflateInit2(&stream->inflater, -MAX_WBITS) != Z_OK)
        return complain("out of memory for unpacking %s", file->path);
    return 0;
}

static size_t least_of(uint64_t a, uint64_t b)
{
    return (size_t)(a < b ? a : b);
}

/* Unpacks up to `bytes` bytes. Returns how many, 0 if the packed data end or are damaged. */
static size_t unpack(npz_stream *stream, uint8_t *to, size_t bytes)
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

static size_t copy_stored(npz_stream *stream, uint8_t *to, size_t bytes)
{
    size_t now = least_of(bytes, stream->packed_left);
    if (now)
        memcpy(to, stream->next, now);
    stream->next += now;
    stream->packed_left -= now;
    return now;
}

int stream_read(npz_stream *stream, void *to, size_t bytes)
{
    uint8_t *place = to;
    while (bytes > 0) {
        size_t most = least_of(bytes, STREAM_BLOCK);
        size_t now = stream->member->deflated ? unpack(stream, place, most) : copy_stored(stream, place, most);
        if (now == 0 || now > stream->unpacked_left)
            return complain("%s: array '%s' is damaged: its %s; save it again", stream->file->path, stream->name,
                            now ? "data are longer than said" : "data end too soon or cannot be unpacked");
        stream->checksum = (uint32_t)crc32(stream->checksum, place, (uInt)now);
        stream->unpacked_left -= now;
        place += now;
        bytes -= now;
    }
    return 0;
}

int stream_finish(npz_stream *stream)
{
    if (stream->unpacked_left)
        return complain("%s: array '%s' is damaged: %llu bytes follow its last element; save it again",
                        stream->file->path, stream->name, (unsigned long long)stream->unpacked_left);
    if (stream->checksum != stream->member->checksum)
        return complain("%s: array '%s' is damaged: its checksum is wrong; save it again", stream->file->path,
                        stream->name);
    return 0;
}

void stream_close(npz_stream *stream)
{
    if (stream->member->deflated)
        inflateEnd(&stream->inflater);
}
