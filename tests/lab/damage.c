#include "damage.h"

uint8_t damage_invert(uint8_t byte, size_t at)
{
    (void)at;
    return (uint8_t)~byte;
}

uint8_t damage_bit(uint8_t byte, size_t at)
{
    return (uint8_t)(byte ^ 1u << at % 8);
}

void damage_bytes(const char *good, size_t first, size_t end, damage_change *change, void (*look)(void))
{
    file_map map;
    assert_int_equal(file_map_open(good, &map), 0);
    uint8_t *bytes = malloc(map.size);
    assert_non_null(bytes);
    for (size_t i = first; i < map.size && i < end; i++) {
        memcpy(bytes, map.data, map.size);
        bytes[i] = change(bytes[i], i);
        write_bytes(bytes, map.size);
        complaint_clear();
        look();
    }
    free(bytes);
    file_map_close(&map);
}
