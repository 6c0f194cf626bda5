//go:build !purego

// The exponential and what is made of it, element by element; see exp_amd64.h.
//
// Sigmoid and Tanh are taken of −|x|, where nothing overflows, and Tanh from
// e^(−2|x|) − 1 without adding the 1 and taking it away again, which keeps the
// digits of small results.

#include "go_asm.h"
#include "textflag.h"
#include "elementwise_amd64.h"
#include "exp_amd64.h"

#define two  Y9
#define sign Y10 // the sign bit

NUMBER(expTwo, $0x40000000)
NUMBER(expSign, $0x80000000)
NUMBER(expMax, $0x42b20000) // 89: e^x is infinite above
NUMBER(tanhMin, $0xc2200000) // −40: e^x is nothing beside 1

// NaN passes the limits: VMAXPS and VMINPS return what Go writes first.
#define EXP(x) \
	VMAXPS x, lo, x; \
	VMINPS x, hi, x; \
	EXPONENTIAL(x)

// SIGMOID is 1∕(1 + e) or, for negative x, e∕(1 + e), with e = e^−|x|. It leaves x alone.
#define SIGMOID(x, y) \
	VORPS     sign, x, e;   \
	VMAXPS    e, lo, e;     \
	EXPONENTIAL(e);         \
	VBLENDVPS x, e, one, y; \
	VADDPS    one, e, e;    \
	VDIVPS    e, y, y

#define SIGMOIDOF(x) \
	SIGMOID(x, x)

#define SILU(x) \
	SIGMOID(x, t); \
	VMULPS  t, x, x

// TANH is −m∕(2 + m) with m = e^(−2|x|) − 1 = 2^k·q + (2^k − 1), and the sign of x.
#define TANH(x) \
	VORPS       sign, x, e; \
	VADDPS      e, e, e;    \
	VMAXPS      e, lo, e;   \
	REDUCE(e);              \
	POWER(k);               \
	VSUBPS      one, k, s;  \
	VFMADD213PS s, k, q;    \
	VADDPS      two, q, s;  \
	VDIVPS      s, q, q;    \
	VANDNPS     q, sign, q; \
	VANDPS      sign, x, x; \
	VORPS       q, x, x

// func expF32AVX2(a *ElementF32Args)
TEXT ·expF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS expOne<>(SB), one
	VBROADCASTSS expMin<>(SB), lo
	VBROADCASTSS expMax<>(SB), hi
	UNARY(EXP)

// func sigmoidF32AVX2(a *ElementF32Args)
TEXT ·sigmoidF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS expOne<>(SB), one
	VBROADCASTSS expSign<>(SB), sign
	VBROADCASTSS expMin<>(SB), lo
	UNARY(SIGMOIDOF)

// func siluF32AVX2(a *ElementF32Args)
TEXT ·siluF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS expOne<>(SB), one
	VBROADCASTSS expSign<>(SB), sign
	VBROADCASTSS expMin<>(SB), lo
	UNARY(SILU)

// func tanhF32AVX2(a *ElementF32Args)
TEXT ·tanhF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	VBROADCASTSS expOne<>(SB), one
	VBROADCASTSS expTwo<>(SB), two
	VBROADCASTSS expSign<>(SB), sign
	VBROADCASTSS tanhMin<>(SB), lo
	UNARY(TANH)
