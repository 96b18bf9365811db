#include "module_build.h"

void build_module(const char *sources, const char *under, const char *name)
{
    must_work("${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -O1 -fPIC -shared "
              "-fvisibility=hidden -Icore %s -lm -o '%s/%s.so'",
              sources, under, name);
}
