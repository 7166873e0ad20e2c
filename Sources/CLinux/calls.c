/* System calls that have no wrapper, or one that Swift does not import: variadic, or behind _GNU_SOURCE. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>

#ifdef __linux__
#include <sched.h>
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
#endif
