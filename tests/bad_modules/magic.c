/* The entry is no module's record. */
extern const char ablate_module_entry[400];
__attribute__((visibility("default"))) const char ablate_module_entry[400] = "something else altogether";
