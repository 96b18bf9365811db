/* activation_kind.h: the activations by name, for both halves of an operation. */
#ifndef ABLATE_OPS_ACTIVATION_KIND_H
#define ABLATE_OPS_ACTIVATION_KIND_H

typedef enum {
    ACTIVATION_NONE,
    ACTIVATION_QUICKGELU,
    ACTIVATION_GELU,
    ACTIVATION_RELU,
    ACTIVATION_TANH,
    ACTIVATION_RELU6,
    ACTIVATION_SILU,
    ACTIVATION_HARDSWISH
} activation_kind;
#define ACTIVATION_CHOICES "none|quickgelu|gelu|relu|tanh|relu6|silu|hardswish"

#endif
