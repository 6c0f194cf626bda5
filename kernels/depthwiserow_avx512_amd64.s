//go:build !purego

// Depthwise convolution by rows in AVX-512, 16 channels at a time, the last of
// them under a mask: see depthwiserow_amd64.h.

#include "go_asm.h"
#include "textflag.h"

#define v0 Z0
#define v1 Z1
#define v2 Z2
#define v3 Z3
#define v4 Z4
#define v5 Z5
#define v6 Z6
#define v7 Z7
#define v8 Z8
#define v9 Z9
#define v10 Z10
#define v11 Z11
#define v12 Z12
#define v13 Z13
#define v14 Z14
#define v15 Z15

#define WIDTH 64
#define LOAD(from, v) VMOVUPS.Z from, K1, v
#define STORE(v, to)  VMOVUPS v, K1, to

// MASKS selects the first chan, or 16, of 16 channels.
#define MASKS \
	MOVQ    $16, tmp;        \
	CMPQ    chan, tmp;       \
	CMOVQLT chan, tmp;       \
	MOVQ    $-1, base;       \
	BZHIQ   tmp, base, base; \
	KMOVW   base, K1
#include "depthwiserow_amd64.h"

// func depthwise31F32AVX512(a *DepthwiseRowF32Args)
TEXT ·depthwise31F32AVX512(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW31)

// func depthwise32F32AVX512(a *DepthwiseRowF32Args)
TEXT ·depthwise32F32AVX512(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW32)

// func depthwise51F32AVX512(a *DepthwiseRowF32Args)
TEXT ·depthwise51F32AVX512(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW51)

// func depthwise52F32AVX512(a *DepthwiseRowF32Args)
TEXT ·depthwise52F32AVX512(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW52)
