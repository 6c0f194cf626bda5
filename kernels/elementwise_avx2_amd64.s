//go:build !purego

// Element-wise arithmetic in AVX2. Memory bounds it: each kernel is one operation
// on whole vectors in the loops of elementwise_amd64.h.

#include "go_asm.h"
#include "textflag.h"
#include "elementwise_amd64.h"

// VMAXPS and VMINPS return what Go writes first where the comparison is false,
// as it is with NaN.
#define ADD(x, y) VADDPS y, x, x
#define SUB(x, y) VSUBPS y, x, x
#define MUL(x, y) VMULPS y, x, x
#define DIV(x, y) VDIVPS y, x, x
#define MAX(x, y) VMAXPS y, x, x
#define MIN(x, y) VMINPS y, x, x

// PRELU replaces x by x·y where x < 0 (comparison 1).
#define PRELU(x, y) \
	VMULPS    y, x, y;        \
	VCMPPS    $1, zero, x, t; \
	VBLENDVPS t, y, x, x

#define ADDSCALAR(x) VADDPS lo, x, x
#define MULSCALAR(x) VMULPS lo, x, x

#define CLAMP(x) \
	VMAXPS x, lo, x; \
	VMINPS x, hi, x

#define LEAKYRELU(x) \
	VMULPS    lo, x, y0;      \
	VCMPPS    $1, zero, x, t; \
	VBLENDVPS t, y0, x, x

// func addF32AVX2(a *ElementF32Args)
TEXT ·addF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	BINARY(ADD)

// func subF32AVX2(a *ElementF32Args)
TEXT ·subF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	BINARY(SUB)

// func mulF32AVX2(a *ElementF32Args)
TEXT ·mulF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	BINARY(MUL)

// func divF32AVX2(a *ElementF32Args)
TEXT ·divF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	BINARY(DIV)

// func maxF32AVX2(a *ElementF32Args)
TEXT ·maxF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	BINARY(MAX)

// func minF32AVX2(a *ElementF32Args)
TEXT ·minF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	BINARY(MIN)

// func preluF32AVX2(a *ElementF32Args)
TEXT ·preluF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VXORPS zero, zero, zero
	BINARY(PRELU)

// func addScalarF32AVX2(a *ElementF32Args)
TEXT ·addScalarF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS (pb), lo
	UNARY(ADDSCALAR)

// func mulScalarF32AVX2(a *ElementF32Args)
TEXT ·mulScalarF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS (pb), lo
	UNARY(MULSCALAR)

// func clampF32AVX2(a *ElementF32Args)
TEXT ·clampF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS ElementF32Args_Lo(args), lo
	VBROADCASTSS ElementF32Args_Hi(args), hi
	UNARY(CLAMP)

// func leakyReluF32AVX2(a *ElementF32Args)
TEXT ·leakyReluF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS ElementF32Args_Lo(args), lo
	VXORPS zero, zero, zero
	UNARY(LEAKYRELU)

// HARDSIGMOID limits lo·x + hi to 0..1; HARDSWISH multiplies that by x.
#define HARDSIGMOID(x) \
	VFMADD213PS hi, lo, x;  \
	VMAXPS      x, zero, x; \
	VMINPS      x, one, x

#define HARDSWISH(x) \
	VMOVAPS     x, t;       \
	VFMADD213PS hi, lo, t;  \
	VMAXPS      t, zero, t; \
	VMINPS      t, one, t;  \
	VMULPS      t, x, x

// func hardSigmoidF32AVX2(a *ElementF32Args)
TEXT ·hardSigmoidF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS ElementF32Args_Lo(args), lo
	VBROADCASTSS ElementF32Args_Hi(args), hi
	VBROADCASTSS ·f32One(SB), one
	VXORPS zero, zero, zero
	UNARY(HARDSIGMOID)

// func hardSwishF32AVX2(a *ElementF32Args)
TEXT ·hardSwishF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS ·f32Sixth(SB), lo
	VBROADCASTSS ·f32Half(SB), hi
	VBROADCASTSS ·f32One(SB), one
	VXORPS zero, zero, zero
	UNARY(HARDSWISH)

DATA ·f32One+0(SB)/4, $0x3f800000
GLOBL ·f32One(SB), RODATA, $4
DATA ·f32Half+0(SB)/4, $0x3f000000
GLOBL ·f32Half(SB), RODATA, $4
DATA ·f32Sixth+0(SB)/4, $0x3e2aaaab
GLOBL ·f32Sixth(SB), RODATA, $4
