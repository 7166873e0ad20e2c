// The hash map that both forms look things up in.
#include "machine_programs.h"

static uint64_t slot(const struct machine_map *map, uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdull;
    key ^= key >> 33;
    key *= 0xc4ceb9fe1a85ec53ull;
    key ^= key >> 33;
    return key & map->mask;
}

void machine_map_insert(struct machine_map *map, uint64_t key, uint64_t value)
{
    uint64_t i = slot(map, key);
    while (map->entries[i].used && map->entries[i].key != key)
        i = (i + 1) & map->mask;
    map->entries[i] = (struct machine_entry){key, value, 1};
}

void *machine_map_lookup(void *pointer, const void *key_pointer)
{
    struct machine_map *map = pointer;
    uint64_t key = *(const uint64_t *)key_pointer;
    for (uint64_t i = slot(map, key); map->entries[i].used; i = (i + 1) & map->mask)
        if (map->entries[i].key == key)
            return &map->entries[i].value;
    return 0;
}
