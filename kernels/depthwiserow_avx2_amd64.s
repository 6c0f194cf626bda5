//go:build !purego

// Depthwise convolution by rows in AVX2, 8 channels at a time: see
// depthwiserow_amd64.h.

#include "go_asm.h"
#include "textflag.h"

#define v0 Y0
#define v1 Y1
#define v2 Y2
#define v3 Y3
#define v4 Y4
#define v5 Y5
#define v6 Y6
#define v7 Y7
#define v8 Y8
#define v9 Y9
#define v10 Y10
#define v11 Y11
#define v12 Y12
#define v13 Y13
#define v14 Y14
#define v15 Y15

#define WIDTH 32
#define LOAD(from, v) VMOVUPS from, v
#define STORE(v, to)  VMOVUPS v, to
#define MASKS
#include "depthwiserow_amd64.h"

// func depthwise31F32AVX2(a *DepthwiseRowF32Args)
TEXT ·depthwise31F32AVX2(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW31)

// func depthwise32F32AVX2(a *DepthwiseRowF32Args)
TEXT ·depthwise32F32AVX2(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW32)

// func depthwise51F32AVX2(a *DepthwiseRowF32Args)
TEXT ·depthwise51F32AVX2(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW51)

// func depthwise52F32AVX2(a *DepthwiseRowF32Args)
TEXT ·depthwise52F32AVX2(SB), NOSPLIT, $0-8
	DEPTHWISE(ROW52)
