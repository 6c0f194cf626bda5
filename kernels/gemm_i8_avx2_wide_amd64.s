//go:build !purego

// The integer matrix product in AVX2 by tiles of 4×24, for layers whose columns
// come by 24: gemm_i8_avx2_amd64.s says how a product of bytes is made exact.
//
// Twelve accumulators leave no registers for weights, so Pack widens those that
// are multiplied in 16 bits, and instructions take weights from memory. What a row
// costs beside products (to broadcast activations, and to split them into even and
// odd bytes) is shared by 24 columns instead of 16. Groups of four k are of three
// kinds: small ones take 10 instructions a row; those of which only even or only
// odd bytes count take 8 (every other channel; the last group of a tap of 9); others
// take 15. On a Zen 4 core of 236 GOP/s deep products of the first kind come to 216,
// of the last to 176.
//
// Columns are in order: 0 to 7, 8 to 15 and 16 to 23 are the accumulators of a row.

#include "go_asm.h"
#include "textflag.h"

#define args DI  // *GemmI8Args, throughout
#define off  SI  // next offsets
#define base DX  // what offsets of rows count from
#define b    R8  // next weights of the panel
#define taps BX  // taps left
#define a0   R9  // rows of A
#define a1   R10
#define a2   R11
#define a3   R12
#define ix   R13 // of the panel: numbers of groups, and where they belong
#define halves R14 // groups of half the bytes left
#define wides R15 // groups to widen left
#define count AX  // small groups left
#define kk    CX  // where a group belongs

#define from R9  // after the sums: row kept on the stack,
#define c    R10 // row of the result,
#define ld   R11 // their stride,
#define rows R12 // rows left,
#define to   R13 // where in the result,
#define step R14 // bytes from row to row of the stack,
#define size R15 // bytes of a row of the result,
#define left BX  // bytes left
#define tmp  AX
#define tmp2 CX

#define c00  Y0  // accumulators: row, columns
#define c01  Y1
#define c02  Y2
#define c10  Y3
#define c11  Y4
#define c12  Y5
#define c20  Y6
#define c21  Y7
#define c22  Y8
#define c30  Y9
#define c31  Y10
#define c32  Y11

#define x    Y12 // small groups: activations,
#define y    Y13 // sums
#define z    Y14
#define ones Y15 // and 16-bit ones
#define xe   Y12 // other groups: even activations,
#define xo   Y13 // odd ones,
#define s    Y14 // sums
#define mask Y15 // and the mask of even bytes

#define s0   Y12 // after the sums: Scale, or BiasF,
#define s1   Y13
#define s2   Y14
#define hi   Y15 // and Hi; or a scale for each sign
#define zero Y12 // then Zero,
#define lo   Y13 // Lo + Zero,
#define even Y14 // and where the words of a first
#define odd  Y15 // and of a second row belong

// ROW turns the next offset into a row.
#define ROW(i, r) \
	MOVLQSX (4*i)(off), r; \
	ADDQ    base, r

// NEXT goes to where the next group belongs.
#define NEXT \
	MOVLQSX (ix), kk; \
	ADDQ    $4, ix

// SMALL adds a small group for a row.
#define SMALL(a, v0, v1, v2) \
	VPBROADCASTD (a)(kk*1), x; \
	VPMADDUBSW   (b), x, y;    \
	VPMADDUBSW   32(b), x, z;  \
	VPMADDUBSW   64(b), x, x;  \
	VPMADDWD     ones, y, y;   \
	VPMADDWD     ones, z, z;   \
	VPMADDWD     ones, x, x;   \
	VPADDD       y, v0, v0;    \
	VPADDD       z, v1, v1;    \
	VPADDD       x, v2, v2

// WORDS adds the products of 16-bit activations with weights at byte i of b.
#define WORDS(i, a, v0, v1, v2) \
	VPMADDWD i(b), a, s;      \
	VPADDD   s, v0, v0;       \
	VPMADDWD (i+32)(b), a, s; \
	VPADDD   s, v1, v1;       \
	VPMADDWD (i+64)(b), a, s; \
	VPADDD   s, v2, v2

// HALF adds a group of half the bytes for a row, WIDE one of all.
#define HALF(a, v0, v1, v2) \
	VPBROADCASTD (a)(kk*1), xe; \
	VPAND        mask, xe, xe;  \
	WORDS(0, xe, v0, v1, v2)

#define WIDE(a, v0, v1, v2) \
	VPBROADCASTD (a)(kk*1), xo; \
	VPAND        mask, xo, xe;  \
	VPSRLW       $8, xo, xo;    \
	WORDS(0, xe, v0, v1, v2);   \
	WORDS(96, xo, v0, v1, v2)

#define ALL(f) \
	f(c00, c01, c02); \
	f(c10, c11, c12); \
	f(c20, c21, c22); \
	f(c30, c31, c32)

#define COPY(v0, v1, v2) \
	VMOVDQA c00, v0; \
	VMOVDQA c01, v1; \
	VMOVDQA c02, v2

#define LOAD(ptr, v0, v1, v2) \
	VMOVDQU (ptr), v0;   \
	VMOVDQU 32(ptr), v1; \
	VMOVDQU 64(ptr), v2

// FIX turns the sums of a row into 16-bit numbers up to Hi, but for the last 8,
// which PAIR packs. As for 16 columns, the lower limit waits.
#define FIX(v0, v1, v2) \
	SCALEF(v0, v1, v2);   \
	VMINPS    hi, v0, v0; \
	VMINPS    hi, v1, v1; \
	VMINPS    hi, v2, v2; \
	WHOLE(v0, v1, v2)

#define SCALEF(v0, v1, v2) \
	VCVTDQ2PS v0, v0;     \
	VCVTDQ2PS v1, v1;     \
	VCVTDQ2PS v2, v2;     \
	VMULPS    s0, v0, v0; \
	VMULPS    s1, v1, v1; \
	VMULPS    s2, v2, v2

#define ADDF(v0, v1, v2) \
	VADDPS s0, v0, v0; \
	VADDPS s1, v1, v1; \
	VADDPS s2, v2, v2

#define WHOLE(v0, v1, v2) \
	VCVTPS2DQ v0, v0; \
	VCVTPS2DQ v1, v1; \
	VCVTPS2DQ v2, v2; \
	VPACKSSDW v1, v0, v0

// FIXSLOPED is FIX with ScaleNeg, at tmp2, for negative sums.
#define FIXSLOPED(v0, v1, v2) \
	VCVTDQ2PS v0, v0;               \
	VCVTDQ2PS v1, v1;               \
	VCVTDQ2PS v2, v2;               \
	VBLENDVPS v0, (tmp2), s0, hi;   \
	VMULPS    hi, v0, v0;           \
	VBLENDVPS v1, 32(tmp2), s1, hi; \
	VMULPS    hi, v1, v1;           \
	VBLENDVPS v2, 64(tmp2), s2, hi; \
	VMULPS    hi, v2, v2;           \
	VMINPS    limit-32(SP), v0, v0; \
	VMINPS    limit-32(SP), v1, v1; \
	VMINPS    limit-32(SP), v2, v2; \
	WHOLE(v0, v1, v2)

// PAIR makes the bytes of two rows, in v0 and w0, out of 16 words and 8 numbers
// of each.
#define PAIR(v0, v2, w0, w2) \
	VPACKSSDW w2, v2, v2;    \
	VPADDSW   zero, v0, v0;  \
	VPADDSW   zero, w0, w0;  \
	VPADDSW   zero, v2, v2;  \
	VPACKUSWB v2, v0, v0;    \
	VPACKUSWB v2, w0, w0;    \
	VPMAXUB   lo, v0, v0;    \
	VPMAXUB   lo, w0, w0;    \
	VPERMD    v0, even, v0;  \
	VPERMD    w0, odd, w0

// STORE stores 24 bytes; v is x.
#define STORE(v, x) \
	VMOVDQU      x, (c);     \
	VEXTRACTI128 $1, v, X12; \
	VMOVQ        X12, 16(c); \
	ADDQ         ld, c

// func gemmI8AVX2x24(a *GemmI8Args)
TEXT ·gemmI8AVX2x24(SB), NOSPLIT, $416-8
	MOVQ a+0(FP), args
	MOVQ GemmI8Args_A(args), base
	MOVQ GemmI8Args_Off(args), off
	MOVQ GemmI8Args_B(args), ix
	MOVQ GemmI8Args_Taps(args), taps

	// The groups come after 4·Taps·(3 + groups of a tap) bytes, rounded up to 64.
	MOVQ  GemmI8Args_K(args), b
	ADDQ  $15, b
	SHRQ  $2, b
	IMULQ taps, b
	LEAQ  63(b*4), b
	ANDQ  $-64, b
	ADDQ  ix, b

	MOVQ GemmI8Args_Bias(args), tmp
	LOAD(tmp, c00, c01, c02)
	COPY(c10, c11, c12)
	COPY(c20, c21, c22)
	COPY(c30, c31, c32)

tap:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ROW(3, a3)
	ADDQ    $16, off
	MOVLQSX (ix), count
	MOVLQSX 4(ix), halves
	MOVLQSX 8(ix), wides
	ADDQ    $12, ix
	TESTQ   count, count
	JEQ     half
	VPBROADCASTD ·onesI16(SB), ones

	PCALIGN $32
small:
	NEXT
	SMALL(a0, c00, c01, c02)
	SMALL(a1, c10, c11, c12)
	SMALL(a2, c20, c21, c22)
	SMALL(a3, c30, c31, c32)
	ADDQ $96, b
	DECQ count
	JNE  small

half:
	VPCMPEQD mask, mask, mask
	VPSRLW   $8, mask, mask
	TESTQ    halves, halves
	JEQ      wide

	PCALIGN $32
halfGroup:
	NEXT
	HALF(a0, c00, c01, c02)
	HALF(a1, c10, c11, c12)
	HALF(a2, c20, c21, c22)
	HALF(a3, c30, c31, c32)
	ADDQ $96, b
	DECQ halves
	JNE  halfGroup

wide:
	TESTQ wides, wides
	JEQ   tapped

	PCALIGN $32
wideGroup:
	NEXT
	WIDE(a0, c00, c01, c02)
	WIDE(a1, c10, c11, c12)
	WIDE(a2, c20, c21, c22)
	WIDE(a3, c30, c31, c32)
	ADDQ $192, b
	DECQ wides
	JNE  wideGroup

tapped:
	DECQ taps
	JNE  tap

	MOVQ  GemmI8Args_M(args), rows
	MOVQ  GemmI8Args_LDC(args), ld
	MOVQ  GemmI8Args_N(args), size
	MOVQ  GemmI8Args_Scale(args), tmp
	MOVQ  GemmI8Args_C(args), c
	TESTQ c, c
	JEQ   words32
	LOAD(tmp, s0, s1, s2)
	VBROADCASTSS GemmI8Args_Hi(args), hi
	MOVQ  GemmI8Args_ScaleNeg(args), tmp2
	TESTQ tmp2, tmp2
	JNE   sloped
	ALL(FIX)

fixed:
	VCVTTSS2SI   GemmI8Args_Lo(args), tmp
	ADDL         GemmI8Args_Zero(args), tmp
	VMOVD        tmp, X13
	VPBROADCASTB X13, lo
	VPBROADCASTW GemmI8Args_Zero(args), zero
	VMOVDQU      ·firstRow(SB), even
	VMOVDQU      ·secondRow(SB), odd
	PAIR(c00, c02, c10, c12)
	PAIR(c20, c22, c30, c32)
	CMPQ size, $24
	JNE  keepBytes
	CMPQ rows, $4
	JNE  keepBytes
	STORE(c00, X0)
	STORE(c10, X3)
	STORE(c20, X6)
	STORE(c30, X9)
	VZEROUPPER
	RET

sloped:
	VMOVDQU hi, limit-32(SP)
	ALL(FIXSLOPED)
	JMP     fixed

	// A part of a tile is stored by way of the stack.
keepBytes:
	VMOVDQU c00, kept-416(SP)
	VMOVDQU c10, kept-384(SP)
	VMOVDQU c20, kept-352(SP)
	VMOVDQU c30, kept-320(SP)
	MOVQ    $32, step
	JMP     copy

words32:
	SHLQ  $2, size
	MOVQ  GemmI8Args_I32(args), c
	TESTQ c, c
	JNE   keepWords
	LOAD(tmp, s0, s1, s2)
	ALL(SCALEF)
	MOVQ  GemmI8Args_F32(args), c
	MOVQ  GemmI8Args_BiasF(args), tmp
	TESTQ tmp, tmp
	JEQ   keepWords
	LOAD(tmp, s0, s1, s2)
	ALL(ADDF)

keepWords:
	VMOVDQU c00, kept-416(SP)
	VMOVDQU c01, kept-384(SP)
	VMOVDQU c02, kept-352(SP)
	VMOVDQU c10, kept-320(SP)
	VMOVDQU c11, kept-288(SP)
	VMOVDQU c12, kept-256(SP)
	VMOVDQU c20, kept-224(SP)
	VMOVDQU c21, kept-192(SP)
	VMOVDQU c22, kept-160(SP)
	VMOVDQU c30, kept-128(SP)
	VMOVDQU c31, kept-96(SP)
	VMOVDQU c32, kept-64(SP)
	MOVQ    $96, step

copy:
	LEAQ kept-416(SP), from

copyRow:
	MOVQ from, tmp2
	MOVQ c, to
	MOVQ size, left
	SUBQ $4, left
	JLT  lessThanFour

four:
	MOVL (tmp2), tmp
	MOVL tmp, (to)
	ADDQ $4, tmp2
	ADDQ $4, to
	SUBQ $4, left
	JGE  four

lessThanFour:
	ADDQ $4, left
	JEQ  rowDone

one:
	MOVB (tmp2), tmp
	MOVB tmp, (to)
	INCQ tmp2
	INCQ to
	DECQ left
	JNE  one

rowDone:
	ADDQ step, from
	ADDQ ld, c
	DECQ rows
	JNE  copyRow
	VZEROUPPER
	RET

// firstRow and secondRow say where the dwords of columns 0 to 3, 4 to 7, … of two
// rows lie that PAIR packs.
DATA ·firstRow+0(SB)/4, $0
DATA ·firstRow+4(SB)/4, $4
DATA ·firstRow+8(SB)/4, $1
DATA ·firstRow+12(SB)/4, $5
DATA ·firstRow+16(SB)/4, $2
DATA ·firstRow+20(SB)/4, $6
DATA ·firstRow+24(SB)/4, $3
DATA ·firstRow+28(SB)/4, $7
GLOBL ·firstRow(SB), RODATA, $32

DATA ·secondRow+0(SB)/4, $0
DATA ·secondRow+4(SB)/4, $4
DATA ·secondRow+8(SB)/4, $1
DATA ·secondRow+12(SB)/4, $5
DATA ·secondRow+16(SB)/4, $3
DATA ·secondRow+20(SB)/4, $7
DATA ·secondRow+24(SB)/4, $2
DATA ·secondRow+28(SB)/4, $6
GLOBL ·secondRow(SB), RODATA, $32
