//go:build !purego

// What one core can read: whole lines in order, which is what prefetchers
// expect, into four chains that cost less than the loads.

#include "textflag.h"

#define from SI
#define left CX

// func readAVX2(p *byte, rounds int) uint64
TEXT ·readAVX2(SB), NOSPLIT, $0-24
	MOVQ  p+0(FP), from
	MOVQ  rounds+8(FP), left
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

	PCALIGN $32
round:
	VPOR 0(from), Y0, Y0
	VPOR 32(from), Y1, Y1
	VPOR 64(from), Y2, Y2
	VPOR 96(from), Y3, Y3
	VPOR 128(from), Y0, Y0
	VPOR 160(from), Y1, Y1
	VPOR 192(from), Y2, Y2
	VPOR 224(from), Y3, Y3
	ADDQ $256, from
	DECQ left
	JNE  round

	VPOR         Y1, Y0, Y0
	VPOR         Y3, Y2, Y2
	VPOR         Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPOR         X1, X0, X0
	VPSRLDQ      $8, X0, X1
	VPOR         X1, X0, X0
	VMOVQ        X0, AX
	VZEROUPPER
	MOVQ         AX, ret+16(FP)
	RET
