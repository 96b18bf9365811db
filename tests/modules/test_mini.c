/* The data set `mini`. */
#include "../lab/drawn_data.h"

int main(void)
{
    const drawn_set set = {
        .name = "mini", .classes = 15, .train = 16, .good = 16, .kinds = 4, .surface = "mini-wood/test/"
    };
    return drawn_data_test(&set);
}
