//go:build !purego

// The range of floats in NEON: two chains each of FMIN and FMAX, which hand on
// a NaN of either side.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define ARGS R0
#define A R1
#define N R2
#define TMP R3

// V0, V1: floats. V2, V3: least so far. V4, V5: greatest so far.

// func rangeF32NEON(a *RangeF32Args)
TEXT ·rangeF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD RangeF32Args_A(ARGS), A
	MOVD RangeF32Args_N(ARGS), N
	ADD $RangeF32Args_Lo, ARGS, TMP
	VLD1R (TMP), [V2.S4]
	ADD $RangeF32Args_Hi, ARGS, TMP
	VLD1R (TMP), [V4.S4]
	VORR V2.B16, V2.B16, V3.B16
	VORR V4.B16, V4.B16, V5.B16
	SUBS $8, N
	BLT narrow
wide:
	FLDPQ.P 32(A), (F0, F1)
	VFMIN4S(0, 2, 2)
	VFMIN4S(1, 3, 3)
	VFMAX4S(0, 4, 4)
	VFMAX4S(1, 5, 5)
	SUBS $8, N
	BGE wide
narrow:
	ADDS $8, N
	BEQ fold
one:
	VLD1R (A), [V0.S4]
	ADD $4, A
	VFMIN4S(0, 2, 2)
	VFMAX4S(0, 4, 4)
	SUBS $1, N
	BNE one
fold:
	VFMIN4S(3, 2, 2)
	VFMAX4S(5, 4, 4)
	VEXT $8, V2.B16, V2.B16, V3.B16
	VEXT $8, V4.B16, V4.B16, V5.B16
	VFMIN4S(3, 2, 2)
	VFMAX4S(5, 4, 4)
	VEXT $4, V2.B16, V2.B16, V3.B16
	VEXT $4, V4.B16, V4.B16, V5.B16
	VFMIN4S(3, 2, 2)
	VFMAX4S(5, 4, 4)
	FMOVS F2, RangeF32Args_Lo(ARGS)
	FMOVS F4, RangeF32Args_Hi(ARGS)
	RET
