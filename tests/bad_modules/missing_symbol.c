/* Exports something, but no entry. */
#include "module.h"

extern ABLATE_EXPORT const int something_else;
const int something_else = 1;
