//go:build !purego

// The indirect matrix product in NEON: a tile of 8 rows by 8 columns.
//
// Four steps of K are 64 FMLA against 16 loads of a quadword: eight rows of A
// give four floats each, whose lanes FMLA by element multiplies with, so
// nothing is broadcast; B gives two quadwords a step. The 16 sums, 8 of A and
// 8 of B fill the register file. A register is refilled right after its last
// use, so a load stands at least 14 FMLA before what needs it, which is what
// the in-order Cortex-A53 and A55 want; a 4×16 tile has the same 16 sums but
// 20 loads. internal/mca measures the loop on models of several cores.
//
// Source: M. Dukhan, "The Indirect Convolution Algorithm" (2019) for the
// offsets; Goto and van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication" (2008) for the tile.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define ARGS R0
#define BASE R1 // what offsets count from
#define OFF R2 // next tap's offsets
#define B R3 // next row of the packed panel
#define KLEFT R4
#define K R5
#define TAPS R6
#define TMP R7
// The rows of A, later of Res and of C.
#define ROW0 R8
#define ROW1 R9
#define ROW2 R10
#define ROW3 R11
#define ROW4 R12
#define ROW5 R13
#define ROW6 R14
#define ROW7 R15
#define STRIDE R16
#define M R17
#define N R19
#define RES R20
#define FROM R21
// V0–V15: the sums; row m has columns 0–3 in V(2m) and 4–7 in V(2m+1).
// V16–V23: A, four steps of K of rows 0–7. Later the rows of Res.
// V24–V31: B; step k has columns 0–3 in V(24+2k) and 4–7 in V(25+2k).
// At the end V30, V31: Lo, Hi.

// MULROW adds row m's product of one step: lane i of V(a) with B in V(b), V(b+1).
#define MULROW(a, i, b, c) \
	VFMLAE4S(a, i, b, c); \
	VFMLAE4S(a, i, b+1, c+1)

// STEP adds all rows' products of step i, with B in V(b), V(b+1).
#define STEP(i, b) \
	MULROW(16, i, b, 0); \
	MULROW(17, i, b, 2); \
	MULROW(18, i, b, 4); \
	MULROW(19, i, b, 6); \
	MULROW(20, i, b, 8); \
	MULROW(21, i, b, 10); \
	MULROW(22, i, b, 12); \
	MULROW(23, i, b, 14)

// NEXTROW points row to the one after prev, or to prev where m is past M, so
// that rows past M are those of the last.
#define NEXTROW(m, prev, row) \
	ADD STRIDE, prev, row; \
	CMP $m, M; \
	CSEL GT, row, prev, row

#define ROWS(p) \
	MOVD p, ROW0; \
	NEXTROW(1, ROW0, ROW1); \
	NEXTROW(2, ROW1, ROW2); \
	NEXTROW(3, ROW2, ROW3); \
	NEXTROW(4, ROW3, ROW4); \
	NEXTROW(5, ROW4, ROW5); \
	NEXTROW(6, ROW5, ROW6); \
	NEXTROW(7, ROW6, ROW7)

#define ADDRES(row, c) \
	FLDPQ (row), (F16, F17); \
	VFADD4S(16, c, c); \
	VFADD4S(17, c+1, c+1)

// CLAMP limits V(x) to V30..V31, into V(y). FMAX and FMIN hand a NaN on.
#define CLAMP(x, y) \
	VFMAX4S(30, x, y); \
	VFMIN4S(31, y, y)

// func gemmF32NEON8x8(a *GemmF32Args)
TEXT ·gemmF32NEON8x8(SB), NOSPLIT, $256-8
	MOVD a+0(FP), ARGS
	MOVD GemmF32Args_Bias(ARGS), TMP
	FLDPQ (TMP), (F0, F1)
	VMOV V0.B16, V2.B16
	VMOV V1.B16, V3.B16
	VMOV V0.B16, V4.B16
	VMOV V1.B16, V5.B16
	VMOV V0.B16, V6.B16
	VMOV V1.B16, V7.B16
	VMOV V0.B16, V8.B16
	VMOV V1.B16, V9.B16
	VMOV V0.B16, V10.B16
	VMOV V1.B16, V11.B16
	VMOV V0.B16, V12.B16
	VMOV V1.B16, V13.B16
	VMOV V0.B16, V14.B16
	VMOV V1.B16, V15.B16
	MOVD GemmF32Args_A(ARGS), BASE
	MOVD GemmF32Args_Off(ARGS), OFF
	MOVD GemmF32Args_B(ARGS), B
	MOVD GemmF32Args_K(ARGS), K
	MOVD GemmF32Args_Taps(ARGS), TAPS

tap:
	LDPSW (OFF), (ROW0, ROW1)
	LDPSW 8(OFF), (ROW2, ROW3)
	LDPSW 16(OFF), (ROW4, ROW5)
	LDPSW 24(OFF), (ROW6, ROW7)
	ADD $32, OFF
	ADD BASE, ROW0
	ADD BASE, ROW1
	ADD BASE, ROW2
	ADD BASE, ROW3
	ADD BASE, ROW4
	ADD BASE, ROW5
	ADD BASE, ROW6
	ADD BASE, ROW7
	LSR $2, K, KLEFT
	CBZ KLEFT, rest
	FMOVQ.P 16(ROW0), F16
	FMOVQ.P 16(ROW1), F17
	FMOVQ.P 16(ROW2), F18
	FMOVQ.P 16(ROW3), F19
	FMOVQ.P 16(ROW4), F20
	FMOVQ.P 16(ROW5), F21
	FMOVQ.P 16(ROW6), F22
	FMOVQ.P 16(ROW7), F23
	FLDPQ (B), (F24, F25)
	FLDPQ 32(B), (F26, F27)
	FLDPQ 64(B), (F28, F29)
	FLDPQ 96(B), (F30, F31)
	ADD $128, B
	SUBS $1, KLEFT
	BEQ last

	// mca:begin gemmF32NEON8x8, 4 steps of K
four:
	STEP(0, 24)
	FLDPQ (B), (F24, F25)
	STEP(1, 26)
	FLDPQ 32(B), (F26, F27)
	STEP(2, 28)
	FLDPQ 64(B), (F28, F29)
	MULROW(16, 3, 30, 0)
	FMOVQ.P 16(ROW0), F16
	MULROW(17, 3, 30, 2)
	FMOVQ.P 16(ROW1), F17
	MULROW(18, 3, 30, 4)
	FMOVQ.P 16(ROW2), F18
	MULROW(19, 3, 30, 6)
	FMOVQ.P 16(ROW3), F19
	MULROW(20, 3, 30, 8)
	FMOVQ.P 16(ROW4), F20
	MULROW(21, 3, 30, 10)
	FMOVQ.P 16(ROW5), F21
	MULROW(22, 3, 30, 12)
	FMOVQ.P 16(ROW6), F22
	MULROW(23, 3, 30, 14)
	FMOVQ.P 16(ROW7), F23
	FLDPQ 96(B), (F30, F31)
	ADD $128, B
	SUBS $1, KLEFT
	BNE four
	// mca:end

last:
	STEP(0, 24)
	STEP(1, 26)
	STEP(2, 28)
	STEP(3, 30)

rest:
	ANDS $3, K, KLEFT
	BEQ nexttap

one:
	FLDPQ.P 32(B), (F24, F25)
	FMOVS.P 4(ROW0), F16
	FMOVS.P 4(ROW1), F17
	FMOVS.P 4(ROW2), F18
	FMOVS.P 4(ROW3), F19
	FMOVS.P 4(ROW4), F20
	FMOVS.P 4(ROW5), F21
	FMOVS.P 4(ROW6), F22
	FMOVS.P 4(ROW7), F23
	STEP(0, 24)
	SUBS $1, KLEFT
	BNE one

nexttap:
	SUBS $1, TAPS
	BNE tap

	MOVD GemmF32Args_M(ARGS), M
	MOVD GemmF32Args_N(ARGS), N
	MOVD GemmF32Args_Res(ARGS), RES
	ADD $GemmF32Args_Lo, ARGS, TMP
	VLD1R (TMP), [V30.S4]
	ADD $GemmF32Args_Hi, ARGS, TMP
	VLD1R (TMP), [V31.S4]
	CMP $8, N
	BNE narrow

	CBZ RES, clamp
	MOVD GemmF32Args_LDR(ARGS), STRIDE
	ROWS(RES)
	ADDRES(ROW0, 0)
	ADDRES(ROW1, 2)
	ADDRES(ROW2, 4)
	ADDRES(ROW3, 6)
	ADDRES(ROW4, 8)
	ADDRES(ROW5, 10)
	ADDRES(ROW6, 12)
	ADDRES(ROW7, 14)

clamp:
	CLAMP(0, 0)
	CLAMP(1, 1)
	CLAMP(2, 2)
	CLAMP(3, 3)
	CLAMP(4, 4)
	CLAMP(5, 5)
	CLAMP(6, 6)
	CLAMP(7, 7)
	CLAMP(8, 8)
	CLAMP(9, 9)
	CLAMP(10, 10)
	CLAMP(11, 11)
	CLAMP(12, 12)
	CLAMP(13, 13)
	CLAMP(14, 14)
	CLAMP(15, 15)
	MOVD GemmF32Args_LDC(ARGS), STRIDE
	MOVD GemmF32Args_C(ARGS), TMP
	ROWS(TMP)

	// Downwards: what rows past M put in the last row, the last row overwrites.
	FSTPQ (F14, F15), (ROW7)
	FSTPQ (F12, F13), (ROW6)
	FSTPQ (F10, F11), (ROW5)
	FSTPQ (F8, F9), (ROW4)
	FSTPQ (F6, F7), (ROW3)
	FSTPQ (F4, F5), (ROW2)
	FSTPQ (F2, F3), (ROW1)
	FSTPQ (F0, F1), (ROW0)
	RET

	// Fewer than 8 columns: row by row out of the frame, by 4, 2 and 1.
narrow:
	MOVD $sums-256(SP), FROM
	FSTPQ (F0, F1), (FROM)
	FSTPQ (F2, F3), 32(FROM)
	FSTPQ (F4, F5), 64(FROM)
	FSTPQ (F6, F7), 96(FROM)
	FSTPQ (F8, F9), 128(FROM)
	FSTPQ (F10, F11), 160(FROM)
	FSTPQ (F12, F13), 192(FROM)
	FSTPQ (F14, F15), 224(FROM)
	MOVD GemmF32Args_C(ARGS), ROW0
	MOVD GemmF32Args_LDC(ARGS), STRIDE
	MOVD GemmF32Args_LDR(ARGS), ROW7

row:
	FLDPQ.P 32(FROM), (F0, F1)
	MOVD ROW0, ROW1
	MOVD RES, ROW2
	TBZ $2, N, two
	CBZ RES, store4
	FMOVQ.P 16(ROW2), F16
	VFADD4S(16, 0, 0)

store4:
	CLAMP(0, 16)
	FMOVQ.P F16, 16(ROW1)
	VMOV V1.B16, V0.B16

two:
	TBZ $1, N, single
	CBZ RES, store2
	FMOVD.P 8(ROW2), F16
	VFADD4S(16, 0, 0)

store2:
	CLAMP(0, 16)
	FMOVD.P F16, 8(ROW1)
	VDUP V0.D[1], V0.D2

single:
	TBZ $0, N, nextrow
	CBZ RES, store1
	FMOVS (ROW2), F16
	VFADD4S(16, 0, 0)

store1:
	CLAMP(0, 16)
	FMOVS F16, (ROW1)

nextrow:
	ADD STRIDE, ROW0
	CBZ RES, norow
	ADD ROW7, RES

norow:
	SUBS $1, M
	BNE row
	RET
