/* cuda_state.cu: what all files of the device look at: the chip, failures, whether calls are being recorded. */
#include "cuda.h"
#include <cstdarg>
#include <cstdio>

gpu cuda_gpu;
cudaDeviceProp cuda_chip;
bool cuda_recording;

static char trouble[DEVICE_WHY];

int cuda_trouble(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!trouble[0])
        vsnprintf(trouble, sizeof trouble, format, arguments);
    va_end(arguments);
    return -1;
}

const char *cuda_trouble_text(void)
{
    return trouble[0] ? trouble : nullptr;
}

int cuda_check(cudaError_t error, const char *what)
{
    if (error == cudaErrorNoKernelImageForDevice)
        return cuda_trouble("this build has no code for its compute capability %d.%d; build again with ARCHS=%d%d",
                            cuda_chip.major, cuda_chip.minor, cuda_chip.major, cuda_chip.minor);
    return error == cudaSuccess ? 0 : cuda_trouble("%s: %s", what, cudaGetErrorString(error));
}

const char *cuda_trouble_told(void)
{
    static char told[DEVICE_WHY];
    snprintf(told, sizeof told, "%s", trouble);
    trouble[0] = 0;
    return told[0] ? told : nullptr;
}
