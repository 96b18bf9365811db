/* mvtec.c: MVTec AD as unpacked (Bergmann et al. 2021, International Journal of Computer Vision 129): 15 classes, 3629
 * training and 1725 test pictures, 1258 of them defective. Class and folder names and numbers are the published ones.
 */
#include "folder/layout.h"

typedef struct mvtec_settings {
    const char *path, *classes;
    bool partial;
} mvtec_settings;

static const published classes[] = {
    { "bottle", "train 209 good 20 broken_large 20 broken_small 22 contamination 21" },
    { "cable",
      "train 224 good 58 bent_wire 13 cable_swap 12 combined 11 cut_inner_insulation 14 cut_outer_insulation 10 "
      "missing_cable 12 missing_wire 10 poke_insulation 10" },
    { "capsule", "train 219 good 23 crack 23 faulty_imprint 22 poke 21 scratch 23 squeeze 20" },
    { "carpet", "train 280 good 28 color 19 cut 17 hole 17 metal_contamination 17 thread 19" },
    { "grid", "train 264 good 21 bent 12 broken 12 glue 11 metal_contamination 11 thread 11" },
    { "hazelnut", "train 391 good 40 crack 18 cut 17 hole 18 print 17" },
    { "leather", "train 245 good 32 color 19 cut 19 fold 17 glue 19 poke 18" },
    { "metal_nut", "train 220 good 22 bent 25 color 22 flip 23 scratch 23" },
    { "pill",
      "train 267 good 26 color 25 combined 17 contamination 21 crack 26 faulty_imprint 19 pill_type 9 scratch 24" },
    { "screw", "train 320 good 41 manipulated_front 24 scratch_head 24 scratch_neck 25 thread_side 23 thread_top 23" },
    { "tile", "train 230 good 33 crack 17 glue_strip 18 gray_stroke 16 oil 18 rough 15" },
    { "toothbrush", "train 60 good 12 defective 30" },
    { "transistor", "train 213 good 60 bent_lead 10 cut_lead 10 damaged_case 10 misplaced 10" },
    { "wood", "train 247 good 19 color 8 combined 11 hole 10 liquid 10 scratch 21" },
    { "zipper",
      "train 240 good 32 broken_teeth 19 combined 16 fabric_border 17 fabric_interior 16 rough 17 split_teeth 18 "
      "squeezed_teeth 16" },
    { NULL, NULL },
};

static int list(ablate_builder *b, const void *settings)
{
    const mvtec_settings *s = settings;
    return layout_list(b, &(collection){ .module = "mvtec",
                                         .path = s->path,
                                         .classes = s->classes,
                                         .partial = s->partial,
                                         .title = "MVTec AD",
                                         .published = classes,
                                         .beside = "license.txt readme.txt" });
}

static const ablate_setting settings_table[] = {
    ABLATE_FILE(mvtec_settings, path, "the folder that holds bottle, cable, capsule, ..., or one of these"),
    ABLATE_NAMES(mvtec_settings, classes, "", "only these classes, in this order; empty: all, by name"),
    ABLATE_SET(mvtec_settings, partial, false, 0, 1, "take what is there, if that is less than was published"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "mvtec",
    .doc = "MVTec AD, its numbers of pictures checked",
    .paper = "Experimental Setup",
    .settings_size = sizeof(mvtec_settings),
    .settings = settings_table,
    .list = list,
};
