#include "call.h"

bool call_supported(const device *where, const ablate_op *op, bool backward)
{
    device_step s = { .op = op, .backward = backward };
    return where->resolve(&s);
}

int call_run(const device *where, const ablate_op *op, bool backward, const ablate_call *call)
{
    device_step s = { .op = op, .backward = backward, .call = *call };
    where->resolve(&s);
    return where->run(&s, call->step);
}
