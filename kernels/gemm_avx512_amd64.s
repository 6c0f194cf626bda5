//go:build !purego

// One tile of the indirect matrix product in AVX-512.
//
// The tile is 7×32: 14 accumulators of 16 floats hide the latency of FMA where
// there are two units of 512 bits as well as where there is one, and 7 rows
// divide the pictures of nets made for 224 pixels (56², 28², 14², 7²) without rest.
// A step of k is 14 FMAs for 9 loads. Columns past N are kept out by mask
// registers, which cost nothing. Source of the scheme: gemm_avx2_amd64.s.

#include "go_asm.h"
#include "textflag.h"

#define args DI  // *GemmF32Args, throughout
#define off  SI  // next seven offsets
#define base DX  // end of a row at offset 0: A + 4·K
#define b    R8  // next row of 32 floats of the panel
#define taps BX  // taps left
#define kk   CX  // −4·(floats of the rows left)
#define a0   R9  // ends of the rows of A
#define a1   R10
#define a2   R11
#define a3   R12
#define a4   R13
#define a5   AX
#define a6   R14

#define res  R9  // after the sums: row of Res,
#define c    R10 // row of C,
#define ld   R11 // their stride,
#define rows R12 // M,
#define tmp  AX
#define low  K1  // columns 0 to 15 below N,
#define high K2  // columns 16 to 31

#define c00  Z0 // accumulators: row, half
#define c01  Z1
#define c10  Z2
#define c11  Z3
#define c20  Z4
#define c21  Z5
#define c30  Z6
#define c31  Z7
#define c40  Z8
#define c41  Z9
#define c50  Z10
#define c51  Z11
#define c60  Z12
#define c61  Z13
#define b0   Z14 // a row of B
#define b1   Z15
#define x0   Z16 // broadcasts of A; later Res, or the clamp
#define x1   Z17
#define x2   Z18
#define x3   Z19
#define x4   Z20
#define x5   Z21
#define x6   Z22

// STEP adds the products of one k; da and db are its distances from the
// running positions in the rows of A and in B.
#define STEP(da, db) \
	VMOVUPS      (db)(b), b0;        \
	VMOVUPS      (db+64)(b), b1;     \
	VBROADCASTSS (da)(a0)(kk*1), x0; \
	VBROADCASTSS (da)(a1)(kk*1), x1; \
	VBROADCASTSS (da)(a2)(kk*1), x2; \
	VBROADCASTSS (da)(a3)(kk*1), x3; \
	VBROADCASTSS (da)(a4)(kk*1), x4; \
	VBROADCASTSS (da)(a5)(kk*1), x5; \
	VBROADCASTSS (da)(a6)(kk*1), x6; \
	VFMADD231PS  b0, x0, c00;        \
	VFMADD231PS  b1, x0, c01;        \
	VFMADD231PS  b0, x1, c10;        \
	VFMADD231PS  b1, x1, c11;        \
	VFMADD231PS  b0, x2, c20;        \
	VFMADD231PS  b1, x2, c21;        \
	VFMADD231PS  b0, x3, c30;        \
	VFMADD231PS  b1, x3, c31;        \
	VFMADD231PS  b0, x4, c40;        \
	VFMADD231PS  b1, x4, c41;        \
	VFMADD231PS  b0, x5, c50;        \
	VFMADD231PS  b1, x5, c51;        \
	VFMADD231PS  b0, x6, c60;        \
	VFMADD231PS  b1, x6, c61

// STEP3 is STEP for three rows, into accumulators of its own.
#define STEP3(da, db, s00, s01, s10, s11, s20, s21) \
	VMOVUPS      (db)(b), b0;        \
	VMOVUPS      (db+64)(b), b1;     \
	VBROADCASTSS (da)(a0)(kk*1), x0; \
	VBROADCASTSS (da)(a1)(kk*1), x1; \
	VBROADCASTSS (da)(a2)(kk*1), x2; \
	VFMADD231PS  b0, x0, s00;        \
	VFMADD231PS  b1, x0, s01;        \
	VFMADD231PS  b0, x1, s10;        \
	VFMADD231PS  b1, x1, s11;        \
	VFMADD231PS  b0, x2, s20;        \
	VFMADD231PS  b1, x2, s21

// STEP16 is STEP for the first 16 columns.
#define STEP16(da, db) \
	VMOVUPS (db)(b), b0;             \
	VBROADCASTSS (da)(a0)(kk*1), x0; \
	VBROADCASTSS (da)(a1)(kk*1), x1; \
	VBROADCASTSS (da)(a2)(kk*1), x2; \
	VBROADCASTSS (da)(a3)(kk*1), x3; \
	VBROADCASTSS (da)(a4)(kk*1), x4; \
	VBROADCASTSS (da)(a5)(kk*1), x5; \
	VBROADCASTSS (da)(a6)(kk*1), x6; \
	VFMADD231PS b0, x0, c00;         \
	VFMADD231PS b0, x1, c10;         \
	VFMADD231PS b0, x2, c20;         \
	VFMADD231PS b0, x3, c30;         \
	VFMADD231PS b0, x4, c40;         \
	VFMADD231PS b0, x5, c50;         \
	VFMADD231PS b0, x6, c60

// STEP24 is STEP for the first 24 columns, STEP8 for the first 8: vectors of 8
// take half the time where units are 256 bits wide, and no longer elsewhere.
#define STEP24(da, db) \
	VMOVUPS      (db)(b), b0;        \
	VMOVUPS      (db+64)(b), Y15;    \
	VBROADCASTSS (da)(a0)(kk*1), x0; \
	VBROADCASTSS (da)(a1)(kk*1), x1; \
	VBROADCASTSS (da)(a2)(kk*1), x2; \
	VBROADCASTSS (da)(a3)(kk*1), x3; \
	VBROADCASTSS (da)(a4)(kk*1), x4; \
	VBROADCASTSS (da)(a5)(kk*1), x5; \
	VBROADCASTSS (da)(a6)(kk*1), x6; \
	VFMADD231PS  b0, x0, c00;        \
	VFMADD231PS  Y15, Y16, Y1;       \
	VFMADD231PS  b0, x1, c10;        \
	VFMADD231PS  Y15, Y17, Y3;       \
	VFMADD231PS  b0, x2, c20;        \
	VFMADD231PS  Y15, Y18, Y5;       \
	VFMADD231PS  b0, x3, c30;        \
	VFMADD231PS  Y15, Y19, Y7;       \
	VFMADD231PS  b0, x4, c40;        \
	VFMADD231PS  Y15, Y20, Y9;       \
	VFMADD231PS  b0, x5, c50;        \
	VFMADD231PS  Y15, Y21, Y11;      \
	VFMADD231PS  b0, x6, c60;        \
	VFMADD231PS  Y15, Y22, Y13

#define STEP8(da, db) \
	VMOVUPS      (db)(b), Y14;        \
	VBROADCASTSS (da)(a0)(kk*1), Y16; \
	VBROADCASTSS (da)(a1)(kk*1), Y17; \
	VBROADCASTSS (da)(a2)(kk*1), Y18; \
	VBROADCASTSS (da)(a3)(kk*1), Y19; \
	VBROADCASTSS (da)(a4)(kk*1), Y20; \
	VBROADCASTSS (da)(a5)(kk*1), Y21; \
	VBROADCASTSS (da)(a6)(kk*1), Y22; \
	VFMADD231PS  Y14, Y16, Y0;        \
	VFMADD231PS  Y14, Y17, Y2;        \
	VFMADD231PS  Y14, Y18, Y4;        \
	VFMADD231PS  Y14, Y19, Y6;        \
	VFMADD231PS  Y14, Y20, Y8;        \
	VFMADD231PS  Y14, Y21, Y10;       \
	VFMADD231PS  Y14, Y22, Y12

// ROW turns the next offset into the end of a row.
#define ROW(i, r) \
	MOVLQSX (4*i)(off), r; \
	ADDQ    base, r

// ADDRES adds a row of Res, which reads as zero past N.
#define ADDRES(v0, v1) \
	VMOVUPS.Z (res), low, x0;    \
	VMOVUPS.Z 64(res), high, x1; \
	VADDPS    x0, v0, v0;        \
	VADDPS    x1, v1, v1;        \
	ADDQ      ld, res

// CLAMP keeps NaN: of two operands one of which is NaN, VMAXPS and VMINPS
// return the second, which Go writes first.
#define CLAMP(v) \
	VMAXPS v, x0, v; \
	VMINPS v, x1, v

#define STORE(v0, v1) \
	VMOVUPS v0, low, (c);    \
	VMOVUPS v1, high, 64(c); \
	ADDQ    ld, c

// ROWS applies one of the above to the first M rows of the tile.
#define ROWS(each, done) \
	each(c00, c01); \
	CMPQ rows, $2;  \
	JLT  done;      \
	each(c10, c11); \
	CMPQ rows, $3;  \
	JLT  done;      \
	each(c20, c21); \
	CMPQ rows, $4;  \
	JLT  done;      \
	each(c30, c31); \
	CMPQ rows, $5;  \
	JLT  done;      \
	each(c40, c41); \
	CMPQ rows, $6;  \
	JLT  done;      \
	each(c50, c51); \
	CMPQ rows, $7;  \
	JLT  done;      \
	each(c60, c61)

// func gemmF32AVX512(a *GemmF32Args)
TEXT ·gemmF32AVX512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ GemmF32Args_Bias(args), tmp
	VMOVUPS (tmp), c00
	VMOVUPS 64(tmp), c01
	VMOVAPS c00, c10
	VMOVAPS c01, c11
	VMOVAPS c00, c20
	VMOVAPS c01, c21
	VMOVAPS c00, c30
	VMOVAPS c01, c31
	VMOVAPS c00, c40
	VMOVAPS c01, c41
	VMOVAPS c00, c50
	VMOVAPS c01, c51
	VMOVAPS c00, c60
	VMOVAPS c01, c61
	MOVQ GemmF32Args_K(args), base
	SHLQ $2, base
	ADDQ GemmF32Args_A(args), base
	MOVQ GemmF32Args_Off(args), off
	MOVQ GemmF32Args_B(args), b
	MOVQ GemmF32Args_Taps(args), taps
	CMPQ GemmF32Args_M(args), $3
	JLE  three
	CMPQ GemmF32Args_N(args), $24
	JGT  tap
	CMPQ GemmF32Args_N(args), $16
	JGT  upTo24
	CMPQ GemmF32Args_N(args), $8
	JGT  narrow
	JMP  upTo8

tap:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ROW(4, a4)
	ROW(5, a5)
	ROW(6, a6)
	ADDQ $28, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tail

	PCALIGN $32
two:
	STEP(-8, 0)
	STEP(-4, 128)
	ADDQ $256, b
	ADDQ $8, kk
	JLE  two

tail:
	SUBQ $8, kk
	JEQ  tapped
	STEP(0, 0)
	ADDQ $128, b

tapped:
	DECQ taps
	JNE  tap

summed:
	MOVQ  GemmF32Args_N(args), c
	MOVQ  $-1, tmp
	BZHIQ c, tmp, tmp
	KMOVW tmp, low
	SHRQ  $16, tmp
	KMOVW tmp, high
	MOVQ  GemmF32Args_M(args), rows
	MOVQ  GemmF32Args_Res(args), res
	TESTQ res, res
	JEQ   clamp
	MOVQ  GemmF32Args_LDR(args), ld
	ROWS(ADDRES, clamp)

clamp:
	VBROADCASTSS GemmF32Args_Lo(args), x0
	VBROADCASTSS GemmF32Args_Hi(args), x1
	CLAMP(c00)
	CLAMP(c01)
	CLAMP(c10)
	CLAMP(c11)
	CLAMP(c20)
	CLAMP(c21)
	CLAMP(c30)
	CLAMP(c31)
	CLAMP(c40)
	CLAMP(c41)
	CLAMP(c50)
	CLAMP(c51)
	CLAMP(c60)
	CLAMP(c61)

	MOVQ GemmF32Args_C(args), c
	MOVQ GemmF32Args_LDC(args), ld
	ROWS(STORE, done)

done:
	VZEROUPPER
	RET

	// Three rows or fewer, as in gemm_avx2_amd64.s.
three:
	VPXORQ c30, c30, c30
	VPXORQ c31, c31, c31
	VPXORQ c40, c40, c40
	VPXORQ c41, c41, c41
	VPXORQ c50, c50, c50
	VPXORQ c51, c51, c51

tap3:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ADDQ $28, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tail3

	PCALIGN $32
two3:
	STEP3(-8, 0, c00, c01, c10, c11, c20, c21)
	STEP3(-4, 128, c30, c31, c40, c41, c50, c51)
	ADDQ $256, b
	ADDQ $8, kk
	JLE  two3

tail3:
	SUBQ $8, kk
	JEQ  tapped3
	STEP3(0, 0, c00, c01, c10, c11, c20, c21)
	ADDQ $128, b

tapped3:
	DECQ taps
	JNE  tap3
	VADDPS c30, c00, c00
	VADDPS c31, c01, c01
	VADDPS c40, c10, c10
	VADDPS c41, c11, c11
	VADDPS c50, c20, c20
	VADDPS c51, c21, c21
	JMP  summed

	// Sixteen columns or fewer, as in gemm_avx2_amd64.s.
narrow:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ROW(4, a4)
	ROW(5, a5)
	ROW(6, a6)
	ADDQ $28, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tailN

	PCALIGN $32
twoN:
	STEP16(-8, 0)
	STEP16(-4, 128)
	ADDQ $256, b
	ADDQ $8, kk
	JLE  twoN

tailN:
	SUBQ $8, kk
	JEQ  tappedN
	STEP16(0, 0)
	ADDQ $128, b

tappedN:
	DECQ taps
	JNE  narrow
	JMP  summed

	// 17 to 24 columns.
upTo24:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ROW(4, a4)
	ROW(5, a5)
	ROW(6, a6)
	ADDQ $28, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tail24

	PCALIGN $32
two24:
	STEP24(-8, 0)
	STEP24(-4, 128)
	ADDQ $256, b
	ADDQ $8, kk
	JLE  two24

tail24:
	SUBQ $8, kk
	JEQ  tapped24
	STEP24(0, 0)
	ADDQ $128, b

tapped24:
	DECQ taps
	JNE  upTo24
	JMP  summed

	// Eight columns or fewer.
upTo8:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ROW(4, a4)
	ROW(5, a5)
	ROW(6, a6)
	ADDQ $28, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tail8

	PCALIGN $32
two8:
	STEP8(-8, 0)
	STEP8(-4, 128)
	ADDQ $256, b
	ADDQ $8, kk
	JLE  two8

tail8:
	SUBQ $8, kk
	JEQ  tapped8
	STEP8(0, 0)
	ADDQ $128, b

tapped8:
	DECQ taps
	JNE  upTo8
	JMP  summed
