/* released.h: VisA as released: its pictures are those of one list in split_csv. */
#ifndef VISA_RELEASED_H
#define VISA_RELEASED_H
#include "../folder/counts.h"

/* Adds the pictures of split_csv/NAME.csv that are there, checks their numbers and masks, and notes pictures that the
 * list does not name. 0, or -1: complained. */
int released_list(ablate_builder *, const collection *, const char *split_name);

#endif
