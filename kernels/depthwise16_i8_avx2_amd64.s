//go:build !purego

// Depthwise convolution of no more than 16 channels of bytes in AVX2: as
// depthwise_i8_avx2_amd64.s computes 32, with 16 channels of one pixel in the lower
// lane of each vector and those of the next pixel in the upper. The weights are the
// first halves of a block's.

#include "go_asm.h"
#include "textflag.h"
#include "taps_i8_amd64.h"

#define args DI  // *TapsI8Args
#define base SI  // A
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
#define ldo  DX

#define h0   Y0  // sums of h and l: channels 0 to 7, 8 to 15 of both pixels
#define h1   Y1
#define l0   Y2
#define l1   Y3
#define q    Y4
#define x0   Y5  // two taps side by side
#define x1   Y6
#define t    Y7
#define v    Y8
#define wt   Y9
#define zero Y10
#define lo   Y11
#define hi   Y12

// The frame, from its start.
#define bias  0   // [4] of 32 bytes: four channels, twice
#define scale 128 // [4]
#define neg   256 // [4]: ScaleNeg
#define sums  384 // [4]
#define bytes 512

// TAKE loads a tap of both pixels.
#define TAKE(x, y) \
	MOVLQSX     (o0), tmp;              \
	MOVLQSX     (o1), tmp2;             \
	ADDQ        $4, o0;                 \
	ADDQ        $4, o1;                 \
	VMOVDQU     (base)(tmp*1), x;       \
	VINSERTI128 $1, (base)(tmp2*1), y, y

// ADD adds products with one vector of weights.
#define ADD(i, a, sum) \
	VBROADCASTI128 (32*i)(w), wt; \
	VPMADDUBSW     wt, a, wt;     \
	VPADDW         wt, sum, sum

#define ADDS \
	ADD(0, x0, h0); \
	ADD(1, x1, h1); \
	ADD(2, x0, l0); \
	ADD(3, x1, l1); \
	ADDQ $128, w

// TWICE keeps 16 numbers on the stack, each four of them twice.
#define TWICE(ptr, to) \
	VBROADCASTI128 (ptr), Y0;       \
	VBROADCASTI128 16(ptr), Y1;     \
	VBROADCASTI128 32(ptr), Y2;     \
	VBROADCASTI128 48(ptr), Y3;     \
	VMOVDQU        Y0, (to)(SP);    \
	VMOVDQU        Y1, (to+32)(SP); \
	VMOVDQU        Y2, (to+64)(SP); \
	VMOVDQU        Y3, (to+96)(SP)

// SLOPE multiplies by ScaleNeg where a number is negative.
#define SLOPE(i, a) \
	VMOVDQU   (scale+32*i)(SP), t;        \
	VBLENDVPS a, (neg+32*i)(SP), t, t;    \
	VMULPS    t, a, a

// func depthwise16I8AVX2(a *TapsI8Args)
TEXT ·depthwise16I8AVX2(SB), NOSPLIT, $544-8
	MOVQ a+0(FP), args
	MOVQ TapsI8Args_Bias(args), tmp
	TWICE(tmp, bias)
	MOVQ TapsI8Args_Scale(args), tmp
	TWICE(tmp, scale)
	MOVQ TapsI8Args_ScaleNeg(args), tmp
	TESTQ tmp, tmp
	JEQ  twice
	TWICE(tmp, neg)

twice:
	VPBROADCASTW TapsI8Args_Zero(args), zero
	VBROADCASTSS TapsI8Args_Hi(args), hi
	VCVTTSS2SI   TapsI8Args_Lo(args), tmp
	ADDL         TapsI8Args_Zero(args), tmp
	VMOVD        tmp, X11
	VPBROADCASTB X11, lo
	MOVQ TapsI8Args_A(args), base
	MOVQ TapsI8Args_Out(args), out
	MOVQ TapsI8Args_LDO(args), ldo
	MOVQ TapsI8Args_Off(args), offs
	MOVQ TapsI8Args_Pixels(args), left

pixels:
	MOVQ offs, o0
	MOVQ TapsI8Args_Taps(args), taps
	LEAQ (offs)(taps*4), o1
	CMPQ left, $1
	CMOVQEQ offs, o1
	MOVQ TapsI8Args_W(args), w
	LEAQ bias(SP), from

chunk:
	MOVQ    $16, n
	CMPQ    taps, n
	CMOVQLT taps, n
	SUBQ    n, taps
	VPXOR h0, h0, h0
	VPXOR h1, h1, h1
	VPXOR l0, l0, l0
	VPXOR l1, l1, l1
	SUBQ $2, n
	JLT  one

	PCALIGN $32
pair:
	TAKE(X7, t)
	TAKE(X8, v)
	VPUNPCKLBW v, t, x0
	VPUNPCKHBW v, t, x1
	ADDS
	SUBQ $2, n
	JGE  pair

	// The last tap; the other weight of the pair is zero.
one:
	CMPQ n, $-1
	JNE  summed
	TAKE(X7, t)
	VPUNPCKLBW t, t, x0
	VPUNPCKHBW t, t, x1
	ADDS

	// Sums in 32 bits: four channels each in q, h0, l0 and h1.
summed:
	VPUNPCKLWD l0, h0, q
	VPUNPCKHWD l0, h0, h0
	VPUNPCKLWD l1, h1, l0
	VPUNPCKHWD l1, h1, h1
	VPMADDWD   ·sixteenOne(SB), q, q
	VPMADDWD   ·sixteenOne(SB), h0, h0
	VPMADDWD   ·sixteenOne(SB), l0, l0
	VPMADDWD   ·sixteenOne(SB), h1, h1
	VPADDD     (from), q, q
	VPADDD     32(from), h0, h0
	VPADDD     64(from), l0, l0
	VPADDD     96(from), h1, h1
	TESTQ taps, taps
	JNE   more
	VCVTDQ2PS q, q
	VCVTDQ2PS h0, h0
	VCVTDQ2PS l0, l0
	VCVTDQ2PS h1, h1
	CMPQ TapsI8Args_ScaleNeg(args), $0
	JNE  sloped
	VMULPS scale(SP), q, q
	VMULPS (scale+32)(SP), h0, h0
	VMULPS (scale+64)(SP), l0, l0
	VMULPS (scale+96)(SP), h1, h1

scaled:
	VMINPS    hi, q, q
	VMINPS    hi, h0, h0
	VMINPS    hi, l0, l0
	VMINPS    hi, h1, h1
	VCVTPS2DQ q, q
	VCVTPS2DQ h0, h0
	VCVTPS2DQ l0, l0
	VCVTPS2DQ h1, h1
	VPACKSSDW h0, q, q
	VPACKSSDW h1, l0, l0
	VPADDSW   zero, q, q
	VPADDSW   zero, l0, l0
	VPACKUSWB l0, q, q
	VPMAXUB   lo, q, q
	VEXTRACTI128 $1, q, X5
	MOVQ TapsI8Args_C(args), n
	CMPQ n, $16
	JNE  eightBytes
	VMOVDQU X4, (out)
	CMPQ    left, $1
	JEQ     done
	VMOVDQU X5, (out)(ldo*1)

next:
	LEAQ (out)(ldo*2), out
	MOVQ o1, offs
	SUBQ $2, left
	JGT  pixels

done:
	VZEROUPPER
	RET

eightBytes:
	CMPQ  n, $8
	JNE   partial
	VMOVQ X4, (out)
	CMPQ  left, $1
	JEQ   done
	VMOVQ X5, (out)(ldo*1)
	JMP   next

sloped:
	SLOPE(0, q)
	SLOPE(1, h0)
	SLOPE(2, l0)
	SLOPE(3, h1)
	JMP scaled

	// More than 16 taps: keep the sums of these.
more:
	VMOVDQU q, sums(SP)
	VMOVDQU h0, (sums+32)(SP)
	VMOVDQU l0, (sums+64)(SP)
	VMOVDQU h1, (sums+96)(SP)
	LEAQ    sums(SP), from
	JMP     chunk

	// Store by way of the stack.
partial:
	MOVQ    out, o0
	VMOVDQU q, bytes(SP)
	LEAQ    bytes(SP), from

copyRow:
	MOVQ o0, w
	MOVQ from, taps
	MOVQ TapsI8Args_C(args), n
	COPYBYTES(taps, w, n, X5, tmp)
	CMPQ o0, out
	JNE  next
	CMPQ left, $1
	JEQ  done
	ADDQ ldo, o0
	ADDQ $16, from
	JMP  copyRow
