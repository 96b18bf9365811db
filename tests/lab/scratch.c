#include "scratch.h"

#include <ftw.h>

char folder[64], own_file[96], start_folder[4096];
static char file_name[32];

int start(void **state)
{
    (void)state;
    complaint_clear();
    return 0;
}

int make_folder(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/ablate-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(own_file, sizeof own_file, "%s/%s", folder, file_name);
    return setenv("in", folder, 1) == 0 ? start(state) : -1;
}

static int remove_one(const char *name, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(name);
}

int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int enter_folder(void **state)
{
    return getcwd(start_folder, sizeof start_folder) && make_folder(state) == 0 ? chdir(folder) : -1;
}

int leave_folder(void **state)
{
    return chdir(start_folder) == 0 ? remove_folder(state) : -1;
}

void use_file(const char *name)
{
    snprintf(file_name, sizeof file_name, "%s", name);
}

const char *below(const char *format, ...)
{
    static char text[4][512];
    static int next;
    char *into = text[next++ % 4];
    int used = snprintf(into, sizeof text[0], "%s/", folder);
    va_list rest;
    va_start(rest, format);
    vsnprintf(into + used, sizeof text[0] - (size_t)used, format, rest);
    va_end(rest);
    return into;
}

void write_bytes(const void *bytes, size_t n)
{
    unlink(own_file);
    FILE *to = fopen(own_file, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, n, to), n);
    assert_int_equal(fclose(to), 0);
}

char *read_text(const char *file)
{
    file_map map;
    if (file_map_open(file, &map) < 0)
        fail_msg("%s", complaint());
    char *text = strndup((const char *)map.data, map.size);
    file_map_close(&map);
    assert_non_null(text);
    return text;
}

void make_files(const char *const *names)
{
    for (; *names; names++)
        assert_int_equal(file_write_text(below("%s", *names), ""), 0);
}

void copy_file(const char *from, const char *to)
{
    file_map map;
    assert_int_equal(file_map_open(from, &map), 0);
    file_draft *draft = file_draft_open(to);
    assert_non_null(draft);
    assert_int_equal(fwrite(map.data, 1, map.size, file_draft_stream(draft)), map.size);
    assert_int_equal(file_commit(draft), 0);
    file_map_close(&map);
}

void link_file(const char *from, const char *to)
{
    const char *there = below("%s", to);
    if (link(below("%s", from), there) == 0)
        return;
    const char *under = below("%.*s", (int)(strrchr(to, '/') - to), to);
    assert_int_equal(file_make_directory(under), 0);
    if (link(below("%s", from), there) < 0)
        fail_msg("cannot link %s to %s", to, from);
}

void link_many(const char *from, const char *under, const char *tail, int count)
{
    for (int i = 0; i < count; i++) {
        char name[300];
        snprintf(name, sizeof name, "%s/%03d%s", under, i, tail);
        link_file(from, name);
    }
}

void move_file(const char *from, const char *to)
{
    if (rename(below("%s", from), below("%s", to)) < 0)
        fail_msg("cannot move %s to %s", from, to);
}
