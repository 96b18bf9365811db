/* Built for numbers laid out in another way; the stamp fills its field to the last byte. */
#include "module.h"

const ablate_module ablate_module_entry = {
    .abi = { "ABLATE", ABLATE_MAJOR, ABLATE_MINOR, sizeof(ablate_module), { 'f', '6', '4', '.', 'd', 'i', 'm',
                                                                            '9', '.', 'i', 'n', '9', '9', '.',
                                                                            'x', 'x', 'x', 'x', 'x', 'x' } },
    .name = "stamp"
};
