//go:build !purego

// One tile of the integer matrix product in AVX-512 VNNI: VPDPBUSD adds four
// products of a byte of A without sign and a byte of B with one to an int32,
// exactly. Shape and reasoning are those of gemm_avx512_amd64.s; a step takes
// four k at once, which lie side by side in both operands.

#include "go_asm.h"
#include "textflag.h"
#include "gemm_i8_avx512_amd64.h"

#define STEP(da, db) \
	VMOVDQU32    (db)(b), b0;        \
	VMOVDQU32    (db+64)(b), b1;     \
	VPBROADCASTD (da)(a0)(kk*1), x0; \
	VPBROADCASTD (da)(a1)(kk*1), x1; \
	VPBROADCASTD (da)(a2)(kk*1), x2; \
	VPBROADCASTD (da)(a3)(kk*1), x3; \
	VPBROADCASTD (da)(a4)(kk*1), x4; \
	VPBROADCASTD (da)(a5)(kk*1), x5; \
	VPBROADCASTD (da)(a6)(kk*1), x6; \
	VPDPBUSD     b0, x0, c00;        \
	VPDPBUSD     b1, x0, c01;        \
	VPDPBUSD     b0, x1, c10;        \
	VPDPBUSD     b1, x1, c11;        \
	VPDPBUSD     b0, x2, c20;        \
	VPDPBUSD     b1, x2, c21;        \
	VPDPBUSD     b0, x3, c30;        \
	VPDPBUSD     b1, x3, c31;        \
	VPDPBUSD     b0, x4, c40;        \
	VPDPBUSD     b1, x4, c41;        \
	VPDPBUSD     b0, x5, c50;        \
	VPDPBUSD     b1, x5, c51;        \
	VPDPBUSD     b0, x6, c60;        \
	VPDPBUSD     b1, x6, c61

// STEP3 is STEP for three rows, into accumulators of its own.
#define STEP3(da, db, v00, v01, v10, v11, v20, v21) \
	VMOVDQU32    (db)(b), b0;        \
	VMOVDQU32    (db+64)(b), b1;     \
	VPBROADCASTD (da)(a0)(kk*1), x0; \
	VPBROADCASTD (da)(a1)(kk*1), x1; \
	VPBROADCASTD (da)(a2)(kk*1), x2; \
	VPDPBUSD     b0, x0, v00;        \
	VPDPBUSD     b1, x0, v01;        \
	VPDPBUSD     b0, x1, v10;        \
	VPDPBUSD     b1, x1, v11;        \
	VPDPBUSD     b0, x2, v20;        \
	VPDPBUSD     b1, x2, v21

// STEP16 is STEP for panels of 16 columns or fewer.
#define STEP16(da, db, v0, v1, v2, v3, v4, v5, v6) \
	VMOVDQU32    (db)(b), b0;        \
	VPBROADCASTD (da)(a0)(kk*1), x0; \
	VPBROADCASTD (da)(a1)(kk*1), x1; \
	VPBROADCASTD (da)(a2)(kk*1), x2; \
	VPBROADCASTD (da)(a3)(kk*1), x3; \
	VPBROADCASTD (da)(a4)(kk*1), x4; \
	VPBROADCASTD (da)(a5)(kk*1), x5; \
	VPBROADCASTD (da)(a6)(kk*1), x6; \
	VPDPBUSD     b0, x0, v0;         \
	VPDPBUSD     b0, x1, v1;         \
	VPDPBUSD     b0, x2, v2;         \
	VPDPBUSD     b0, x3, v3;         \
	VPDPBUSD     b0, x4, v4;         \
	VPDPBUSD     b0, x5, v5;         \
	VPDPBUSD     b0, x6, v6

// DEPTH sets kk to the first step of a row and jumps where there is only one.
#define DEPTH(one) \
	MOVQ GemmI8Args_K(args), kk; \
	ADDQ $3, kk;                 \
	ANDQ $-4, kk;                \
	NEGQ kk;                     \
	ADDQ $4, kk;                 \
	JEQ  one

// func gemmI8VNNI512(a *GemmI8Args)
TEXT ·gemmI8VNNI512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ GemmI8Args_K(args), base
	ADDQ $3, base
	ANDQ $-4, base
	ADDQ GemmI8Args_A(args), base
	MOVQ GemmI8Args_Off(args), off
	MOVQ GemmI8Args_B(args), b
	MOVQ GemmI8Args_Taps(args), taps
	MOVQ GemmI8Args_Bias(args), tmp
	CMPQ GemmI8Args_N(args), $16
	JLE  narrow
	DEAL(tmp, c00, c01)
	CMPQ GemmI8Args_M(args), $3
	JLE  three
	COPY

tap:
	ROWS7
	DEPTH(tail)

	PCALIGN $32
two:
	STEP(-4, 0)
	STEP(0, 128)
	ADDQ $256, b
	ADDQ $8, kk
	JLT  two
	JGT  tapped

tail:
	STEP(-4, 0)
	ADDQ $128, b

tapped:
	DECQ taps
	JNE  tap

summed:
	RESULTS

	// Three rows or fewer: every second step has accumulators of its own, for
	// enough chains.
three:
	VMOVDQA32 c00, c10
	VMOVDQA32 c01, c11
	VMOVDQA32 c00, c20
	VMOVDQA32 c01, c21
	VPXORD c30, c30, c30
	VPXORD c31, c31, c31
	VPXORD c40, c40, c40
	VPXORD c41, c41, c41
	VPXORD c50, c50, c50
	VPXORD c51, c51, c51

tap3:
	ROWS3
	DEPTH(tail3)

	PCALIGN $32
two3:
	STEP3(-4, 0, c00, c01, c10, c11, c20, c21)
	STEP3(0, 128, c30, c31, c40, c41, c50, c51)
	ADDQ $256, b
	ADDQ $8, kk
	JLT  two3
	JGT  tapped3

tail3:
	STEP3(-4, 0, c00, c01, c10, c11, c20, c21)
	ADDQ $128, b

tapped3:
	DECQ taps
	JNE  tap3
	VPADDD c30, c00, c00
	VPADDD c31, c01, c01
	VPADDD c40, c10, c10
	VPADDD c41, c11, c11
	VPADDD c50, c20, c20
	VPADDD c51, c21, c21
	JMP  summed

	// Sixteen columns or fewer: likewise.
narrow:
	MOVQ  GemmI8Args_N(args), a0
	MOVQ  $-1, a1
	BZHIQ a0, a1, a1
	KMOVW a1, low
	VMOVDQU32.Z (tmp), low, c00
	VPXORD c01, c01, c01
	COPY

tapN:
	ROWS7
	DEPTH(tailN)

	PCALIGN $32
twoN:
	STEP16(-4, 0, c00, c10, c20, c30, c40, c50, c60)
	STEP16(0, 64, c01, c11, c21, c31, c41, c51, c61)
	ADDQ $128, b
	ADDQ $8, kk
	JLT  twoN
	JGT  tappedN

tailN:
	STEP16(-4, 0, c00, c10, c20, c30, c40, c50, c60)
	ADDQ $64, b

tappedN:
	DECQ taps
	JNE  tapN
	VPADDD c01, c00, c00
	VPADDD c11, c10, c10
	VPADDD c21, c20, c20
	VPADDD c31, c30, c30
	VPADDD c41, c40, c40
	VPADDD c51, c50, c50
	VPADDD c61, c60, c60
	JMP  summed
