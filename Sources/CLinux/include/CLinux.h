#ifndef C_LINUX_H
#define C_LINUX_H

/// Whether the calling thread may run on a CPU; 0 also where the system does not say.
int processor_affinity_allows(int cpu);

/// Pins the calling thread to one CPU; 0, or -1 where the system refuses or cannot.
int processor_affinity_pin(int cpu);

/// Where the calling thread may run, a bit for each CPU from 0, as sched_getaffinity(2) tells and sched_setaffinity(2) takes
/// it; 0 or the negative errno. `words` has room for 16 words of 64 bits.
int linux_processor_affinity(unsigned long long *words);
int linux_set_processor_affinity(const unsigned long long *words);

/// The calling thread's name, 16 bytes with the zero at its end (prctl(2)); 0 or the negative errno.
int linux_thread_name(char *name);
int linux_set_thread_name(const char *name);

/// ioctl(2) on a structure: 0 or the negative errno.
int linux_ioctl(int descriptor, unsigned long request, void *structure);

/// bpf(2): a result of 0 or more, or the negative errno. `attributes` is a `union bpf_attr` of that many bytes.
int linux_bpf(int command, void *attributes, unsigned int size);

/// Moves the calling thread into a new network namespace; 0 or the negative errno.
int linux_unshare_network(void);

/// Moves the calling thread into the network namespace that a descriptor stands for; 0 or the negative errno.
int linux_set_network_namespace(int descriptor);

#endif
