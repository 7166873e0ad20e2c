// What the benchmark programs work on, and their native forms.
#ifndef MACHINE_PROGRAMS_H
#define MACHINE_PROGRAMS_H

#include <stdint.h>

// The context that every program gets in its first argument; pointers are real addresses for both.
struct machine_context {
    uint8_t *data;
    uint8_t *data_end;
    void *map;
    uint64_t count;
};

// One program: the name of its BPF form, and its native form.
struct machine_program {
    const char *name;
    uint64_t (*run)(struct machine_context *context);
};

enum { MACHINE_PROGRAM_COUNT = 10 };
extern const struct machine_program machine_programs[MACHINE_PROGRAM_COUNT];

// A hash map with 8-byte keys and values, its storage in `buckets` buckets of `struct machine_entry`.
struct machine_entry {
    uint64_t key;
    uint64_t value;
    uint64_t used;
};
struct machine_map {
    struct machine_entry *entries;
    uint64_t mask;
};
void machine_map_insert(struct machine_map *map, uint64_t key, uint64_t value);
// The address of the value, or null; what both forms call.
void *machine_map_lookup(void *map, const void *key);

#endif
