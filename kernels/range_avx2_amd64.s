//go:build !purego

// The range of floats in AVX2: memory bounds it. Four chains each of least and
// greatest, and one comparison for two vectors that finds NaN, which VMINPS
// and VMAXPS lose.

#include "go_asm.h"
#include "textflag.h"

#define args DI // *RangeF32Args
#define pa   R8
#define n    CX // floats left
#define tmp  AX

#define x0   Y0 // floats
#define x1   Y1
#define x2   Y2
#define x3   Y3
#define lo0  Y4 // least so far
#define lo1  Y5
#define lo2  Y6
#define lo3  Y7
#define hi0  Y8 // greatest so far
#define hi1  Y9
#define hi2  Y10
#define hi3  Y11
#define nans Y12 // all ones, which is a NaN too, in lanes that had one
#define t    Y13
#define mask Y15

// JOIN takes x into lo and hi. Where the comparison is false, as it is for a
// NaN of either, lo and hi stay.
#define JOIN(x, lo, hi) \
	VMINPS lo, x, lo; \
	VMAXPS hi, x, hi

// FOLD does op across the lanes of y, the lower half of which is x, into lane 0.
#define FOLD(op, y, x, xt) \
	VEXTRACTF128 $1, y, xt;     \
	op           xt, x, x;      \
	VPERMILPS    $0x4e, x, xt;  \
	op           xt, x, x;      \
	VPERMILPS    $0xb1, x, xt;  \
	op           xt, x, x

// func rangeF32AVX2(a *RangeF32Args)
TEXT ·rangeF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ RangeF32Args_A(args), pa
	MOVQ RangeF32Args_N(args), n
	VBROADCASTSS RangeF32Args_Lo(args), lo0
	VBROADCASTSS RangeF32Args_Hi(args), hi0
	VMOVAPS lo0, lo1
	VMOVAPS lo0, lo2
	VMOVAPS lo0, lo3
	VMOVAPS hi0, hi1
	VMOVAPS hi0, hi2
	VMOVAPS hi0, hi3
	VXORPS nans, nans, nans
	SUBQ $32, n
	JLT  eights
all:
	VMOVUPS (pa), x0
	VMOVUPS 32(pa), x1
	VMOVUPS 64(pa), x2
	VMOVUPS 96(pa), x3
	JOIN(x0, lo0, hi0)
	JOIN(x1, lo1, hi1)
	JOIN(x2, lo2, hi2)
	JOIN(x3, lo3, hi3)
	VCMPPS $3, x1, x0, x0 // unordered
	VCMPPS $3, x3, x2, x2
	VORPS  x0, nans, nans
	VORPS  x2, nans, nans
	ADDQ $128, pa
	SUBQ $32, n
	JGE  all
eights:
	ADDQ $24, n
	JLT  rest
eight:
	VMOVUPS (pa), x0
	JOIN(x0, lo0, hi0)
	VCMPPS $3, x0, x0, x0
	VORPS  x0, nans, nans
	ADDQ $32, pa
	SUBQ $8, n
	JGE  eight
rest:
	ADDQ $8, n
	JEQ  fold
	NEGQ n
	LEAQ ·laneMasks(SB), tmp
	VMOVUPS 32(tmp)(n*4), mask
	VMASKMOVPS (pa), mask, x0
	VCMPPS $3, x0, x0, t
	VORPS  t, nans, nans
	VBLENDVPS mask, x0, lo1, t // lanes past the last are what is known already
	VMINPS lo1, t, lo1
	VBLENDVPS mask, x0, hi1, t
	VMAXPS hi1, t, hi1
fold:
	VMINPS lo1, lo0, lo0
	VMINPS lo3, lo2, lo2
	VMINPS lo2, lo0, lo0
	VMAXPS hi1, hi0, hi0
	VMAXPS hi3, hi2, hi2
	VMAXPS hi2, hi0, hi0
	FOLD(VMINPS, lo0, X4, X0)
	FOLD(VMAXPS, hi0, X8, X0)
	FOLD(VORPS, nans, X12, X0)
	VORPS  X12, X4, X4
	VORPS  X12, X8, X8
	VMOVSS X4, RangeF32Args_Lo(args)
	VMOVSS X8, RangeF32Args_Hi(args)
	VZEROUPPER
	RET
