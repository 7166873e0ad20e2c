#ifndef C_PROCESSOR_AFFINITY_H
#define C_PROCESSOR_AFFINITY_H

/// Whether the calling thread may run on a CPU; 0 also where the system does not say.
int processor_affinity_allows(int cpu);

/// Pins the calling thread to one CPU; 0, or -1 where the system refuses or cannot.
int processor_affinity_pin(int cpu);

#endif
