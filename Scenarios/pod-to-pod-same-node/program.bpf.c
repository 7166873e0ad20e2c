/* Three answers to "this packet is for the other pod on this node".
 *
 * What to notice: all three programs name the same device, the host's end of the other pod's pair. What differs is the
 * helper, and the hook that it is called from. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

/* The host's end of the other pod's pair, set before the load. */
const volatile __u32 other_pod = 0;

/* Out of the other pair's primary: the packet takes that device's transmit routine, and arrives at its peer. */
SEC("netkit/peer")
int to_primary(struct __sk_buff *skb)
{
	return bpf_redirect(other_pod, 0);
}

/* Straight to the other pair's peer: the kernel does this for packets that arrive, and this hook is on the way out. */
SEC("netkit/peer")
int to_peer(struct __sk_buff *skb)
{
	return bpf_redirect_peer(other_pod, 0);
}

/* The same helper where packets do arrive: behind the backlog, at the host's end of the sender's pair. */
SEC("tcx/ingress")
int to_peer_on_arrival(struct __sk_buff *skb)
{
	return bpf_redirect_peer(other_pod, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
