/* The data set `mini`. */
#define DRAWN_NAME    "mini"
#define DRAWN_CLASSES 15
#define DRAWN_TRAIN   16
#define DRAWN_GOOD    8
#define DRAWN_KINDS   4
#define DRAWN_SURFACE "mini-wood/test/"
#include "../lab/drawn_data.h"

int main(void)
{
    return drawn_data_test();
}
