/* loader.c: looks at a module's record, loads it, looks again, and keeps it. */
#include "loader.h"
#include "../base/diag.h"
#include "../base/numbers.h"
#include "../base/settings.h"
#include "../base/words.h"
#include "elf_symbol.h"
#include "module_find.h"
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOL "ablate_module_entry"
/* What every module of major 1 has: all that a module needs to build. What follows came or comes later. */
#define SIZE_LEAST (offsetof(ablate_module, build) + sizeof(((ablate_module *)0)->build))

enum { ROOM_MOST = 1 << 20, STATE_MOST = 1 << 28, OPS_MOST = 256 };

typedef struct loaded {
    struct loaded *next;
    char *path;
    ablate_module module; /* a whole one, also if the file's is older and shorter */
} loaded;

/* What is loaded stays so until the process ends: graphs and settings point into it. Main thread only. */
static loaded *all_loaded;

/* ---- the first bytes ---- */

static int check_abi(const char *path, const ablate_abi *abi, uint64_t room)
{
    static const ablate_abi own = ABLATE_ABI;
    if (memcmp(abi->magic, own.magic, sizeof own.magic) != 0)
        return complain("%s: its '" SYMBOL "' is not the record of a module; let it begin with .abi = ABLATE_ABI",
                        path);
    if (abi->major != own.major)
        return complain("%s: it is built for interface %u.%u, this program has %u.%u; build it again with this "
                        "program's module.h",
                        path, abi->major, abi->minor, own.major, own.minor);
    if (abi->minor > own.minor)
        return complain("%s: it needs interface %u.%u, this program has %u.%u; use a newer program, or build it again "
                        "with this program's module.h",
                        path, abi->major, abi->minor, own.major, own.minor);
    if (memcmp(abi->stamp, own.stamp, sizeof own.stamp) != 0)
        return complain("%s: its numbers are laid out as '%.20s', this program's as '%s'; build it again with this "
                        "program's op.h and module.h",
                        path, abi->stamp, own.stamp);
    if (abi->size < SIZE_LEAST || abi->size > room)
        return complain(
            "%s: its record says that it has %u bytes, but a module's has at least %zu and this file's %llu; "
            "let it begin with .abi = ABLATE_ABI and build it again",
            path, abi->size, SIZE_LEAST, (unsigned long long)room);
    return 0;
}

/* Reads the first bytes as data: none of the module's code, constructors neither, has run yet. *room: record's size. */
static int check_file(const char *path, uint64_t *room)
{
    ablate_abi abi;
    int found = elf_read_symbol(path, SYMBOL, &abi, sizeof abi, room);
    if (found < 0)
        return -1;
    if (!found)
        return complain("%s: it exports no '" SYMBOL "', so it is no module; let it end with "
                        "`const ablate_module " SYMBOL " = { ... };`",
                        path);
    return check_abi(path, &abi, *room);
}

/* ---- the record ---- */

static int check_settings(const char *path, const ablate_setting *rows, size_t size, const char *whose)
{
    char why[160];
    if (settings_check_rows(rows, size, why) < 0)
        return complain("%s: %s%s; correct it in the module's source", path, whose, why);
    for (; rows && rows->name; rows++)
        if (!isfinite(rows->def))
            return complain("%s: %ssetting '%.60s': its default is not finite; correct it in the module's source", path,
                            whose, rows->name);
    return 0;
}

static int check_op(const char *path, const char *name, const ablate_op *op)
{
    char whose[100];
    size_t length = strlen(name);
    if (strncmp(op->name, name, length) != 0 || op->name[length] != '.' || !op->name[length + 1])
        return complain("%s: its operation '%.60s' must be called '%s.SOMETHING'", path, op->name, name);
    if (!op->shape || !op->forward)
        return complain("%s: operation '%.60s' lacks `shape` or `forward`; give it both", path, op->name);
    if (op->min_in < 1 || op->max_in > ABLATE_INPUTS || op->min_in > op->max_in)
        return complain("%s: operation '%.60s' says that it takes %d to %d inputs; it must be within 1 to %d", path,
                        op->name, op->min_in, op->max_in, ABLATE_INPUTS);
    if (op->attr_size > ROOM_MOST)
        return complain("%s: operation '%.60s' says that its attributes take %u bytes; the most is %d", path, op->name,
                        op->attr_size, (int)ROOM_MOST);
    snprintf(whose, sizeof whose, "operation '%.60s': ", op->name);
    return check_settings(path, op->attrs, op->attr_size, whose);
}

static int check_ops(const char *path, const char *name, const ablate_op *ops)
{
    for (int i = 0; ops && ops[i].name; i++) {
        if (i == OPS_MOST)
            return complain("%s: its list of operations does not end; close it with { 0 }", path);
        if (check_op(path, name, &ops[i]) < 0)
            return -1;
        for (int j = 0; j < i; j++)
            if (strcmp(ops[i].name, ops[j].name) == 0)
                return complain("%s: its operation '%.60s' is there twice; delete one", path, ops[i].name);
    }
    return 0;
}

/* What a data module gives beside its pictures. */
static int check_inputs(const char *path, const ablate_module *m)
{
    if (!m->inputs)
        return 0;
    if (!module_name_valid(m->inputs) || strcmp(m->inputs, "image") == 0)
        return complain("%s: its `inputs` '%.60s' is no name for the board; take 1 to 60 letters, digits, '_' and '-', "
                        "not 'image'",
                        path, m->inputs);
    if (m->inputs_length < 1 || m->inputs_length > (int)ROOM_MOST)
        return complain("%s: its `inputs_length` is %d; it must be within 1 to %d", path, m->inputs_length,
                        (int)ROOM_MOST);
    return 0;
}

static int check_record(const char *path, const char *name, const ablate_module *m)
{
    if (!m->name || strcmp(m->name, name) != 0)
        return complain("%s: it calls itself '%.60s'; its name must be that of its file, '%s'", path,
                        m->name ? m->name : "", name);
    if (!m->build && !m->list)
        return complain("%s: it has neither `build` nor `list`; give it `build` if it is part of a model, `list` if it "
                        "gives pictures",
                        path);
    if (check_settings(path, m->settings, m->settings_size, "") < 0)
        return -1;
    if (m->settings_size > ROOM_MOST || m->state_size > STATE_MOST)
        return complain("%s: it asks for %u bytes of settings and %u of state; the most are %d and %d", path,
                        m->settings_size, m->state_size, (int)ROOM_MOST, (int)STATE_MOST);
    if (m->spread && !word_listed(m->writes, " ", m->spread))
        return complain("%s: its `spread` '%.60s' is not among what it writes; name one of `writes`", path, m->spread);
    return check_inputs(path, m) < 0 ? -1 : check_ops(path, name, m->ops);
}

/* ---- loading ---- */

/* The record of a file whose first bytes are right, as this program's ablate_module; what is missing is zero. */
static int read_record(const char *path, void *object, uint64_t room, ablate_module *to)
{
    const ablate_module *entry = dlsym(object, SYMBOL);
    if (!entry)
        return complain("%s: it exports no '" SYMBOL "' when loaded; build it again", path);
    ablate_abi abi;
    memcpy(&abi, entry, sizeof abi);
    if (check_abi(path, &abi, room) < 0)
        return -1;
    *to = (ablate_module){ 0 };
    memcpy(to, entry, abi.size < sizeof *to ? abi.size : sizeof *to);
    const char **texts[] = { &to->doc, &to->paper, &to->reads, &to->writes };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!*texts[i])
            *texts[i] = "";
    return 0;
}

static loaded *load_file(const char *path, const char *name)
{
    uint64_t room;
    if (check_file(path, &room) < 0)
        return NULL;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        complain("%s: it cannot be loaded (%s); build it again", path, dlerror());
        return NULL;
    }
    loaded *added = take_zeroed(1, sizeof *added, "a module");
    if (added)
        added->path = take_text("%s", path);
    if (!added || !added->path || read_record(path, object, room, &added->module) < 0 ||
        check_record(path, name, &added->module) < 0) {
        if (added)
            free(added->path);
        free(added);
        dlclose(object);
        return NULL;
    }
    return added;
}

const ablate_module *module_load(const char *name, const char *folders)
{
    char *path = module_find(name, folders);
    if (!path)
        return NULL;
    loaded *found = all_loaded;
    while (found && strcmp(found->path, path) != 0)
        found = found->next;
    if (!found && (found = load_file(path, name))) {
        found->next = all_loaded;
        all_loaded = found;
    }
    free(path);
    return found ? &found->module : NULL;
}

const char *module_file(const ablate_module *module)
{
    for (const loaded *at = all_loaded; at; at = at->next)
        if (&at->module == module)
            return at->path;
    return "";
}

int module_code(const ablate_module *module, char code[HASH_DIGITS])
{
    const char *path = module_file(module);
    unsigned version = 0;
    uint64_t size;
    *code = 0;
    int found = elf_read_symbol(path, "ablate_numbers", &version, sizeof version, &size);
    if (found < 0 || (found == 1 && version == ABLATE_NUMBERS))
        return found < 0 ? -1 : 0;
    found = elf_read_symbol(path, "ablate_source", code, HASH_DIGITS, &size);
    code[HASH_DIGITS - 1] = 0;
    return found == 0 ? hash_file_digits(path, code) : found < 0 ? -1 : 0;
}
