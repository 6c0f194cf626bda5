//go:build !purego

// Depthwise convolution of bytes in AVX-512 VNNI. The bytes of four taps are
// brought side by side by two steps of VPUNPCK, 8 instructions for 64 channels, and
// VPDPBUSD adds four products to each sum. VPUNPCK and VPACK, which work in 128-bit
// lanes, undo each other: only Bias and the scales are dealt out by fours, once for each
// block. Blocks of channels are outside, pixels inside. Where no more than 32
// channels are left, vectors of 256 bits take the same memory.

#include "go_asm.h"
#include "textflag.h"

#define args DI  // *TapsI8Args
#define base SI  // A at the first channel of the block
#define at   DX  // channels before the block
#define left R15 // pixels left
#define o    R8  // next offset
#define out  R11 // row of Out
#define w    R12 // weights of the next taps
#define taps BX  // taps left, less four
#define r0   AX  // rows
#define r1   CX
#define r2   R9
#define r3   R10
#define tmp  AX
#define tmp2 CX

// FOUR adds the products of four taps, DOTS what is in x0 to x3.
#define FOUR \
	VPUNPCKLWD t2, t0, x0; \
	VPUNPCKHWD t2, t0, x1; \
	VPUNPCKLWD t3, t1, x2; \
	VPUNPCKHWD t3, t1, x3; \
	DOTS

#define DOTS \
	VPDPBUSD (w), x0, q0;    \
	VPDPBUSD 64(w), x1, q1;  \
	VPDPBUSD 128(w), x2, q2; \
	VPDPBUSD 192(w), x3, q3; \
	ADDQ     $256, w

// DEAL deals out 64 numbers by fours.
#define DEAL(ptr, d0, d1, d2, d3) \
	VMOVDQU64  (ptr), Z0;         \
	VMOVDQU64  64(ptr), Z1;       \
	VMOVDQU64  128(ptr), Z2;      \
	VMOVDQU64  192(ptr), Z3;      \
	VSHUFI64X2 $0x44, Z1, Z0, Z4; \
	VSHUFI64X2 $0xEE, Z1, Z0, Z5; \
	VSHUFI64X2 $0x44, Z3, Z2, Z6; \
	VSHUFI64X2 $0xEE, Z3, Z2, Z7; \
	VSHUFI64X2 $0x88, Z6, Z4, d0; \
	VSHUFI64X2 $0xDD, Z6, Z4, d1; \
	VSHUFI64X2 $0x88, Z7, Z5, d2; \
	VSHUFI64X2 $0xDD, Z7, Z5, d3

#define q0     Z0 // sums
#define q1     Z1
#define q2     Z2
#define q3     Z3
#define x0     Z4 // rows of four taps, then their bytes side by side
#define x1     Z5
#define x2     Z6
#define x3     Z7
#define t0     Z8 // rows of two taps side by side
#define t1     Z9
#define t2     Z10
#define t3     Z11
#define bias0  Z12 // Bias and Scale, dealt out
#define bias1  Z13
#define bias2  Z14
#define bias3  Z15
#define scale0 Z16
#define scale1 Z17
#define scale2 Z18
#define scale3 Z19
#define hi     Z20 // Hi, Zero, Lo + Zero
#define zero   Z21
#define lo     Z22
#define none   Z23 // zeros
#define neg0   Z24 // ScaleNeg, dealt out
#define neg1   Z25
#define neg2   Z26
#define neg3   Z27

// func depthwiseI8VNNI512(a *TapsI8Args)
TEXT ·depthwiseI8VNNI512(SB), NOSPLIT, $8-8
	MOVQ a+0(FP), args
	VBROADCASTSS TapsI8Args_Hi(args), hi
	VPBROADCASTW TapsI8Args_Zero(args), zero
	VCVTTSS2SI   TapsI8Args_Lo(args), tmp
	ADDL         TapsI8Args_Zero(args), tmp
	VPBROADCASTB tmp, lo
	VPXORD       none, none, none
	MOVQ TapsI8Args_W(args), tmp
	MOVQ tmp, weights-8(SP)
	XORL at, at

block:
	MOVQ TapsI8Args_Bias(args), tmp
	LEAQ (tmp)(at*4), tmp
	DEAL(tmp, bias0, bias1, bias2, bias3)
	MOVQ TapsI8Args_Scale(args), tmp
	LEAQ (tmp)(at*4), tmp
	DEAL(tmp, scale0, scale1, scale2, scale3)
	MOVQ TapsI8Args_ScaleNeg(args), tmp
	TESTQ tmp, tmp
	JEQ  dealt
	LEAQ (tmp)(at*4), tmp
	DEAL(tmp, neg0, neg1, neg2, neg3)

dealt:
	MOVQ TapsI8Args_A(args), base
	ADDQ at, base
	MOVQ TapsI8Args_Out(args), out
	ADDQ at, out

	// BZHI looks at 8 bits of the number only.
	MOVQ    TapsI8Args_C(args), tmp
	SUBQ    at, tmp
	MOVL    $64, tmp2
	CMPQ    tmp, tmp2
	CMOVQGT tmp2, tmp
	MOVQ    $-1, tmp2
	BZHIQ   tmp, tmp2, tmp2
	KMOVQ   tmp2, K1
	CMPQ    tmp, $32
	JLE     half

#define PIXEL  pixel
#define GROUP  group
#define REST   rest
#define TWO    two
#define ONE    one
#define FINISH finish
#define SCALED scaled
#define SLOPED sloped
#define BLOCKDONE blockDone
#include "depthwise_i8_vnni_amd64.h"

	MOVQ w, weights-8(SP)
	ADDQ $64, at
	CMPQ at, TapsI8Args_C(args)
	JLT  block

done:
	VZEROUPPER
	RET

half:

#define q0     Y0
#define q1     Y1
#define q2     Y2
#define q3     Y3
#define x0     Y4
#define x1     Y5
#define x2     Y6
#define x3     Y7
#define t0     Y8
#define t1     Y9
#define t2     Y10
#define t3     Y11
#define bias0  Y12
#define bias1  Y13
#define bias2  Y14
#define bias3  Y15
#define scale0 Y16
#define scale1 Y17
#define scale2 Y18
#define scale3 Y19
#define hi     Y20
#define zero   Y21
#define lo     Y22
#define none   Y23
#define neg0   Y24
#define neg1   Y25
#define neg2   Y26
#define neg3   Y27

#define PIXEL  pixelH
#define GROUP  groupH
#define REST   restH
#define TWO    twoH
#define ONE    oneH
#define FINISH finishH
#define SCALED scaledH
#define SLOPED slopedH
#define BLOCKDONE blockDoneH
#include "depthwise_i8_vnni_amd64.h"

	JMP done
