//go:build !purego

// One tile of the integer matrix product by VPDPBUSD on 256 bits, for CPUs that
// have it without AVX-512 (feature AVX-VNNI, in VEX form), and the same in EVEX
// form: where tests have no CPU of the first kind they run the second, and
// compare the codes of the first with llvm-mc.

#include "go_asm.h"
#include "textflag.h"
#include "gemm_i8_avx2_amd64.h"
#include "vnni_amd64.h"

#define kk  CX // position in the rows, up to 0
#define a4  R13
#define a5  AX

#define c40 Y8
#define c41 Y9
#define c50 Y10
#define c51 Y11
#define b0  Y12 // weights of one step
#define b1  Y13
#define x0  Y14 // activations
#define x1  Y15

#define PAIR(da, i, j, v00, n00, v01, n01, v10, n10, v11, n11) \
	VPBROADCASTD (da)(i)(kk*1), x0;  \
	VPBROADCASTD (da)(j)(kk*1), x1;  \
	DOT(b0, 12, x0, 14, v00, n00);   \
	DOT(b1, 13, x0, 14, v01, n01);   \
	DOT(b0, 12, x1, 15, v10, n10);   \
	DOT(b1, 13, x1, 15, v11, n11)

#define STEP(da, db) \
	VMOVDQU (db)(b), b0;                                   \
	VMOVDQU (db+32)(b), b1;                                \
	PAIR(da, a0, a1, c00, 0, c01, 1, c10, 2, c11, 3);      \
	PAIR(da, a2, a3, c20, 4, c21, 5, c30, 6, c31, 7);      \
	PAIR(da, a4, a5, c40, 8, c41, 9, c50, 10, c51, 11)

#define STEP3(da, db, v00, n00, v01, n01, v10, n10, v11, n11, v20, n20, v21, n21) \
	VMOVDQU (db)(b), b0;                                        \
	VMOVDQU (db+32)(b), b1;                                     \
	PAIR(da, a0, a1, v00, n00, v01, n01, v10, n10, v11, n11);   \
	VPBROADCASTD (da)(a2)(kk*1), x0;                            \
	DOT(b0, 12, x0, 14, v20, n20);                              \
	DOT(b1, 13, x0, 14, v21, n21)

#define PAIR8(da, i, j, v0, n0, v1, n1) \
	VPBROADCASTD (da)(i)(kk*1), x0; \
	VPBROADCASTD (da)(j)(kk*1), x1; \
	DOT(b0, 12, x0, 14, v0, n0);    \
	DOT(b0, 12, x1, 15, v1, n1)

#define STEP8(da, db, v0, n0, v1, n1, v2, n2, v3, n3, v4, n4, v5, n5) \
	VMOVDQU (db)(b), b0;                 \
	PAIR8(da, a0, a1, v0, n0, v1, n1);   \
	PAIR8(da, a2, a3, v2, n2, v3, n3);   \
	PAIR8(da, a4, a5, v4, n4, v5, n5)

#define ROWS6 \
	ROW(0, a0); \
	ROW(1, a1); \
	ROW(2, a2); \
	ROW(3, a3); \
	ROW(4, a4); \
	ROW(5, a5); \
	ADDQ $24, off

// DEPTH sets kk to the first step of a row and jumps where there is only one.
#define DEPTH(one) \
	MOVQ GemmI8Args_K(args), kk; \
	ADDQ $3, kk;                 \
	ANDQ $-4, kk;                \
	NEGQ kk;                     \
	ADDQ $4, kk;                 \
	JEQ  one

// JOIN adds the second accumulator of a narrow row to the first.
#define JOIN(v0, v1) \
	VPADDD v1, v0, v0; \
	VPXOR  v1, v1, v1

#define ALL(f) \
	f(c00, c01); \
	f(c10, c11); \
	f(c20, c21); \
	f(c30, c31); \
	f(c40, c41); \
	f(c50, c51)

#define EACH(f, done) \
	f(c00, c01);   \
	CMPQ rows, $2; \
	JLT  done;     \
	f(c10, c11);   \
	CMPQ rows, $3; \
	JLT  done;     \
	f(c20, c21);   \
	CMPQ rows, $4; \
	JLT  done;     \
	f(c30, c31);   \
	CMPQ rows, $5; \
	JLT  done;     \
	f(c40, c41);   \
	CMPQ rows, $6; \
	JLT  done;     \
	f(c50, c51)

#define PACK \
	BYTES(c00, c10); \
	BYTES(c20, c30); \
	BYTES(c40, c50)

#define STORE16(done) \
	STOREPAIR(c00, X0, $2, $3, done); \
	STOREPAIR(c20, X4, $4, $5, done); \
	STOREPAIR(c40, X8, $6, $7, done)

#define STORE8(done) \
	HALFPAIR(c00, X0, $2, $3, done); \
	HALFPAIR(c20, X4, $4, $5, done); \
	HALFPAIR(c40, X8, $6, $7, done)

#define KEEP \
	VMOVDQU c00, bytes-96(SP); \
	VMOVDQU c20, bytes-64(SP); \
	VMOVDQU c40, bytes-32(SP)

#define LEAKEEP(r) LEAQ bytes-96(SP), r

#define COPY \
	VMOVDQA c00, c10; \
	VMOVDQA c01, c11; \
	VMOVDQA c00, c20; \
	VMOVDQA c01, c21; \
	VMOVDQA c00, c30; \
	VMOVDQA c01, c31; \
	VMOVDQA c00, c40; \
	VMOVDQA c01, c41; \
	VMOVDQA c00, c50; \
	VMOVDQA c01, c51

#define DOT(b, bn, x, xn, c, cn) VEXDPBUSD(bn, xn, cn)

// func gemmI8AVXVNNI(a *GemmI8Args)
TEXT ·gemmI8AVXVNNI(SB), NOSPLIT, $96-8
	MOVQ a+0(FP), args
#include "gemm_i8_vnni256_amd64.h"

#undef DOT
#define DOT(b, bn, x, xn, c, cn) VPDPBUSD b, x, c

// func gemmI8VNNI256(a *GemmI8Args)
TEXT ·gemmI8VNNI256(SB), NOSPLIT, $96-8
	MOVQ a+0(FP), args
#include "gemm_i8_vnni256_amd64.h"
