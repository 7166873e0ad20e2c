// Recorded from Linux 6.12.117 (Debian 6.12.117-1~deb12u1, x86-64).

/// The bytes of a program as clang made them, its source, and the verifier's log of level 2 (states cut to fit the page).
let kernelLogOfProgram = (
    bytes: "bf1600000000000061670000000000007a0af8ff07000000b702000003000000db2af8ff00000000"
        + "db2af8ff41000000b700000009000000db2af8fff1000000db2af8ffe10000001801000088776655"
        + "00000000443322118510000009000000bf781000000000003708010003000000d708000020000000"
        + "8500000007000000540000000300000016000100070000000600000001000000b4000000ffffffff"
        + "9500000000000000bf10000000000000c700000005000000bc000000000000009500000000000000",
    source: """
    r6 = r1
    w7 = *(u32 *)(r6 + 0)
    *(u64 *)(r10 - 8) = 7
    r2 = 3
    lock *(u64 *)(r10 - 8) += r2
    r2 = atomic_fetch_or((u64 *)(r10 - 8), r2)
    r0 = 9
    r0 = cmpxchg_64(r10 - 8, r0, r2)
    r2 = xchg_64(r10 - 8, r2)
    r1 = 0x1122334455667788 ll
    call function
    r8 = (s16)r7
    r8 s/= 3
    r8 = bswap32 r8
    call 7
    w0 &= 3
    if w0 == 7 goto +1
    gotol +1
    w0 = -1
    exit
    function:
    r0 = r1
    r0 s>>= 5
    w0 = w0
    exit
    """,
    log: """
    func#0 @0
    func#1 @21
    0: R1=ctx() R10=fp0
    0: (bf) r6 = r1                       ; R1=ctx() R6_w=ctx()
    1: (61) r7 = *(u32 *)(r6 +0)          ; R6_w=ctx() R7_w=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0;
    2: (7a) *(u64 *)(r10 -8) = 7          ; R10=fp0 fp-8_w=7
    3: (b7) r2 = 3                        ; R2_w=3
    4: (db) lock *(u64 *)(r10 -8) += r2   ; R2_w=3 R10=fp0 fp-8_w=mmmmmmmm
    5: (db) r2 = atomic64_fetch_or((u64 *)(r10 -8), r2)   ; R2_w=scalar() R10=fp0 fp-8_w=mmmmmmmm
    6: (b7) r0 = 9                        ; R0_w=9
    7: (db) r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r2)        ; R0_w=scalar() R2_w=scalar() R10=fp0
    8: (db) r2 = atomic64_xchg((u64 *)(r10 -8), r2)       ; R2_w=scalar() R10=fp0 fp-8_w=mmmmmmmm
    9: (18) r1 = 0x1122334455667788       ; R1_w=0x1122334455667788
    11: (85) call pc+9
    caller:
     R6_w=ctx() R7_w=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp0 fp-8_w=mmmmmmmm
    callee:
     frame1: R1_w=0x1122334455667788 R2_w=scalar() R10=fp0
    21: frame1: R1_w=0x1122334455667788 R2_w=scalar() R10=fp0
    21: (bf) r0 = r1                      ; frame1: R0_w=0x1122334455667788 R1_w=0x1122334455667788
    22: (c7) r0 s>>= 5                    ; frame1: R0_w=0x89119a22ab33bc
    23: (bc) w0 = w0                      ; frame1: R0_w=0x22ab33bc
    24: (95) exit
    returning from callee:
     frame1: R0_w=0x22ab33bc R1_w=0x1122334455667788 R2_w=scalar() R10=fp0
    to caller at 12:
     R0_w=0x22ab33bc R6_w=ctx() R7_w=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp0
    from 24 to 12: R0=0x22ab33bc R6=ctx() R7=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))
    12: (bf) r8 = (s16)r7                 ; R7=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))
    13: (37) r8 s/= 3                     ; R8_w=scalar()
    14: (d7) r8 = bswap32 r8              ; R8_w=scalar()
    15: (85) call bpf_get_prandom_u32#7   ; R0_w=scalar()
    16: (54) w0 &= 3                      ; R0_w=scalar(smin=smin32=0,smax=umax=smax32=umax32=3,var_off=(0x0;
    17: (16) if w0 == 0x7 goto pc+1
    mark_precise: frame0: last_idx 17 first_idx 12 subseq_idx -1
    mark_precise: frame0: regs=r0 stack= before 16: (54) w0 &= 3
    mark_precise: frame0: regs=r0 stack= before 15: (85) call bpf_get_prandom_u32#7
    17: R0_w=scalar(smin=smin32=0,smax=umax=smax32=umax32=3,var_off=(0x0; 0x3))
    18: (06) gotol pc+1
    20: (95) exit
    processed 23 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1
    """
)
