#include "op_device.h"

#include <dlfcn.h>

const device *op_under_test; /* behind op_over */

int op_shift; /* floats by which every tensor is off its alignment; not working room */

static const uint32_t op_guard_bits = 0x7FC0BEEFu;

const char *op_trouble(void)
{
    const char *text = op_under_test->trouble ? op_under_test->trouble() : NULL;
    return text ? text : "it does not say why";
}

float *op_send_to(const float *from, int64_t n, int shift)
{
    char *at = op_under_test->allocate((size_t)(n + OP_GUARD + shift) * sizeof(float));
    float *filler = malloc((size_t)(n + OP_GUARD) * sizeof *filler);
    if (!at || !filler) {
        fail_msg("%s: no memory for a tensor of a test: %s", op_under_test->name, op_trouble());
        abort(); /* never reached: fail_msg does not come back */
    }
    for (int64_t i = 0; i < n; i++)
        filler[i] = from ? from[i] : NAN;
    for (int64_t i = n; i < n + OP_GUARD; i++)
        memcpy(&filler[i], &op_guard_bits, sizeof op_guard_bits);
    float *there = (float *)(void *)at + shift;
    if (op_under_test->upload(there, filler, (size_t)(n + OP_GUARD) * sizeof(float)) != 0)
        fail_msg("%s: %s", op_under_test->name, op_trouble());
    free(filler);
    return there;
}

float *op_send(const float *from, int64_t n)
{
    return op_send_to(from, n, op_shift);
}

/* Fails where the guard behind n numbers is not what it was. */
static void op_look_behind(const float *there, int64_t n)
{
    uint32_t guard[OP_GUARD];
    if (op_under_test->download(guard, there + n, sizeof guard) != 0)
        fail_msg("%s: %s", op_under_test->name, op_trouble());
    for (int i = 0; i < OP_GUARD; i++)
        if (guard[i] != op_guard_bits)
            fail_msg("%s: a kernel has written %d numbers behind the end of a tensor of %lld", op_under_test->name,
                     i + 1, (long long)n);
}

void op_fetch_from(float *there, float *to, int64_t n, int shift)
{
    if (!there)
        return;
    if (to && op_under_test->download(to, there, (size_t)n * sizeof(float)) != 0)
        fail_msg("%s: %s", op_under_test->name, op_trouble());
    if (n > 0)
        op_look_behind(there, n);
    op_under_test->release(there - shift);
}

void op_fetch(const float *there, float *to, int64_t n)
{
    op_fetch_from((float *)(uintptr_t)there, to, n, op_shift);
}

/* Floats of aux: the shape rule's, asked again. */
static ablate_layout op_layout(const ablate_op *op, const ablate_call *call)
{
    ablate_layout layout = { 0 };
    assert_int_equal(op->shape(call->in_shape, call->n_in, call->attr, &layout), 0);
    return layout;
}

static int op_over_run(device_step *asked, uint64_t step)
{
    const float *in[ABLATE_INPUTS] = { NULL };
    float *grad[ABLATE_INPUTS] = { NULL };
    const ablate_op *op = asked->op;
    const ablate_call *call = &asked->call;
    const bool backward = asked->backward;
    if (op != device_find_op(op->name)) /* a mutant, whose mistake is in the CPU's half */
        return call_run(device_load("cpu", 0), op, backward, call);
    ablate_layout layout = op_layout(op, call);
    device_step there = *asked;
    int64_t n = shape_size(call->out_shape);
    if (!asked->kernel)
        fail_msg("%s: it has no '%s' %s", op_under_test->name, op->name, backward ? "backward" : "forward");
    for (int i = 0; i < call->n_in; i++) {
        in[i] = call->in[i] ? op_send(call->in[i], shape_size(&call->in_shape[i])) : NULL;
        grad[i] = backward && call->grad_in[i] ? op_send(call->grad_in[i], shape_size(&call->in_shape[i])) : NULL;
    }
    there.aux = layout.aux;
    there.call.in = in;
    there.call.grad_in = grad;
    there.call.out = call->out ? op_send(call->out, n) : NULL;
    there.call.aux = call->aux ? op_send(call->aux, layout.aux) : NULL;
    there.call.scratch = op_send_to(NULL, asked->scratch, 0);
    there.call.grad_out = backward ? op_send(call->grad_out, n) : NULL;
    int status = op_under_test->run(&there, step);
    if (status != 0 || op_under_test->synchronise() != 0)
        fail_msg("%s: %s", op_under_test->name, op_trouble());
    for (int i = 0; i < call->n_in; i++) {
        op_fetch(in[i], NULL, shape_size(&call->in_shape[i]));
        op_fetch(grad[i], grad[i] ? call->grad_in[i] : NULL, shape_size(&call->in_shape[i]));
    }
    op_fetch(there.call.out, backward ? NULL : call->out, n);
    op_fetch(there.call.aux, backward ? NULL : call->aux, layout.aux);
    op_fetch_from(there.call.scratch, NULL, asked->scratch, 0);
    op_fetch(there.call.grad_out, NULL, n);
    return 0;
}

const device *op_over(const char *name)
{
    static device over;
    op_under_test = device_load(name, 0);
    if (!op_under_test)
        return NULL;
    over = *op_under_test;
    over.run = op_over_run;
    return &over;
}

void op_order(int order)
{
    void *object = dlopen("ablate-emulated.so", RTLD_NOW | RTLD_NOLOAD);
    int *at = object ? dlsym(object, "emulator_order") : NULL;
    if (at)
        *at = order;
    if (object)
        dlclose(object);
}
