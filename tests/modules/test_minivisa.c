/* The data set `minivisa`. */
#define DRAWN_NAME    "minivisa"
#define DRAWN_CLASSES 12
#define DRAWN_TRAIN   20
#define DRAWN_GOOD    12
#define DRAWN_KINDS   4
#define DRAWN_SURFACE "minivisa-cashew/test/burnt/"
#include "../lab/drawn_data.h"

int main(void)
{
    return drawn_data_test();
}
