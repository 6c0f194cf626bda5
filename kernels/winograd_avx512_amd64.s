//go:build !purego

// The transforms of Winograd's convolution in AVX512, 64 bytes at a time: see
// winograd_amd64.h.

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
#include "winograd_amd64.h"

// func winogradInputF32AVX512(a *WinogradF32InputArgs)
TEXT ·winogradInputF32AVX512(SB), NOSPLIT, $0-8
	INPUT

// func winogradOutputF32AVX512(a *WinogradF32OutputArgs)
TEXT ·winogradOutputF32AVX512(SB), NOSPLIT, $8-8
	OUTPUT
