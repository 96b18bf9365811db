#include "../base/diag.h"
#include "../base/number.h"
#include "../base/settings.h"
#include "../device/device.h"
#include "../plugin/loader.h"
#include "shared.h"
#include "verbs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings and operations ---- */

static void default_print(const ablate_setting *row, char text[80])
{
    const char *choice = row->choices;
    for (int i = 0; choice && i < (int)row->def && choice[strcspn(choice, "|")]; i++)
        choice += strcspn(choice, "|") + 1;
    if (choice)
        snprintf(text, 80, "%.*s", (int)strcspn(choice, "|"), choice);
    else if (row->type == ABLATE_TEXT || row->type == ABLATE_PATH)
        snprintf(text, 80, "\"%s\"", row->text ? row->text : "");
    else if (row->type == ABLATE_BOOL)
        snprintf(text, 80, "%s", row->def != 0 ? "yes" : "no");
    else
        number_text(row->def, text);
}

/* Two lines a row: name, default and range; documentation. */
static void rows_print(const ablate_setting *rows, const char *prefix, const char *dot)
{
    size_t width = 0;
    for (const ablate_setting *row = rows; row && row->name; row++)
        width = strlen(row->name) > width ? strlen(row->name) : width;
    for (const ablate_setting *row = rows; row && row->name; row++) {
        char value[80], range[200];
        default_print(row, value);
        printf("  %s%s%-*s = %-12s %s\n", prefix, dot, (int)width, row->name, value, settings_range(row, range));
        printf("  %*s   %s\n", (int)(strlen(prefix) + strlen(dot) + width), "", row->doc ? row->doc : "");
    }
}

static void op_inputs_print(const ablate_op *op, char text[40])
{
    if (op->min_in == op->max_in)
        snprintf(text, 40, "%d", op->min_in);
    else
        snprintf(text, 40, "%d-%d", op->min_in, op->max_in);
}

static void op_line_print(const ablate_op *op, int width)
{
    char inputs[40];
    op_inputs_print(op, inputs);
    printf("%-*s  %-4s  %s\n", width, op->name, inputs, op->doc ? op->doc : "");
}

static void op_print(const ablate_op *op)
{
    char inputs[40];
    op_inputs_print(op, inputs);
    printf("%s: %s\n", op->name, op->doc ? op->doc : "");
    printf("inputs: %s; gradient: %s%s\n", inputs, op->backward ? "yes" : "none passes",
           op->random ? "; draws random numbers" : "");
    if (op->attrs && op->attrs->name)
        puts("attributes:");
    rows_print(op->attrs, "", "");
}

/* ---- modules ---- */

static void module_print(const ablate_module *m)
{
    printf("%s: %s\n", m->name, m->doc);
    if (*m->paper)
        printf("paper:  %s\n", m->paper);
    printf("file:   %s, for interface %u.%u\n", module_file(m), m->abi.major, m->abi.minor);
    if (m->build)
        printf("reads:  %s\nwrites: %s\n", *m->reads ? m->reads : "-", *m->writes ? m->writes : "-");
    if (m->list)
        printf("gives:  pictures%s%s\n", m->inputs ? " and " : "", m->inputs ? m->inputs : "");
    if (m->settings && m->settings->name)
        puts("settings (default, range):");
    rows_print(m->settings, m->name, ".");
    if (m->ops && m->ops->name)
        puts("operations:");
    for (const ablate_op *op = m->ops; op && op->name; op++) {
        printf("  ");
        op_line_print(op, 0);
    }
}

static void module_line_print(const char *name, int width, const ablate_module *m)
{
    if (!m)
        printf("%-*s  cannot be loaded: %s\n", width, name, complaint());
    else
        printf("%-*s  %s\n%*s  reads %s; writes %s\n", width, m->name, m->doc, width, "", *m->reads ? m->reads : "-",
               *m->writes ? m->writes : "-");
    complaint_clear();
}

/* A module that cannot be loaded is said, and the others are listed. */
static int modules_print(const char *folders)
{
    module_names known;
    int width = 0;
    if (module_list_available(folders, &known) < 0)
        return -1;
    for (int i = 0; i < known.count; i++)
        width = (int)strlen(known.name[i]) > width ? (int)strlen(known.name[i]) : width;
    for (int i = 0; i < known.count; i++)
        module_line_print(known.name[i], width, module_load(known.name[i], folders));
    int count = known.count;
    module_names_free(&known);
    return count ? 0 : complain("modules: there are none; build them with 'make' or name their folder with --modules");
}

static int list_modules(void *given)
{
    const verb_line *l = given;
    const ablate_module *m = l->words > 0 ? module_load(l->word[0], l->modules) : NULL;
    if (m)
        module_print(m);
    return m ? 0 : l->words > 0 ? -1 : modules_print(l->modules);
}

const verb verb_modules = {
    .name = "modules",
    .summary = "[NAME]    the modules there are, or one with its settings",
    .words = "[NAME]",
    .doc = "Lists the modules, or one with its settings, defaults and ranges.",
    .most = 1,
    .options = { shared_modules },
    .size = sizeof(verb_line),
    .run = list_modules,
};

/* ---- operations ---- */

static int compare_ops(const void *a, const void *b)
{
    return strcmp((*(const ablate_op *const *)a)->name, (*(const ablate_op *const *)b)->name);
}

static int ops_print(const ablate_op *const *all, int count)
{
    int width = 0;
    const ablate_op **sorted = take((size_t)count, sizeof *sorted, "a list of operations");
    if (!sorted)
        return -1;
    memcpy(sorted, all, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, compare_ops);
    for (int i = 0; i < count; i++)
        width = (int)strlen(sorted[i]->name) > width ? (int)strlen(sorted[i]->name) : width;
    printf("%-*s  %-4s  %s\n", width, "name", "in", "what it gives");
    for (int i = 0; i < count; i++)
        op_line_print(sorted[i], width);
    free(sorted);
    return 0;
}

/* "NAME.mix": an operation that the module before the dot brings. */
static const ablate_op *find_module_op(const char *name, const char *folders)
{
    char module[80];
    size_t length = strcspn(name, ".");
    if (!name[length] || length >= sizeof module)
        return NULL;
    snprintf(module, sizeof module, "%.*s", (int)length, name);
    const ablate_module *m = module_load(module, folders);
    for (const ablate_op *op = m ? m->ops : NULL; op && op->name; op++)
        if (strcmp(op->name, name) == 0)
            return op;
    return NULL;
}

static int complain_no_op(const char *name, const ablate_op *const *all, int count)
{
    const char **names = complaint() ? NULL : take((size_t)count, sizeof *names, "names of operations");
    for (int i = 0; names && i < count; i++)
        names[i] = all[i]->name;
    if (names)
        complain("there is no operation '%s'; the nearest is '%s' (see: ablate ops)", name,
                 settings_nearest(name, names, count));
    free(names);
    return -1;
}

static int list_ops(void *given)
{
    const verb_line *l = given;
    const char *name = l->words > 0 ? l->word[0] : NULL;
    int count = 0;
    if (l->modules && !(name && strchr(name, '.')))
        return complain("ops: --modules is where the module of an operation MODULE.NAME is looked for; name one, or "
                        "leave it out");
    if (device_load_records() < 0)
        return -1;
    const ablate_op *const *all = device_all_ops(&count);
    if (!name)
        return ops_print(all, count);
    const ablate_op *op = device_find_op(name);
    op = op ? op : find_module_op(name, l->modules);
    if (!op)
        return complain_no_op(name, all, count);
    op_print(op);
    return 0;
}

const verb verb_ops = {
    .name = "ops",
    .summary = "[NAME]    the operations there are, or one with its attributes",
    .words = "[NAME]",
    .doc = "Lists the operations, or one with its attributes, defaults and ranges.",
    .most = 1,
    .options = { shared_modules },
    .size = sizeof(verb_line),
    .run = list_ops,
};
