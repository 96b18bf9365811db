#include "data_set.h"

void open_refused(const char *spec, const settings *from, const char *words)
{
    dataset d;
    complaint_clear();
    assert_int_equal(dataset_open(&d, spec, from, NULL), -1);
    expect_complaint(words);
    dataset_close(&d);
}

static settings chosen(const char *module, const char *assignment)
{
    settings from = { 0 };
    char whole[200];
    snprintf(whole, sizeof whole, "%s.%s", module, assignment ? assignment : "");
    if (assignment)
        assert_int_equal(settings_set_text(&from, whole, "test", 1), 0);
    return from;
}

void open_set(dataset *d, const char *module, const char *under, const char *assignment)
{
    char spec[300];
    settings from = chosen(module, assignment);
    snprintf(spec, sizeof spec, "%s:%s", module, below("%s", under));
    if (dataset_open(d, spec, &from, NULL) < 0)
        fail_msg("%s", complaint());
    settings_free(&from);
}

void set_refused(const char *module, const char *under, const char *assignment, const char *words)
{
    char spec[300];
    settings from = chosen(module, assignment);
    snprintf(spec, sizeof spec, "%s:%s", module, below("%s", under));
    open_refused(spec, &from, words);
    settings_free(&from);
}

int count_defective(const dataset *d)
{
    int count = 0;
    for (int i = 0; i < d->pictures; i++)
        count += d->picture[i].test && !d->picture[i].good;
    return count;
}

void listed(const dataset *d, const char *const *lines)
{
    size_t head = strlen(folder) + 1;
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
