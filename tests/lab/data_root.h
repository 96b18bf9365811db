/* data_root.h: folders of pictures that a test makes, lists with a data module and throws away; included by one test
 * program each. */
#ifndef ABLATE_TESTS_DATA_ROOT_H
#define ABLATE_TESTS_DATA_ROOT_H
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/data/dataset.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64]; /* a new folder for each test */

static inline int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline int make_root(void **state)
{
    (void)state;
    complaint_clear();
    snprintf(root, sizeof root, "/tmp/ablate-data-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static inline int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path below the root, by a format; valid until the fourth call after. */
static inline const char *below(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline const char *below(const char *format, ...)
{
    static char path[4][512];
    static int next;
    char *into = path[next++ % 4];
    int used = snprintf(into, sizeof path[0], "%s/", root);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(into + used, sizeof path[0] - (size_t)used, format, arguments);
    va_end(arguments);
    return into;
}

/* Empty files: a list is made without looking into them. */
static inline void make_files(const char *const *names)
{
    for (; *names; names++)
        assert_int_equal(file_write_text(below("%s", *names), ""), 0);
}
#define FILES(...) make_files((const char *const[]){ __VA_ARGS__, NULL })

static inline void copy_file(const char *from, const char *to)
{
    file_map map;
    assert_int_equal(file_map_open(from, &map), 0);
    file_draft *draft = file_draft_open(to);
    assert_non_null(draft);
    assert_int_equal(fwrite(map.data, 1, map.size, file_draft_stream(draft)), map.size);
    assert_int_equal(file_commit(draft), 0);
    file_map_close(&map);
}

/* The same file under another name, both below the root; directories are made. */
static inline void link_file(const char *from, const char *to)
{
    const char *path = below("%s", to);
    if (link(below("%s", from), path) == 0)
        return;
    const char *folder = below("%.*s", (int)(strrchr(to, '/') - to), to);
    assert_int_equal(file_make_directory(folder), 0);
    if (link(below("%s", from), path) < 0)
        fail_msg("cannot link %s to %s", to, from);
}

/* `count` times the same file as FOLDER/000TAIL, FOLDER/001TAIL, ... */
static inline void link_many(const char *from, const char *folder, const char *tail, int count)
{
    for (int i = 0; i < count; i++) {
        char name[300];
        snprintf(name, sizeof name, "%s/%03d%s", folder, i, tail);
        link_file(from, name);
    }
}

static inline void move_file(const char *from, const char *to)
{
    if (rename(below("%s", from), below("%s", to)) < 0)
        fail_msg("cannot move %s to %s", from, to);
}

/* Listing must fail with a sentence that holds the words. */
static inline void open_refused(const char *spec, const settings *from, const char *words)
{
    dataset d;
    complaint_clear();
    assert_int_equal(dataset_open(&d, spec, from, NULL), -1);
    assert_non_null(complaint());
    if (!strstr(complaint(), words))
        fail_msg("'%s' should hold '%s'", complaint(), words);
    complaint_clear();
    dataset_close(&d);
}

static inline int count_defective(const dataset *d)
{
    int count = 0;
    for (int i = 0; i < d->pictures; i++)
        count += d->picture[i].test && !d->picture[i].good;
    return count;
}

/* "name path mask|-" of each picture in turn, paths below the root. */
static inline void listed(const dataset *d, const char *const *lines)
{
    size_t head = strlen(root) + 1;
    for (int i = 0; i < d->pictures || lines[i]; i++) {
        if (i == d->pictures || !lines[i])
            fail_msg("%d pictures, but the line %s", d->pictures, lines[i] ? lines[i] : "is missing");
        const picture *p = &d->picture[i];
        char line[512];
        snprintf(line, sizeof line, "%s %s %s", p->name, p->path + head, p->mask ? p->mask + head : "-");
        assert_string_equal(line, lines[i]);
        assert_true(strncmp(p->name, p->class_name, strlen(p->class_name)) == 0);
        assert_true(p->test == (strstr(p->name, "/test/") != NULL));
        assert_true(p->good == (strstr(p->name, "/good/") != NULL));
        assert_non_null(strstr(p->name, p->state));
    }
}
#define LISTED(d, ...) listed(d, (const char *const[]){ __VA_ARGS__, NULL })

#endif
