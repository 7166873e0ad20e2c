/* The CPU sets of sched.h are macros behind _GNU_SOURCE, which Swift does not import. */
#define _GNU_SOURCE
#include "CLinux.h"

#ifdef __linux__
#include <sched.h>

int processor_affinity_allows(int cpu)
{
	cpu_set_t set;

	return cpu >= 0 && cpu < CPU_SETSIZE && sched_getaffinity(0, sizeof set, &set) == 0 && CPU_ISSET(cpu, &set);
}

int processor_affinity_pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return -1;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof set, &set);
}
#else
int processor_affinity_allows(int cpu)
{
	(void)cpu;
	return 0;
}

int processor_affinity_pin(int cpu)
{
	(void)cpu;
	return -1;
}
#endif
