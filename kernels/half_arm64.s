//go:build !purego

// Conversion between half precision and float32 in NEON, which every ARMv8-A
// has, also without half-precision arithmetic: by 16 numbers, then 4, then 1.
// FCVTN rounds as FPCR says, which in a Go program is to nearest, ties to even.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define HALF R0
#define FLOAT R1
#define N R2
#define BITS R3
// V0, V1: halfs. V16–V19: floats.

// func widenF16NEON(a *ConvertF16Args)
TEXT ·widenF16NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R4
	MOVD ConvertF16Args_Half(R4), HALF
	MOVD ConvertF16Args_Float(R4), FLOAT
	MOVD ConvertF16Args_N(R4), N
	SUBS $16, N
	BLT narrow

wide:
	FLDPQ.P 32(HALF), (F0, F1)
	VFCVTL4S(0, 16)
	VFCVTL24S(0, 17)
	VFCVTL4S(1, 18)
	VFCVTL24S(1, 19)
	FSTPQ.P (F16, F17), 32(FLOAT)
	FSTPQ.P (F18, F19), 32(FLOAT)
	SUBS $16, N
	BGE wide

narrow:
	ADDS $12, N
	BLT rest

four:
	FMOVD.P 8(HALF), F0
	VFCVTL4S(0, 16)
	FMOVQ.P F16, 16(FLOAT)
	SUBS $4, N
	BGE four

rest:
	ADDS $4, N
	BEQ done

one:
	MOVHU.P 2(HALF), BITS
	FMOVS BITS, F0
	VFCVTL4S(0, 16)
	FMOVS.P F16, 4(FLOAT)
	SUBS $1, N
	BNE one

done:
	RET

// func narrowF16NEON(a *ConvertF16Args)
TEXT ·narrowF16NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R4
	MOVD ConvertF16Args_Half(R4), HALF
	MOVD ConvertF16Args_Float(R4), FLOAT
	MOVD ConvertF16Args_N(R4), N
	SUBS $16, N
	BLT narrow

wide:
	FLDPQ.P 32(FLOAT), (F16, F17)
	FLDPQ.P 32(FLOAT), (F18, F19)
	VFCVTN4S(16, 0)
	VFCVTN24S(17, 0)
	VFCVTN4S(18, 1)
	VFCVTN24S(19, 1)
	FSTPQ.P (F0, F1), 32(HALF)
	SUBS $16, N
	BGE wide

narrow:
	ADDS $12, N
	BLT rest

four:
	FMOVQ.P 16(FLOAT), F16
	VFCVTN4S(16, 0)
	FMOVD.P F0, 8(HALF)
	SUBS $4, N
	BGE four

rest:
	ADDS $4, N
	BEQ done

one:
	FMOVS.P 4(FLOAT), F16
	VFCVTN4S(16, 0)
	FMOVS F0, BITS
	MOVH.P BITS, 2(HALF)
	SUBS $1, N
	BNE one

done:
	RET
