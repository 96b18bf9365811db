/* The data set `minivisa`. */
#include "../lab/drawn_data.h"

int main(void)
{
    const drawn_set set = {
        .name = "minivisa", .classes = 12, .train = 20, .good = 16, .kinds = 4, .surface = "minivisa-cashew/test/burnt/"
    };
    return drawn_data_test(&set);
}
