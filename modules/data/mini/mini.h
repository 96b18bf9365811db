/* mini.h: the classes of the data set `mini`, each in a file of its name. */
#ifndef MINI_H
#define MINI_H
#include "class.h"
#include "marks.h"

extern const mini_class class_bottle, class_cable, class_capsule, class_hazelnut, class_metal_nut, class_pill,
    class_screw, class_toothbrush, class_transistor, class_zipper, class_carpet, class_grid, class_leather, class_tile,
    class_wood;

#endif
