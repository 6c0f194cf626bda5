//go:build !purego

// Interleaving in AVX2: 8 floats of each row make three vectors, each of which
// has the same lanes of all three rows, spread out and blended.

#include "go_asm.h"
#include "textflag.h"

// BLEND makes a vector of lanes 0, 3, 6 of x, 1, 4, 7 of y and 2, 5 of z, once
// spread by the indices.
#define BLEND(idx, x, y, z, out) \
	VPERMPS  x, idx, out;      \
	VPERMPS  y, idx, Y8;       \
	VBLENDPS $0x92, Y8, out, out; \
	VPERMPS  z, idx, Y9;       \
	VBLENDPS $0x24, Y9, out, out

// func interleaveF32AVX2(a *InterleaveF32Args)
TEXT ·interleaveF32AVX2(SB), NOSPLIT, $0-8
	MOVQ    a+0(FP), DI
	MOVQ    InterleaveF32Args_Dst(DI), SI
	MOVQ    InterleaveF32Args_A(DI), R8
	MOVQ    InterleaveF32Args_B(DI), R9
	MOVQ    InterleaveF32Args_C(DI), R10
	MOVQ    InterleaveF32Args_N(DI), CX
	LEAQ    ·interleaveLanes(SB), AX
	VMOVUPS (AX), Y10
	VMOVUPS 32(AX), Y11
	VMOVUPS 64(AX), Y12
	SUBQ    $8, CX
	JLT     rest

	PCALIGN $32
eight:
	VMOVUPS (R8), Y0
	VMOVUPS (R9), Y1
	VMOVUPS (R10), Y2
	BLEND(Y10, Y0, Y1, Y2, Y3)
	BLEND(Y11, Y2, Y0, Y1, Y4)
	BLEND(Y12, Y1, Y2, Y0, Y5)
	VMOVUPS Y3, (SI)
	VMOVUPS Y4, 32(SI)
	VMOVUPS Y5, 64(SI)
	ADDQ    $32, R8
	ADDQ    $32, R9
	ADDQ    $32, R10
	ADDQ    $96, SI
	SUBQ    $8, CX
	JGE     eight

rest:
	ADDQ $8, CX
	JEQ  done

one:
	MOVL (R8), AX
	MOVL AX, (SI)
	MOVL (R9), AX
	MOVL AX, 4(SI)
	MOVL (R10), AX
	MOVL AX, 8(SI)
	ADDQ $4, R8
	ADDQ $4, R9
	ADDQ $4, R10
	ADDQ $12, SI
	DECQ CX
	JNE  one

done:
	VZEROUPPER
	RET

// The lanes of the rows in each of the three vectors.
DATA ·interleaveLanes+0(SB)/8, $0x0000000000000000
DATA ·interleaveLanes+8(SB)/8, $0x0000000100000000
DATA ·interleaveLanes+16(SB)/8, $0x0000000100000001
DATA ·interleaveLanes+24(SB)/8, $0x0000000200000002
DATA ·interleaveLanes+32(SB)/8, $0x0000000300000002
DATA ·interleaveLanes+40(SB)/8, $0x0000000300000003
DATA ·interleaveLanes+48(SB)/8, $0x0000000400000004
DATA ·interleaveLanes+56(SB)/8, $0x0000000500000004
DATA ·interleaveLanes+64(SB)/8, $0x0000000500000005
DATA ·interleaveLanes+72(SB)/8, $0x0000000600000006
DATA ·interleaveLanes+80(SB)/8, $0x0000000700000006
DATA ·interleaveLanes+88(SB)/8, $0x0000000700000007
GLOBL ·interleaveLanes(SB), RODATA, $96
