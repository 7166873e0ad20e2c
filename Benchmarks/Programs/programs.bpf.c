// The BPF forms, each in a section of its own; helper 1 looks up a key in a map.
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;

struct machine_context {
    uint8_t *data;
    uint8_t *data_end;
    void *map;
    uint64_t count;
};

static void *(*const LOOKUP)(void *map, const void *key) = (void *)1;

#define INLINE inline __attribute__((always_inline))
#define PROGRAM(name) __attribute__((section("program/" #name))) uint64_t name(struct machine_context *context)
#define SUBPROGRAM(program) static __attribute__((noinline, section("program/" #program)))

#include "../Sources/CMachinePrograms/programs.inc"
