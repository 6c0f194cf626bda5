//go:build !purego

// One tile of the indirect matrix product in AVX2 and FMA.
//
// The tile is 6×16 because 12 accumulators of 8 floats are enough to hide the
// latency of FMA on every CPU that has it (2 a cycle, 4 or 5 cycles each), and
// leave four registers for two vectors of B and two broadcasts of A. A step of k
// is 12 FMAs for 8 loads, so the multipliers wait for nothing. The shape and the
// reasoning are those of K. Goto and R. van de Geijn, "Anatomy of High-Performance
// Matrix Multiplication" (2008), and of the BLIS kernels for Haswell; the rows
// come through offsets, after M. Dukhan, "The Indirect Convolution Algorithm" (2019).

#include "go_asm.h"
#include "textflag.h"

#define args DI  // *GemmF32Args, throughout
#define off  SI  // next six offsets
#define base DX  // end of a row at offset 0: A + 4·K
#define b    R8  // next row of 16 floats of the panel
#define taps BX  // taps left
#define kk   CX  // −4·(floats of the rows left)
#define a0   R9  // ends of the rows of A
#define a1   R10
#define a2   R11
#define a3   R12
#define a4   R13
#define a5   AX

#define res  R9  // after the sums: row of Res,
#define c    R10 // row of C,
#define ld   R11 // their stride,
#define rows R12 // M,
#define cols R13 // N,
#define tmp  AX

#define c00 Y0   // accumulators: row, half
#define c01 Y1
#define c10 Y2
#define c11 Y3
#define c20 Y4
#define c21 Y5
#define c30 Y6
#define c31 Y7
#define c40 Y8
#define c41 Y9
#define c50 Y10
#define c51 Y11
#define b0  Y12  // a row of B; later the masks of the columns
#define b1  Y13
#define x0  Y14  // broadcasts of A; later Res, or the clamp
#define x1  Y15

// STEP adds the products of one k; da and db are its distances from the
// running positions in the rows of A and in B.
#define STEP(da, db) \
	VMOVUPS      (db)(b), b0;        \
	VMOVUPS      (db+32)(b), b1;     \
	VBROADCASTSS (da)(a0)(kk*1), x0; \
	VBROADCASTSS (da)(a1)(kk*1), x1; \
	VFMADD231PS  b0, x0, c00;        \
	VFMADD231PS  b1, x0, c01;        \
	VFMADD231PS  b0, x1, c10;        \
	VFMADD231PS  b1, x1, c11;        \
	VBROADCASTSS (da)(a2)(kk*1), x0; \
	VBROADCASTSS (da)(a3)(kk*1), x1; \
	VFMADD231PS  b0, x0, c20;        \
	VFMADD231PS  b1, x0, c21;        \
	VFMADD231PS  b0, x1, c30;        \
	VFMADD231PS  b1, x1, c31;        \
	VBROADCASTSS (da)(a4)(kk*1), x0; \
	VBROADCASTSS (da)(a5)(kk*1), x1; \
	VFMADD231PS  b0, x0, c40;        \
	VFMADD231PS  b1, x0, c41;        \
	VFMADD231PS  b0, x1, c50;        \
	VFMADD231PS  b1, x1, c51

// STEP3 is STEP for three rows, into accumulators of its own.
#define STEP3(da, db, s00, s01, s10, s11, s20, s21) \
	VMOVUPS      (db)(b), b0;        \
	VMOVUPS      (db+32)(b), b1;     \
	VBROADCASTSS (da)(a0)(kk*1), x0; \
	VBROADCASTSS (da)(a1)(kk*1), x1; \
	VFMADD231PS  b0, x0, s00;        \
	VFMADD231PS  b1, x0, s01;        \
	VBROADCASTSS (da)(a2)(kk*1), x0; \
	VFMADD231PS  b0, x1, s10;        \
	VFMADD231PS  b1, x1, s11;        \
	VFMADD231PS  b0, x0, s20;        \
	VFMADD231PS  b1, x0, s21

// STEP8 is STEP for the first 8 columns.
#define STEP8(da, db) \
	VMOVUPS      (db)(b), b0;        \
	VBROADCASTSS (da)(a0)(kk*1), b1; \
	VBROADCASTSS (da)(a1)(kk*1), x0; \
	VBROADCASTSS (da)(a2)(kk*1), x1; \
	VFMADD231PS  b0, b1, c00;        \
	VFMADD231PS  b0, x0, c10;        \
	VFMADD231PS  b0, x1, c20;        \
	VBROADCASTSS (da)(a3)(kk*1), b1; \
	VBROADCASTSS (da)(a4)(kk*1), x0; \
	VBROADCASTSS (da)(a5)(kk*1), x1; \
	VFMADD231PS  b0, b1, c30;        \
	VFMADD231PS  b0, x0, c40;        \
	VFMADD231PS  b0, x1, c50

// ROW turns the next offset into the end of a row.
#define ROW(i, r) \
	MOVLQSX (4*i)(off), r; \
	ADDQ    base, r

// ADDRES adds a row of Res under the masks, which read as zero past N.
#define ADDRES(lo, hi) \
	VMASKMOVPS (res), b0, x0;   \
	VMASKMOVPS 32(res), b1, x1; \
	VADDPS     x0, lo, lo;      \
	VADDPS     x1, hi, hi;      \
	ADDQ       ld, res

// CLAMP keeps NaN: of two operands one of which is NaN, VMAXPS and VMINPS
// return the second, which Go writes first.
#define CLAMP(v) \
	VMAXPS v, x0, v; \
	VMINPS v, x1, v

// The ways to store a row: 16 columns, 9 to 15, 8, 1 to 7.
#define STORE16(lo, hi) \
	VMOVUPS lo, (c);   \
	VMOVUPS hi, 32(c); \
	ADDQ    ld, c

#define STORE9(lo, hi) \
	VMOVUPS    lo, (c);       \
	VMASKMOVPS hi, b1, 32(c); \
	ADDQ       ld, c

#define STORE8(lo, hi) \
	VMOVUPS lo, (c); \
	ADDQ    ld, c

#define STORE1(lo, hi) \
	VMASKMOVPS lo, b0, (c); \
	ADDQ       ld, c

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
	each(c50, c51)

// func gemmF32AVX2(a *GemmF32Args)
TEXT ·gemmF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ GemmF32Args_Bias(args), tmp
	VMOVUPS (tmp), c00
	VMOVUPS 32(tmp), c01
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
	MOVQ GemmF32Args_K(args), base
	SHLQ $2, base
	ADDQ GemmF32Args_A(args), base
	MOVQ GemmF32Args_Off(args), off
	MOVQ GemmF32Args_B(args), b
	MOVQ GemmF32Args_Taps(args), taps
	CMPQ GemmF32Args_M(args), $3
	JLE  three
	CMPQ GemmF32Args_N(args), $8
	JLE  narrow

tap:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ROW(4, a4)
	ROW(5, a5)
	ADDQ $24, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $16, kk
	JGT  tail

	PCALIGN $32
four:
	STEP(-16, 0)
	STEP(-12, 64)
	STEP(-8, 128)
	STEP(-4, 192)
	ADDQ $256, b
	ADDQ $16, kk
	JLE  four

tail:
	SUBQ $16, kk
	JEQ  tapped

one:
	STEP(0, 0)
	ADDQ $64, b
	ADDQ $4, kk
	JNE  one

tapped:
	DECQ taps
	JNE  tap

summed:
	MOVQ GemmF32Args_M(args), rows
	MOVQ GemmF32Args_N(args), cols
	LEAQ ·columnMasks(SB), tmp
	NEGQ cols
	VMOVUPS 64(tmp)(cols*4), b0
	VMOVUPS 96(tmp)(cols*4), b1
	NEGQ cols
	MOVQ GemmF32Args_Res(args), res
	TESTQ res, res
	JEQ  clamp
	MOVQ GemmF32Args_LDR(args), ld
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

	MOVQ GemmF32Args_C(args), c
	MOVQ GemmF32Args_LDC(args), ld
	CMPQ cols, $16
	JNE  partial
	ROWS(STORE16, done)
	JMP  done

partial:
	CMPQ cols, $8
	JEQ  eight
	JLT  fewer
	ROWS(STORE9, done)
	JMP  done

eight:
	ROWS(STORE8, done)
	JMP  done

fewer:
	ROWS(STORE1, done)

done:
	VZEROUPPER
	RET

	// Three rows or fewer: fully connected layers of one picture, and the last
	// tile of a layer. What would be the other rows' accumulators take every
	// second k, for enough chains.
three:
	VXORPS c30, c30, c30
	VXORPS c31, c31, c31
	VXORPS c40, c40, c40
	VXORPS c41, c41, c41
	VXORPS c50, c50, c50
	VXORPS c51, c51, c51

tap3:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ADDQ $24, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tail3

	PCALIGN $32
two3:
	STEP3(-8, 0, c00, c01, c10, c11, c20, c21)
	STEP3(-4, 64, c30, c31, c40, c41, c50, c51)
	ADDQ $128, b
	ADDQ $8, kk
	JLE  two3

tail3:
	SUBQ $8, kk
	JEQ  tapped3
	STEP3(0, 0, c00, c01, c10, c11, c20, c21)
	ADDQ $64, b

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

	// Eight columns or fewer: half the work, in half the chains. These still take
	// about the time of the loads, and a second set that took every second k
	// would round the last columns of a layer otherwise than the rest: classes
	// that weigh the same would no longer score the same.
narrow:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ROW(4, a4)
	ROW(5, a5)
	ADDQ $24, off
	MOVQ GemmF32Args_K(args), kk
	SHLQ $2, kk
	NEGQ kk
	ADDQ $8, kk
	JGT  tailN

	PCALIGN $32
twoN:
	STEP8(-8, 0)
	STEP8(-4, 64)
	ADDQ $128, b
	ADDQ $8, kk
	JLE  twoN

tailN:
	SUBQ $8, kk
	JEQ  tappedN
	STEP8(0, 0)
	ADDQ $64, b

tappedN:
	DECQ taps
	JNE  narrow
	JMP  summed

// columnMasks has 16 set words, then 16 clear ones: read from 16−n words on it
// selects the first n of 16 columns.
DATA ·columnMasks+0(SB)/8, $-1
DATA ·columnMasks+8(SB)/8, $-1
DATA ·columnMasks+16(SB)/8, $-1
DATA ·columnMasks+24(SB)/8, $-1
DATA ·columnMasks+32(SB)/8, $-1
DATA ·columnMasks+40(SB)/8, $-1
DATA ·columnMasks+48(SB)/8, $-1
DATA ·columnMasks+56(SB)/8, $-1
GLOBL ·columnMasks(SB), RODATA, $128
