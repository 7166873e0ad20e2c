/* Byte order: bpf_htons() and its kin for a little-endian BPF target. A constant is converted by the compiler. */
#ifndef NKSIM_BPF_ENDIAN_H
#define NKSIM_BPF_ENDIAN_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "nksim's programs are built for little-endian BPF (-target bpf on a little-endian machine, or bpfel)"
#endif

#define bpf_htons(value) ((__be16)__builtin_bswap16((__u16)(value)))
#define bpf_ntohs(value) ((__u16)__builtin_bswap16((__be16)(value)))
#define bpf_htonl(value) ((__be32)__builtin_bswap32((__u32)(value)))
#define bpf_ntohl(value) ((__u32)__builtin_bswap32((__be32)(value)))
#define bpf_cpu_to_be64(value) ((__be64)__builtin_bswap64((__u64)(value)))
#define bpf_be64_to_cpu(value) ((__u64)__builtin_bswap64((__be64)(value)))

#endif
