/* data_module.h: opening a data module on folders below the test's own (data_root.h). DATA_MODULE, its name, is defined
 * by the test before. An assignment is "classes=...", "partial=yes" and the like, or NULL. */
#ifndef TESTS_DATA_MODULE_H
#define TESTS_DATA_MODULE_H
#include "data_root.h"
#include "image_golden.h"

static inline int begin(void **state)
{
    (void)state;
    complaint_clear();
    return 0;
}

static inline settings chosen(const char *assignment)
{
    settings from = { 0 };
    char whole[200];
    snprintf(whole, sizeof whole, DATA_MODULE ".%s", assignment ? assignment : "");
    if (assignment)
        assert_int_equal(settings_set_text(&from, whole, "test", 1), 0);
    return from;
}

static inline void open_set(dataset *d, const char *path, const char *assignment)
{
    char spec[300];
    settings from = chosen(assignment);
    snprintf(spec, sizeof spec, DATA_MODULE ":%s", below("%s", path));
    if (dataset_open(d, spec, &from, NULL) < 0)
        fail_msg("%s", complaint());
    settings_free(&from);
}

static inline void refused(const char *path, const char *assignment, const char *words)
{
    char spec[300];
    settings from = chosen(assignment);
    snprintf(spec, sizeof spec, DATA_MODULE ":%s", below("%s", path));
    open_refused(spec, &from, words);
    settings_free(&from);
}

#endif
