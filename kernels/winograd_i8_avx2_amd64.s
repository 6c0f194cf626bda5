//go:build !purego

// Winograd's F(2×2, 3×3) on bytes in AVX2: transforms in 16 and 32 bits, and
// products by VPMADDWD, which multiplies pairs of int16 and adds them to int32
// exactly. A tile of the product is 6×16, as that of floats.

#include "go_asm.h"
#include "textflag.h"

#define args DI
#define base SI
#define off  R8
#define v    R9
#define ldv  R10
#define ldv3 R11
#define n    CX
#define at   DX
#define tmp  AX
#define row  R12

// PIXEL loads 16 channels of pixel i as int16.
#define PIXEL(i, r) \
	MOVLQSX   (4*(i))(off), tmp;   \
	VPMOVZXBW (base)(tmp*1), r

// LINE transforms a row of four pixels.
#define LINE(i, e0, e1, e2, e3) \
	PIXEL(i, e0);             \
	PIXEL(i+1, e1);           \
	PIXEL(i+2, Y12);          \
	PIXEL(i+3, e3);           \
	VPSUBW Y12, e0, e0;       \
	VPSUBW e3, e1, e3;        \
	VPSUBW e1, Y12, e2;       \
	VPADDW e1, Y12, e1

// POINTS stores four points.
#define POINTS(p0, p1, p2, p3) \
	VMOVDQU p0, (row);         \
	VMOVDQU p1, (row)(ldv*1);  \
	VMOVDQU p2, (row)(ldv*2);  \
	VMOVDQU p3, (row)(ldv3*1); \
	LEAQ    (row)(ldv*4), row

// func winogradInputI8AVX2(a *WinogradI8InputArgs)
// Y0–Y3, Y4–Y7, Y8–Y11: transformed rows 0 (then 1), 2 and what is stored.
TEXT ·winogradInputI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ WinogradI8InputArgs_A(args), base
	MOVQ WinogradI8InputArgs_Off(args), off
	MOVQ WinogradI8InputArgs_V(args), v
	MOVQ WinogradI8InputArgs_LDV(args), ldv
	MOVQ WinogradI8InputArgs_C(args), n
	LEAQ (ldv)(ldv*2), ldv3

channels:
	MOVQ v, row
	LINE(0, Y0, Y1, Y2, Y3)
	LINE(8, Y4, Y5, Y6, Y7)
	VPSUBW Y4, Y0, Y0
	VPSUBW Y5, Y1, Y1
	VPSUBW Y6, Y2, Y2
	VPSUBW Y7, Y3, Y3
	POINTS(Y0, Y1, Y2, Y3)
	LINE(4, Y0, Y1, Y2, Y3)
	VPADDW Y4, Y0, Y8
	VPADDW Y5, Y1, Y9
	VPADDW Y6, Y2, Y10
	VPADDW Y7, Y3, Y11
	POINTS(Y8, Y9, Y10, Y11)
	VPSUBW Y0, Y4, Y4
	VPSUBW Y1, Y5, Y5
	VPSUBW Y2, Y6, Y6
	VPSUBW Y3, Y7, Y7
	POINTS(Y4, Y5, Y6, Y7)
	LINE(12, Y4, Y5, Y6, Y7)
	VPSUBW Y4, Y0, Y0
	VPSUBW Y5, Y1, Y1
	VPSUBW Y6, Y2, Y2
	VPSUBW Y7, Y3, Y3
	POINTS(Y0, Y1, Y2, Y3)
	ADDQ $16, base
	ADDQ $32, v
	SUBQ $16, n
	JGT  channels
	VZEROUPPER
	RET

#define a0    R8
#define lda   R9
#define lda3  R10
#define a3    R11
#define b     R12
#define m     R13
#define ldm   BX
#define tiles DX
#define k     CX

#define PAIR(a, v0, v1) \
	VPBROADCASTD a, Y14;       \
	VPMADDWD     Y12, Y14, Y15; \
	VPMADDWD     Y13, Y14, Y14; \
	VPADDD       Y15, v0, v0;  \
	VPADDD       Y14, v1, v1

// STEP multiplies two channels, i pairs from here.
#define STEP(i) \
	VMOVDQU (64*i)(b), Y12;           \
	VMOVDQU (64*i+32)(b), Y13;        \
	PAIR((4*i)(a0), Y0, Y1);          \
	PAIR((4*i)(a0)(lda*1), Y2, Y3);   \
	PAIR((4*i)(a0)(lda*2), Y4, Y5);   \
	PAIR((4*i)(a3), Y6, Y7);          \
	PAIR((4*i)(a3)(lda*1), Y8, Y9);   \
	PAIR((4*i)(a3)(lda*2), Y10, Y11)

#define SUMS(v0, v1) \
	VMOVDQU v0, (m);   \
	VMOVDQU v1, 32(m); \
	ADDQ    ldm, m

#define CLEAR(v0, v1) \
	VPXOR v0, v0, v0; \
	VPXOR v1, v1, v1

// func winogradMultiplyI8AVX2(a *WinogradI8GemmArgs)
TEXT ·winogradMultiplyI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ WinogradI8GemmArgs_V(args), a0
	MOVQ WinogradI8GemmArgs_M(args), m
	MOVQ WinogradI8GemmArgs_LDM(args), ldm
	MOVQ WinogradI8GemmArgs_Tiles(args), tiles
	MOVQ WinogradI8GemmArgs_C(args), lda
	SHLQ $1, lda
	LEAQ (lda)(lda*2), lda3

tile:
	LEAQ (a0)(lda3*1), a3
	MOVQ WinogradI8GemmArgs_U(args), b
	MOVQ WinogradI8GemmArgs_C(args), k
	CLEAR(Y0, Y1)
	CLEAR(Y2, Y3)
	CLEAR(Y4, Y5)
	CLEAR(Y6, Y7)
	CLEAR(Y8, Y9)
	CLEAR(Y10, Y11)

	PCALIGN $32
pairs:
	STEP(0)
	STEP(1)
	ADDQ $8, a0
	ADDQ $8, a3
	ADDQ $128, b
	SUBQ $4, k
	JGT  pairs

	SUMS(Y0, Y1)
	SUMS(Y2, Y3)
	SUMS(Y4, Y5)
	SUMS(Y6, Y7)
	SUMS(Y8, Y9)
	SUMS(Y10, Y11)
	LEAQ (a3)(lda*2), a0 // a3 stands on row 4
	SUBQ $6, tiles
	JGT  tile
	VZEROUPPER
	RET

#undef m
#undef ldm
#undef row
#undef v
#define m    R8
#define ldm  R9
#define ldm3 R10
#define out  R11
#define mr   R12
#define bias R13
#define sc   BX
#define neg  SI
#define ldx  R15
#define ldy  DX
#define none R14 // 0

// COLUMN adds up column i of the points of 8 channels.
#define COLUMN(i, r0, r1) \
	LEAQ (m)(i), mr; \
	VMOVDQU (mr)(ldm*4), r1;        \
	LEAQ    (mr)(ldm*8), tmp;       \
	VMOVDQU (tmp), Y12;             \
	VPADDD  (mr), r1, r0;           \
	VPADDD  Y12, r0, r0;            \
	VPSUBD  Y12, r1, r1;            \
	VPSUBD  (tmp)(ldm*4), r1, r1

// FLOATS makes sums of products from four times those, with the bias in Y12.
#define FLOATS(r) \
	VPSRAD    $2, r, r;  \
	VPADDD    Y12, r, r; \
	VCVTDQ2PS r, r

// WHOLE scales them, by Y12 or (neg), and rounds.
#define WHOLE(r) \
	VBLENDVPS r, (neg), Y12, Y13; \
	VMULPS    Y13, r, r;          \
	VMINPS    Y11, r, r;          \
	VCVTPS2DQ r, r

// func winogradOutputI8AVX2(a *WinogradI8OutputArgs)
// Y11: Hi. Y14: Zero. Y15: Lo + Zero.
TEXT ·winogradOutputI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ WinogradI8OutputArgs_M(args), m
	MOVQ WinogradI8OutputArgs_LDM(args), ldm
	MOVQ WinogradI8OutputArgs_Bias(args), bias
	MOVQ WinogradI8OutputArgs_Scale(args), sc
	MOVQ WinogradI8OutputArgs_ScaleNeg(args), neg
	MOVQ WinogradI8OutputArgs_Out(args), out
	MOVQ WinogradI8OutputArgs_LDX(args), ldx
	MOVQ WinogradI8OutputArgs_LDY(args), ldy
	MOVQ WinogradI8OutputArgs_N(args), n
	VBROADCASTSS WinogradI8OutputArgs_Hi(args), Y11
	VPBROADCASTW WinogradI8OutputArgs_Zero(args), Y14
	VCVTTSS2SI   WinogradI8OutputArgs_Lo(args), tmp
	ADDL         WinogradI8OutputArgs_Zero(args), tmp
	VMOVD        tmp, X15
	VPBROADCASTB X15, Y15
	LEAQ (ldm)(ldm*2), ldm3
	XORL none, none

eight:
	COLUMN(ldm*1, Y0, Y1)
	COLUMN(ldm*2, Y2, Y3)
	VPADDD Y2, Y0, Y4 // rows 0 and 1 of the result, columns 0,
	VPADDD Y3, Y1, Y5
	VPSUBD Y2, Y0, Y6 // and 1
	VPSUBD Y3, Y1, Y7
	COLUMN(ldm3*1, Y0, Y1)
	VPSUBD Y0, Y6, Y6
	VPSUBD Y1, Y7, Y7
	COLUMN(none*1, Y0, Y1)
	VPADDD Y0, Y4, Y4
	VPADDD Y1, Y5, Y5

	VMOVDQU (bias), Y12
	FLOATS(Y4)
	FLOATS(Y6)
	FLOATS(Y5)
	FLOATS(Y7)
	VMOVDQU (sc), Y12
	WHOLE(Y4)
	WHOLE(Y6)
	WHOLE(Y5)
	WHOLE(Y7)
	VPACKSSDW Y6, Y4, Y4
	VPACKSSDW Y7, Y5, Y5
	VPADDSW   Y14, Y4, Y4
	VPADDSW   Y14, Y5, Y5
	VPACKUSWB Y5, Y4, Y4
	VPMAXUB   Y15, Y4, Y4

	// Each half has four channels of the four pixels.
	VEXTRACTI128 $1, Y4, X5
	VPUNPCKLDQ   X5, X4, X6
	VPUNPCKHDQ   X5, X4, X7
	VMOVQ        X6, (out)
	CMPQ WinogradI8OutputArgs_Cols(args), $1
	JEQ  below
	VPEXTRQ $1, X6, (out)(ldx*1)

below:
	CMPQ WinogradI8OutputArgs_Rows(args), $1
	JEQ  next
	LEAQ  (out)(ldy*1), mr
	VMOVQ X7, (mr)
	CMPQ WinogradI8OutputArgs_Cols(args), $1
	JEQ  next
	VPEXTRQ $1, X7, (mr)(ldx*1)

next:
	ADDQ $32, m
	ADDQ $32, bias
	ADDQ $32, sc
	ADDQ $32, neg
	ADDQ $8, out
	SUBQ $8, n
	JGT  eight
	VZEROUPPER
	RET
