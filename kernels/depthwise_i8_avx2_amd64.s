//go:build !purego

// Depthwise convolution of bytes in AVX2.
//
// VPMADDUBSW adds the products of two taps in 16 bits, which overflow. Pack
// therefore splits each weight into 16·h + l, where h is −8..8 and l is −8..7: sums
// over 16 taps of 255·8 stay within 16 bits, so that two taps of 32 channels are two
// VPUNPCK, four VPMADDUBSW and four VPADDW, 2.5 instructions for 16 products;
// widening to 16 bits before VPMADDWD would take 4. After 16 taps, or the last,
// VPMADDWD makes 16·h + l in 32 bits.
//
// Blocks of 32 channels are outside, pairs of pixels inside, which share the
// loads of weights. VPUNPCK and VPACK, which work in 128-bit lanes, undo each other:
// only Bias and the scales are dealt out by fours, once for each block.

#include "go_asm.h"
#include "textflag.h"
#include "taps_i8_amd64.h"

#define args DI  // *TapsI8Args
#define base SI  // A at the first channel of the block
#define at   DX  // channels before the block
#define left R15 // pixels left
#define offs R10 // their offsets,
#define out  R11 // their rows of Out
#define o0   R8  // of two pixels: next offsets
#define o1   R9
#define w    R12 // weights of the next pair of taps
#define taps BX  // taps left after these
#define n    R13 // taps left of at most 16
#define from R14 // what sums begin with: Bias, or sums so far
#define tmp  AX
#define tmp2 CX

#define h00  Y0  // sums of h and l, pixel 0: low and high half of each lane
#define h01  Y1
#define l00  Y2
#define l01  Y3
#define h10  Y4  // pixel 1
#define h11  Y5
#define l10  Y6
#define l11  Y7
#define x0   Y8  // pixel 0: two taps side by side
#define x1   Y9
#define y0   Y10 // pixel 1
#define y1   Y11
#define t    Y12
#define v    Y13
#define wt   Y14

// The frame, from its start.
#define bias   0   // [4] of 32 bytes: dealt out
#define scale  128 // [4]
#define sums   256 // [2][4]
#define zero   512
#define lo     544
#define bytes  576
#define neg    608 // [4]: ScaleNeg, dealt out
#define weights 736 // of the block

// TWO loads two taps of a pixel side by side.
#define TWO(o, a, b) \
	MOVLQSX    (o), tmp;         \
	MOVLQSX    4(o), tmp2;       \
	ADDQ       $8, o;            \
	VMOVDQU    (base)(tmp*1), t; \
	VMOVDQU    (base)(tmp2*1), v; \
	VPUNPCKLBW v, t, a;          \
	VPUNPCKHBW v, t, b

// ONE loads the last tap; the other weight of the pair is zero.
#define ONE(o, a, b) \
	MOVLQSX    (o), tmp;         \
	ADDQ       $4, o;            \
	VMOVDQU    (base)(tmp*1), t; \
	VPUNPCKLBW t, t, a;          \
	VPUNPCKHBW t, t, b

// ADD adds products with one vector of weights for both pixels.
#define ADD(i, a, b, p, q) \
	VMOVDQU    (32*i)(w), wt; \
	VPMADDUBSW wt, a, t;      \
	VPMADDUBSW wt, b, v;      \
	VPADDW     t, p, p;       \
	VPADDW     v, q, q

#define ADDS \
	ADD(0, x0, y0, h00, h10); \
	ADD(1, x1, y1, h01, h11); \
	ADD(2, x0, y0, l00, l10); \
	ADD(3, x1, y1, l01, l11); \
	ADDQ $128, w

// WIDEN makes 32-bit sums of a pixel, in the order q, h0, l0, h1.
#define WIDEN(h0, h1, l0, l1, q) \
	VPUNPCKLWD l0, h0, q;               \
	VPUNPCKHWD l0, h0, h0;              \
	VPUNPCKLWD l1, h1, l0;              \
	VPUNPCKHWD l1, h1, h1;              \
	VPMADDWD   ·sixteenOne(SB), q, q;   \
	VPMADDWD   ·sixteenOne(SB), h0, h0; \
	VPMADDWD   ·sixteenOne(SB), l0, l0; \
	VPMADDWD   ·sixteenOne(SB), h1, h1

#define ADDFROM(ptr, q0, q1, q2, q3) \
	VPADDD (ptr), q0, q0;   \
	VPADDD 32(ptr), q1, q1; \
	VPADDD 64(ptr), q2, q2; \
	VPADDD 96(ptr), q3, q3

#define KEEPSUMS(i, q0, q1, q2, q3) \
	VMOVDQU q0, (sums+i)(SP);    \
	VMOVDQU q1, (sums+i+32)(SP); \
	VMOVDQU q2, (sums+i+64)(SP); \
	VMOVDQU q3, (sums+i+96)(SP)

// FINISH makes 32 bytes of each of two pixels in q0 and r0. Step by step for
// both, the instructions of a step do not wait for each other.
#define FINISH(q0, q1, q2, q3, r0, r1, r2, r3) \
	NUMBERS(q0, q1, q2, q3);          \
	NUMBERS(r0, r1, r2, r3);          \
	CMPQ TapsI8Args_ScaleNeg(args), $0; \
	JNE  sloped;                      \
	SCALES(q0, q1, q2, q3);           \
	SCALES(r0, r1, r2, r3);           \
scaled:                               \
	LIMIT(q0, q1, q2, q3);            \
	LIMIT(r0, r1, r2, r3);            \
	WHOLE(q0, q1, q2, q3);            \
	WHOLE(r0, r1, r2, r3);            \
	VPACKSSDW q1, q0, q0;             \
	VPACKSSDW q3, q2, q2;             \
	VPACKSSDW r1, r0, r0;             \
	VPACKSSDW r3, r2, r2;             \
	VPADDSW   zero(SP), q0, q0;       \
	VPADDSW   zero(SP), q2, q2;       \
	VPADDSW   zero(SP), r0, r0;       \
	VPADDSW   zero(SP), r2, r2;       \
	VPACKUSWB q2, q0, q0;             \
	VPACKUSWB r2, r0, r0;             \
	VPMAXUB   lo(SP), q0, q0;         \
	VPMAXUB   lo(SP), r0, r0

#define NUMBERS(q0, q1, q2, q3) \
	VCVTDQ2PS q0, q0; \
	VCVTDQ2PS q1, q1; \
	VCVTDQ2PS q2, q2; \
	VCVTDQ2PS q3, q3

#define SCALES(q0, q1, q2, q3) \
	VMULPS scale(SP), q0, q0;      \
	VMULPS (scale+32)(SP), q1, q1; \
	VMULPS (scale+64)(SP), q2, q2; \
	VMULPS (scale+96)(SP), q3, q3

// SLOPES is SCALES with ScaleNeg for negative numbers.
#define SLOPES(q0, q1, q2, q3) \
	VMOVDQU   scale(SP), t;           \
	VMOVDQU   (scale+32)(SP), v;      \
	VBLENDVPS q0, neg(SP), t, t;      \
	VBLENDVPS q1, (neg+32)(SP), v, v; \
	VMULPS    t, q0, q0;              \
	VMULPS    v, q1, q1;              \
	VMOVDQU   (scale+64)(SP), t;      \
	VMOVDQU   (scale+96)(SP), v;      \
	VBLENDVPS q2, (neg+64)(SP), t, t; \
	VBLENDVPS q3, (neg+96)(SP), v, v; \
	VMULPS    t, q2, q2;              \
	VMULPS    v, q3, q3

#define LIMIT(q0, q1, q2, q3) \
	VMINPS wt, q0, q0; \
	VMINPS wt, q1, q1; \
	VMINPS wt, q2, q2; \
	VMINPS wt, q3, q3

#define WHOLE(q0, q1, q2, q3) \
	VCVTPS2DQ q0, q0; \
	VCVTPS2DQ q1, q1; \
	VCVTPS2DQ q2, q2; \
	VCVTPS2DQ q3, q3

// DEALFOUR deals out 32 numbers by fours, to four vectors on the stack.
#define DEALFOUR(ptr, to) \
	VMOVDQU     (ptr), X0;           \
	VMOVDQU     16(ptr), X1;         \
	VMOVDQU     32(ptr), X2;         \
	VMOVDQU     48(ptr), X3;         \
	VINSERTI128 $1, 64(ptr), Y0, Y0; \
	VINSERTI128 $1, 80(ptr), Y1, Y1; \
	VINSERTI128 $1, 96(ptr), Y2, Y2; \
	VINSERTI128 $1, 112(ptr), Y3, Y3; \
	VMOVDQU     Y0, (to)(SP);        \
	VMOVDQU     Y1, (to+32)(SP);     \
	VMOVDQU     Y2, (to+64)(SP);     \
	VMOVDQU     Y3, (to+96)(SP)

// func depthwise32I8AVX2(a *TapsI8Args)
TEXT ·depthwise32I8AVX2(SB), NOSPLIT, $744-8
	MOVQ a+0(FP), args
	VPBROADCASTW TapsI8Args_Zero(args), Y0
	VMOVDQU      Y0, zero(SP)
	VCVTTSS2SI   TapsI8Args_Lo(args), tmp
	ADDL         TapsI8Args_Zero(args), tmp
	VMOVD        tmp, X0
	VPBROADCASTB X0, Y0
	VMOVDQU      Y0, lo(SP)
	MOVQ TapsI8Args_W(args), tmp
	MOVQ tmp, weights(SP)
	XORL at, at

block:
	MOVQ TapsI8Args_Bias(args), tmp
	LEAQ (tmp)(at*4), tmp
	DEALFOUR(tmp, bias)
	MOVQ TapsI8Args_Scale(args), tmp
	LEAQ (tmp)(at*4), tmp
	DEALFOUR(tmp, scale)
	MOVQ TapsI8Args_ScaleNeg(args), tmp
	TESTQ tmp, tmp
	JEQ  dealt
	LEAQ (tmp)(at*4), tmp
	DEALFOUR(tmp, neg)

dealt:
	MOVQ TapsI8Args_A(args), base
	ADDQ at, base
	MOVQ TapsI8Args_Out(args), out
	ADDQ at, out
	MOVQ TapsI8Args_Off(args), offs
	MOVQ TapsI8Args_Pixels(args), left

pixels:
	MOVQ offs, o0
	MOVQ TapsI8Args_Taps(args), taps
	LEAQ (offs)(taps*4), o1
	CMPQ left, $1
	CMOVQEQ offs, o1
	MOVQ weights(SP), w
	LEAQ bias(SP), from

chunk:
	MOVQ    $16, n
	CMPQ    taps, n
	CMOVQLT taps, n
	SUBQ    n, taps
	VPXOR h00, h00, h00
	VPXOR h01, h01, h01
	VPXOR l00, l00, l00
	VPXOR l01, l01, l01
	VPXOR h10, h10, h10
	VPXOR h11, h11, h11
	VPXOR l10, l10, l10
	VPXOR l11, l11, l11
	SUBQ $2, n
	JLT  one

	PCALIGN $32
pair:
	TWO(o0, x0, x1)
	TWO(o1, y0, y1)
	ADDS
	SUBQ $2, n
	JGE  pair

one:
	CMPQ n, $-1
	JNE  summed
	ONE(o0, x0, x1)
	ONE(o1, y0, y1)
	ADDS

summed:
	WIDEN(h00, h01, l00, l01, x0)
	WIDEN(h10, h11, l10, l11, y0)
	ADDFROM(from, x0, h00, l00, h01)
	LEAQ sums(SP), tmp
	LEAQ 128(from), n
	CMPQ from, tmp
	CMOVQNE from, n // Bias is the same for both pixels
	ADDFROM(n, y0, h10, l10, h11)
	TESTQ taps, taps
	JNE   more
	VBROADCASTSS TapsI8Args_Hi(args), wt
	FINISH(x0, h00, l00, h01, y0, h10, l10, h11)
	MOVQ TapsI8Args_C(args), tmp
	SUBQ at, tmp
	CMPQ tmp, $32
	JLT  partial
	VMOVDQU x0, (out)
	MOVQ TapsI8Args_LDO(args), tmp
	CMPQ left, $1
	JEQ  next
	VMOVDQU y0, (out)(tmp*1)

next:
	LEAQ (out)(tmp*2), out
	MOVQ o1, offs
	SUBQ $2, left
	JGT  pixels
	MOVQ TapsI8Args_Taps(args), tmp
	INCQ tmp
	SHRQ $1, tmp
	SHLQ $7, tmp
	ADDQ tmp, weights(SP)
	ADDQ $32, at
	CMPQ at, TapsI8Args_C(args)
	JLT  block
	VZEROUPPER
	RET

sloped:
	SLOPES(x0, h00, l00, h01)
	SLOPES(y0, h10, l10, h11)
	JMP scaled

	// More than 16 taps: keep the sums of these.
more:
	KEEPSUMS(0, x0, h00, l00, h01)
	KEEPSUMS(128, y0, h10, l10, h11)
	MOVQ tmp, from
	JMP  chunk

	// Fewer than 32 channels are left: store by way of the stack.
partial:
	MOVQ    out, o0
	VMOVDQU x0, bytes(SP)

copyRow:
	MOVQ o0, w
	LEAQ bytes(SP), from
	MOVQ TapsI8Args_C(args), n
	SUBQ at, n
	COPYBYTES(from, w, n, X9, tmp)
	MOVQ TapsI8Args_LDO(args), tmp
	CMPQ o0, out
	JNE  next
	CMPQ left, $1
	JEQ  next
	ADDQ tmp, o0
	VMOVDQU y0, bytes(SP)
	JMP  copyRow

DATA ·sixteenOne+0(SB)/8, $0x0001001000010010
DATA ·sixteenOne+8(SB)/8, $0x0001001000010010
DATA ·sixteenOne+16(SB)/8, $0x0001001000010010
DATA ·sixteenOne+24(SB)/8, $0x0001001000010010
GLOBL ·sixteenOne(SB), RODATA, $32
