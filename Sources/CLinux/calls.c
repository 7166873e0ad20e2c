/* System calls that have no wrapper, or one that Swift does not import: variadic, or behind _GNU_SOURCE. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>

#ifdef __linux__
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int linux_bpf(int command, void *attributes, unsigned int size)
{
	long result = syscall(SYS_bpf, command, attributes, size);

	return result < 0 ? -errno : (int)result;
}

int linux_unshare_network(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

int linux_set_network_namespace(int descriptor)
{
	return setns(descriptor, CLONE_NEWNET) ? -errno : 0;
}

int linux_processor_affinity(unsigned long long *words)
{
	cpu_set_t set;

	_Static_assert(sizeof set == 16 * sizeof *words, "1024 CPUs");
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof set, &set))
		return -errno;
	memcpy(words, &set, sizeof set);
	return 0;
}

int linux_set_processor_affinity(const unsigned long long *words)
{
	cpu_set_t set;

	memcpy(&set, words, sizeof set);
	return sched_setaffinity(0, sizeof set, &set) ? -errno : 0;
}

int linux_thread_name(char *name)
{
	return prctl(PR_GET_NAME, name) ? -errno : 0;
}

int linux_set_thread_name(const char *name)
{
	return prctl(PR_SET_NAME, name) ? -errno : 0;
}

int linux_ioctl(int descriptor, unsigned long request, void *structure)
{
	return ioctl(descriptor, request, structure) < 0 ? -errno : 0;
}
#else
int linux_bpf(int command, void *attributes, unsigned int size)
{
	(void)command, (void)attributes, (void)size;
	return -ENOSYS;
}

int linux_unshare_network(void)
{
	return -ENOSYS;
}

int linux_set_network_namespace(int descriptor)
{
	(void)descriptor;
	return -ENOSYS;
}

int linux_processor_affinity(unsigned long long *words)
{
	(void)words;
	return -ENOSYS;
}

int linux_set_processor_affinity(const unsigned long long *words)
{
	(void)words;
	return -ENOSYS;
}

int linux_thread_name(char *name)
{
	(void)name;
	return -ENOSYS;
}

int linux_set_thread_name(const char *name)
{
	(void)name;
	return -ENOSYS;
}

int linux_ioctl(int descriptor, unsigned long request, void *structure)
{
	(void)descriptor, (void)request, (void)structure;
	return -ENOSYS;
}
#endif
