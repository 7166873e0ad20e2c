/* One program in every section whose name matters, and no licence. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

#define PROGRAM(section, name, context)                                                                                \
	SEC(section) int name(struct context *context) { return 0; }

PROGRAM("netkit/primary", netkit_primary, __sk_buff)
PROGRAM("netkit/peer", netkit_peer, __sk_buff)
PROGRAM("netkit/ingress", netkit_unknown, __sk_buff)
PROGRAM("tcx/ingress", tcx_ingress, __sk_buff)
PROGRAM("tcx/egress", tcx_egress, __sk_buff)
PROGRAM("tc/ingress", tc_ingress, __sk_buff)
PROGRAM("tc/egress", tc_egress, __sk_buff)
PROGRAM("tc/tail", tc_tail, __sk_buff)
PROGRAM("tc", plain_tc, __sk_buff)
PROGRAM("classifier", plain_classifier, __sk_buff)
PROGRAM("classifier/first", classifier_first, __sk_buff)
PROGRAM("action", plain_action, __sk_buff)
PROGRAM("xdp", plain_xdp, xdp_md)
PROGRAM("socket", plain_socket, __sk_buff)
PROGRAM("cgroup_skb/egress", cgroup_egress, __sk_buff)
PROGRAM("fentry/tcp_connect", traced, xdp_md)
PROGRAM("from-container", from_container, __sk_buff)

/* Its format is the only thing in .rodata, and static. */
SEC("tc/print") int printing(struct __sk_buff *skb)
{
	bpf_printk("length %u", skb->len);
	return 0;
}
