/* emulator_parts.h: what the files of the emulator share, and nobody else. */
#ifndef EMULATOR_PARTS_H
#define EMULATOR_PARTS_H
#include "emulator.h"

/* Runs every block now. */
void emulator_run(const std::function<void()> &body, dim3 blocks, unsigned threads);

/* Work of a stream: done now, or kept if the stream is being captured. */
void emulator_enqueue(cudaStream_t, std::function<void()>);

#endif
