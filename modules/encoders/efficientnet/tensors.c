/* tensors.c: a file of weights of which every tensor is accounted for. */
#include "convnet.h"
#include <string.h>

static const char *full(const convnet *n, const char *name)
{
    return ablate_text(n->b, "%s%s", n->prefix, name);
}

bool convnet_has(const convnet *n, const char *name)
{
    return ablate_has_weight(n->b, n->weights, full(n, name));
}

/* Training on several devices, compiling and wrapping put words with dots before all names. */
bool convnet_begins(convnet *n, const char *name)
{
    n->prefix = "";
    if (convnet_has(n, name))
        return true;
    const char *found = ablate_weight_note(n->b, n->weights, ablate_text(n->b, "names:.%s", name));
    if (!found)
        return false;
    n->prefix = ablate_text(n->b, "%.*s", (int)(strcspn(found, "\n") - strlen(name)), found);
    ablate_remark(n->b, "%s: the names in %s begin with '%s', which is left out", n->module, n->weights, n->prefix);
    return true;
}

static const char *shape_text(ablate_builder *b, ablate_shape shape)
{
    const char *text = shape.rank ? "" : "one number";
    for (int i = 0; i < shape.rank; i++)
        text = ablate_text(b, "%s%s%" PRId64, text, i ? "x" : "", shape.dim[i]);
    return text;
}

ablate_value *convnet_tensor(convnet *n, const char *name, ablate_shape shape)
{
    ablate_builder *b = n->b;
    ablate_value *tensor = ablate_weight(b, n->weights, full(n, name));
    ablate_shape found = ablate_shape_of(b, tensor);
    bool same = found.rank == shape.rank;
    for (int i = 0; same && i < shape.rank; i++)
        same = found.dim[i] == shape.dim[i];
    if (!same)
        ablate_fail(b, "%s: '%s' of %s is %s, and %s has %s there; give the weights of one", n->module, full(n, name),
                    n->weights, shape_text(b, found), n->kind, shape_text(b, shape));
    if (n->takens < CONVNET_TENSORS)
        n->taken[n->takens++] = full(n, name);
    else
        ablate_fail(b, "%s: %s has more than %d tensors", n->module, n->kind, CONVNET_TENSORS);
    return tensor;
}

static bool is_spare(const convnet *n, const char *name, const char *const *spare)
{
    static const char count[] = ".num_batches_tracked";
    size_t length = strlen(name), before = strlen(n->prefix);
    if (length >= sizeof count && strcmp(name + length - (sizeof count - 1), count) == 0)
        return true;
    for (; *spare; spare++)
        if (strncmp(name, n->prefix, before) == 0 && strncmp(name + before, *spare, strlen(*spare)) == 0)
            return true;
    return false;
}

int convnet_check_rest(const convnet *n, const char *const *spare)
{
    const char *at = ablate_weight_note(n->b, n->weights, "names:");
    for (; at && *at; at += strcspn(at, "\n") + 1) {
        const char *name = ablate_text(n->b, "%.*s", (int)strcspn(at, "\n"), at);
        bool known = is_spare(n, name, spare);
        for (int i = 0; i < n->takens && !known; i++)
            known = strcmp(n->taken[i], name) == 0;
        if (!known)
            return ablate_fail(n->b, "%s: %s has '%s', which %s does not have; give the weights of one", n->module,
                               n->weights, name, n->kind);
    }
    return 0;
}
