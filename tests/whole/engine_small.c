/* engine_small.c: a curve learnt from 64 points by the engine alone: y = sin(3 x), by one layer of 32 tanh. */
#include "engine.h"
#include <math.h>
#include <stdio.h>

enum { POINTS = 64, HIDDEN = 32, STEPS = 1000 };

int main(void)
{
    float x[POINTS], y[POINTS], guess[POINTS], worst = 0;
    for (int i = 0; i < POINTS; i++) {
        x[i] = 2.0f * (float)i / (POINTS - 1) - 1;
        y[i] = sinf(3 * x[i]);
    }
    engine *e = engine_open("cpu", 0, 1);
    if (!e)
        return fprintf(stderr, "%s\n", engine_trouble()), 1;
    ablate_builder *b = engine_builder(e);
    ablate_value *in = engine_input(e, "x", POINTS, 1), *wanted = engine_input(e, "y", POINTS, 1);
    ablate_value *w1 = ablate_param(b, "w1", "normal 1", HIDDEN, 1), *b1 = ablate_param(b, "b1", "normal 1", HIDDEN);
    ablate_value *w2 = ablate_param(b, "w2", "linear", 1, HIDDEN), *b2 = ablate_param(b, "b2", "zeros", 1);
    ablate_value *hidden = op_linear_to(b, "tanh", in, w1, b1), *out = op_linear(b, hidden, w2, b2);
    ablate_loss(b, "error", op_mean_all(b, op_square(b, op_sub(b, out, wanted))), 1);
    engine_ready(e, "rate=0.01", 0);
    engine_put(e, in, x);
    engine_put(e, wanted, y);
    double loss = 0;
    for (int step = 0; step < STEPS && engine_step(e, &loss) == 0; step++)
        if (step % 200 == 0)
            printf("step %3d: mean square error %.6f\n", step, loss);
    if (engine_get(e, out, guess) < 0)
        return fprintf(stderr, "%s\n", engine_trouble()), 1;
    for (int i = 0; i < POINTS; i++)
        worst = fmaxf(worst, fabsf(guess[i] - y[i]));
    printf("the curve is off by %.4f at most\n", (double)worst);
    engine_close(e);
    return 0;
}
