//go:build !purego

// The transforms of Winograd's convolution in AVX2, 32 bytes at a time: see
// winograd_amd64.h.

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
#include "winograd_amd64.h"

// func winogradInputF32AVX2(a *WinogradF32InputArgs)
TEXT ·winogradInputF32AVX2(SB), NOSPLIT, $0-8
	INPUT

// func winogradOutputF32AVX2(a *WinogradF32OutputArgs)
TEXT ·winogradOutputF32AVX2(SB), NOSPLIT, $8-8
	OUTPUT
