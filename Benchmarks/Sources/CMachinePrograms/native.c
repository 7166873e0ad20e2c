// The native forms, compiled with -O2 and without vectorisation: what a perfect compiler from BPF could reach.
#include "machine_programs.h"

#define INLINE inline __attribute__((always_inline))
#define PROGRAM(name) static __attribute__((noinline)) uint64_t name(struct machine_context *context)
#define SUBPROGRAM(program) static __attribute__((noinline))
#define LOOKUP machine_map_lookup

#include "programs.inc"

const struct machine_program machine_programs[MACHINE_PROGRAM_COUNT] = {
    {"alu_loop", alu_loop},
    {"fibonacci", fibonacci},
    {"primes", primes},
    {"checksum", checksum},
    {"header_parse", header_parse},
    {"jhash", jhash},
    {"map_lookup", map_lookup},
    {"calls", calls},
    {"state_machine", state_machine},
    {"tc_datapath", tc_datapath},
};
