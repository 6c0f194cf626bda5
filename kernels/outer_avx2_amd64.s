//go:build !purego

// Sums of outer products in AVX2 and FMA: tiles of 6×16.
//
// A tile is that of the matrix product (gemm_avx2_amd64.s), for the same
// reason: 12 accumulators hide the latency of FMA. Here both operands are read
// where they lie, pixel by pixel, and the sum runs over the pixels.

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

#define b0 Y12
#define b1 Y13
#define x0 Y14
#define x1 Y15

// TWO adds the products of two floats of A.
#define TWO(d, c00, c01, c10, c11) \
	VBROADCASTSS (d)(pa), x0;       \
	VBROADCASTSS (d+4)(pa), x1;     \
	VFMADD231PS  b0, x0, c00;      \
	VFMADD231PS  b1, x0, c01;      \
	VFMADD231PS  b0, x1, c10;      \
	VFMADD231PS  b1, x1, c11

// func outerF32AVX2(a *OuterF32Args)
TEXT ·outerF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ OuterF32Args_A(args), rowa
	MOVQ OuterF32Args_B(args), rowb
	MOVQ OuterF32Args_C(args), c
	MOVQ OuterF32Args_StepA(args), stepa
	MOVQ OuterF32Args_StepB(args), stepb
	MOVQ OuterF32Args_Rows(args), rows
	VMOVUPS 0(c), Y0
	VMOVUPS 32(c), Y1
	VMOVUPS 64(c), Y2
	VMOVUPS 96(c), Y3
	VMOVUPS 128(c), Y4
	VMOVUPS 160(c), Y5
	VMOVUPS 192(c), Y6
	VMOVUPS 224(c), Y7
	VMOVUPS 256(c), Y8
	VMOVUPS 288(c), Y9
	VMOVUPS 320(c), Y10
	VMOVUPS 352(c), Y11

row:
	MOVQ rowa, pa
	MOVQ rowb, pb
	MOVQ OuterF32Args_Pixels(args), pixels

pixel:
	VMOVUPS (pb), b0
	VMOVUPS 32(pb), b1
	TWO(0, Y0, Y1, Y2, Y3)
	TWO(8, Y4, Y5, Y6, Y7)
	TWO(16, Y8, Y9, Y10, Y11)
	ADDQ stepa, pa
	ADDQ stepb, pb
	DECQ pixels
	JNZ  pixel

	ADDQ OuterF32Args_RowA(args), rowa
	ADDQ OuterF32Args_RowB(args), rowb
	DECQ rows
	JNZ  row

	VMOVUPS Y0, 0(c)
	VMOVUPS Y1, 32(c)
	VMOVUPS Y2, 64(c)
	VMOVUPS Y3, 96(c)
	VMOVUPS Y4, 128(c)
	VMOVUPS Y5, 160(c)
	VMOVUPS Y6, 192(c)
	VMOVUPS Y7, 224(c)
	VMOVUPS Y8, 256(c)
	VMOVUPS Y9, 288(c)
	VMOVUPS Y10, 320(c)
	VMOVUPS Y11, 352(c)
	VZEROUPPER
	RET
