#include "../base/diag.h"
#include "model.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *model_device_half(const ablate_module *module, const device *where)
{
    const char *file = module_file(module), *name = strrchr(file, '/');
    char *path = name ? take_text("%.*s/%s%s", (int)(name - file), file, where->name, name)
                      : take_text("%s/%s", where->name, file);
    if (path && access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static int extend(const ablate_module *module, const device *where)
{
    char why[DEVICE_WHY] = "";
    char *path = module->ops && where->extend ? model_device_half(module, where) : NULL;
    int status = path && where->extend(path, why) != 0 ? complain("%s: %s", path, why) : 0;
    free(path);
    return status;
}

int model_place(const model *m, const device *where)
{
    static const char *const name[] = { [RUN_PRECISE] = "float32", [RUN_TF32] = "tf32", [RUN_BF16] = "bf16" };
    int status = where->choose_precision ? where->choose_precision(name[m->run->precision])
                                         : -(m->run->precision != RUN_PRECISE);
    if (status != 0)
        return complain("device '%s' multiplies in float32 only; set run.precision = float32, or use --device cuda",
                        where->name);
    for (int i = 0; i < m->parts && status == 0; i++)
        status = extend(m->part[i].module, where);
    return status;
}
