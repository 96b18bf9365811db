#include "split.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER "object,split,label,image,mask"

enum { FIELDS = 5 };

static int one_of(const char *word, const char *no, const char *yes)
{
    return strcmp(word, yes) == 0 ? 1 : strcmp(word, no) == 0 ? 0 : -1;
}

static const char *stem_of(ablate_builder *b, const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path, *dot = strrchr(file, '.');
    return dot ? ablate_text(b, "%.*s", (int)(dot - file), file) : file;
}

static int split_add(ablate_builder *b, split *s, split_row row)
{
    if (s->rows == s->room) {
        int room = s->room ? 2 * s->room : 4096;
        split_row *grown = realloc(s->row, (size_t)room * sizeof *grown);
        if (!grown)
            return ablate_fail(b, "out of memory for a list of %d pictures", room);
        s->row = grown;
        s->room = room;
    }
    s->row[s->rows++] = row;
    return 0;
}

/* Cuts the line at its commas. Number of fields. */
static int cut_fields(char *line, const char *field[FIELDS])
{
    int count = 0;
    for (char *at = line; at; count++) {
        if (count < FIELDS)
            field[count] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = 0;
    }
    return count;
}

static int add_line(ablate_builder *b, const char *path, int number, char *line, split *s)
{
    const char *field[FIELDS];
    int count = cut_fields(line, field);
    if (count != FIELDS)
        return ablate_fail(b, "%s:%d: %d fields instead of " HEADER "; correct the line", path, number, count);
    int test = one_of(field[1], "train", "test"), anomaly = one_of(field[2], "normal", "anomaly");
    if (test < 0)
        return ablate_fail(b, "%s:%d: split '%s' must be train or test", path, number, field[1]);
    if (anomaly < 0)
        return ablate_fail(b, "%s:%d: label '%s' must be normal or anomaly", path, number, field[2]);
    if (!*field[0] || !*field[3])
        return ablate_fail(b, "%s:%d: object or image is empty; correct the line", path, number);
    if (anomaly != (*field[4] != 0))
        return ablate_fail(b, "%s:%d: %s; correct the line", path, number,
                           anomaly ? "an anomaly without a mask" : "a normal picture with a mask");
    return split_add(b, s,
                     (split_row){ .class_name = ablate_text(b, "%s", field[0]),
                                  .image = ablate_text(b, "%s", field[3]),
                                  .mask = ablate_text(b, "%s", field[4]),
                                  .stem = stem_of(b, ablate_text(b, "%s", field[3])),
                                  .test = test,
                                  .anomaly = anomaly,
                                  .line = number });
}

static int read_lines(ablate_builder *b, const char *path, FILE *from, split *s)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int status = 0, number = 0;
    while (status == 0 && (length = getline(&line, &room, from)) >= 0) {
        number++;
        if ((size_t)length != strlen(line))
            status = ablate_fail(b, "%s:%d: a zero byte; this is no text, copy the file again", path, number);
        line[strcspn(line, "\r\n")] = 0;
        if (status < 0 || (number > 1 && !*line))
            continue;
        if (number > 1)
            status = add_line(b, path, number, line, s);
        else if (strcmp(line, HEADER) != 0)
            status = ablate_fail(b, "%s:1: the header must be " HEADER "; take the file of the release", path);
    }
    if (status == 0 && ferror(from))
        status = ablate_fail(b, "%s: cannot read: %s; copy it again", path, strerror(errno));
    if (status == 0 && s->rows == 0)
        status = ablate_fail(b, "%s: no picture is listed; copy the file again", path);
    free(line);
    return status;
}

static int by_image(const void *a, const void *b)
{
    const split_row *one = a, *two = b;
    int order = strcmp(one->image, two->image);
    return order ? order : one->line - two->line;
}

static int by_place(const void *a, const void *b)
{
    const split_row *one = a, *two = b;
    int order = strcmp(one->class_name, two->class_name);
    if (order)
        return order;
    if (one->test != two->test)
        return one->test ? 1 : -1;
    if (one->anomaly != two->anomaly)
        return one->anomaly ? -1 : 1;
    return strcmp(one->stem, two->stem);
}

static int check_twice(ablate_builder *b, const char *path, split *s)
{
    qsort(s->row, (size_t)s->rows, sizeof *s->row, by_image);
    for (int i = 1; i < s->rows; i++)
        if (strcmp(s->row[i - 1].image, s->row[i].image) == 0)
            return ablate_fail(b, "%s:%d: %s is listed in line %d already; remove one of them", path, s->row[i].line,
                               s->row[i].image, s->row[i - 1].line);
    return 0;
}

int split_read(ablate_builder *b, const char *path, split *s)
{
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return ablate_fail(b, "%s: not a plain file; take it from the release of VisA", path);
    FILE *from = fopen(path, "r");
    if (!from)
        return ablate_fail(b, "%s: cannot read: %s; take it from the release of VisA", path, strerror(errno));
    int status = read_lines(b, path, from, s);
    fclose(from);
    if (status == 0)
        status = check_twice(b, path, s);
    if (status == 0)
        qsort(s->row, (size_t)s->rows, sizeof *s->row, by_place);
    return status;
}
