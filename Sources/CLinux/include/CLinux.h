#ifndef C_LINUX_H
#define C_LINUX_H

/// Whether the calling thread may run on a CPU; 0 also where the system does not say.
int processor_affinity_allows(int cpu);

/// Pins the calling thread to one CPU; 0, or -1 where the system refuses or cannot.
int processor_affinity_pin(int cpu);

/// bpf(2): a result of 0 or more, or the negative errno. `attributes` is a `union bpf_attr` of that many bytes.
int linux_bpf(int command, void *attributes, unsigned int size);

/// Moves the calling thread into a new network namespace; 0 or the negative errno.
int linux_unshare_network(void);

/// Moves the calling thread into the network namespace that a descriptor stands for; 0 or the negative errno.
int linux_set_network_namespace(int descriptor);

#endif
