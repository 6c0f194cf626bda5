//go:build !purego

// Sums of outer products in AVX-512: tiles of 12×32 and of 24×16.
//
// Both have 24 accumulators of 16 floats. The first reads the least for its
// multiplications; the second wastes nothing on layers of 16 channels, and
// broadcasts A within the multiplication.

#include "go_asm.h"
#include "textflag.h"

#define args   DI  // *OuterF32Args
#define pa     SI  // pixel of A
#define pb     R8  // pixel of B
#define stepa  R9  // bytes from pixel to pixel
#define stepb  R10
#define rowa   R11 // row of A
#define rowb   R12 // row of B
#define rows   R13 // left
#define pixels CX  // left in the row
#define c      DX

#define b0 Z24
#define b1 Z25
#define x0 Z26
#define x1 Z27

// TWO adds the products of two floats of A.
#define TWO(d, c00, c01, c10, c11) \
	VBROADCASTSS (d)(pa), x0;       \
	VBROADCASTSS (d+4)(pa), x1;     \
	VFMADD231PS  b0, x0, c00;      \
	VFMADD231PS  b1, x0, c01;      \
	VFMADD231PS  b0, x1, c10;      \
	VFMADD231PS  b1, x1, c11

// FOUR adds the products of four floats of A.
#define FOUR(d, c0, c1, c2, c3)           \
	VFMADD231PS.BCST (d)(pa), b0, c0;      \
	VFMADD231PS.BCST (d+4)(pa), b0, c1;    \
	VFMADD231PS.BCST (d+8)(pa), b0, c2;    \
	VFMADD231PS.BCST (d+12)(pa), b0, c3

#define LOAD(n, at) VMOVUPS (64*at)(c), n
#define STORE(n, at) VMOVUPS n, (64*at)(c)

#define EACH(F) \
	F(Z0, 0); \
	F(Z1, 1); \
	F(Z2, 2); \
	F(Z3, 3); \
	F(Z4, 4); \
	F(Z5, 5); \
	F(Z6, 6); \
	F(Z7, 7); \
	F(Z8, 8); \
	F(Z9, 9); \
	F(Z10, 10); \
	F(Z11, 11); \
	F(Z12, 12); \
	F(Z13, 13); \
	F(Z14, 14); \
	F(Z15, 15); \
	F(Z16, 16); \
	F(Z17, 17); \
	F(Z18, 18); \
	F(Z19, 19); \
	F(Z20, 20); \
	F(Z21, 21); \
	F(Z22, 22); \
	F(Z23, 23)

#define OPEN \
	MOVQ a+0(FP), args;                  \
	MOVQ OuterF32Args_A(args), rowa;     \
	MOVQ OuterF32Args_B(args), rowb;     \
	MOVQ OuterF32Args_C(args), c;        \
	MOVQ OuterF32Args_StepA(args), stepa; \
	MOVQ OuterF32Args_StepB(args), stepb; \
	MOVQ OuterF32Args_Rows(args), rows

// func outer12x32F32AVX512(a *OuterF32Args)
TEXT ·outer12x32F32AVX512(SB), NOSPLIT, $0-8
	OPEN
	EACH(LOAD)

row:
	MOVQ rowa, pa
	MOVQ rowb, pb
	MOVQ OuterF32Args_Pixels(args), pixels

pixel:
	VMOVUPS (pb), b0
	VMOVUPS 64(pb), b1
	TWO(0, Z0, Z1, Z2, Z3)
	TWO(8, Z4, Z5, Z6, Z7)
	TWO(16, Z8, Z9, Z10, Z11)
	TWO(24, Z12, Z13, Z14, Z15)
	TWO(32, Z16, Z17, Z18, Z19)
	TWO(40, Z20, Z21, Z22, Z23)
	ADDQ stepa, pa
	ADDQ stepb, pb
	DECQ pixels
	JNZ  pixel

	ADDQ OuterF32Args_RowA(args), rowa
	ADDQ OuterF32Args_RowB(args), rowb
	DECQ rows
	JNZ  row

	EACH(STORE)
	VZEROUPPER
	RET

// func outer24x16F32AVX512(a *OuterF32Args)
TEXT ·outer24x16F32AVX512(SB), NOSPLIT, $0-8
	OPEN
	EACH(LOAD)

row:
	MOVQ rowa, pa
	MOVQ rowb, pb
	MOVQ OuterF32Args_Pixels(args), pixels

pixel:
	VMOVUPS (pb), b0
	FOUR(0, Z0, Z1, Z2, Z3)
	FOUR(16, Z4, Z5, Z6, Z7)
	FOUR(32, Z8, Z9, Z10, Z11)
	FOUR(48, Z12, Z13, Z14, Z15)
	FOUR(64, Z16, Z17, Z18, Z19)
	FOUR(80, Z20, Z21, Z22, Z23)
	ADDQ stepa, pa
	ADDQ stepb, pb
	DECQ pixels
	JNZ  pixel

	ADDQ OuterF32Args_RowA(args), rowa
	ADDQ OuterF32Args_RowB(args), rowb
	DECQ rows
	JNZ  row

	EACH(STORE)
	VZEROUPPER
	RET
