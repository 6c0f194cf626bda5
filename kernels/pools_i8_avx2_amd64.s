//go:build !purego

// Pooling of bytes in AVX2: one pixel by 32 channels, or 128 where only the
// largest is wanted. The rows past the channels may be read (ReadPast).

#include "go_asm.h"
#include "textflag.h"
#include "taps_i8_amd64.h"

#define args DI  // *TapsI8Args
#define base SI  // A at the first channel of the block
#define at   DX  // channels before the block
#define left R15 // pixels left
#define offs R10 // offsets of the pixel,
#define out  R11 // its row of Out,
#define scl  R9  // its factor
#define o    R8  // next offset
#define taps BX  // taps left
#define chan R12 // channels left
#define some R13 // taps left of a part
#define to   R14
#define tmp  AX
#define tmp2 CX

#define m0 Y0 // the largest so far
#define m1 Y1
#define m2 Y2
#define m3 Y3

// func maxPoolI8AVX2(a *TapsI8Args)
TEXT ·maxPoolI8AVX2(SB), NOSPLIT, $32-8
	MOVQ a+0(FP), args
	MOVQ TapsI8Args_Pixels(args), left
	MOVQ TapsI8Args_Off(args), offs
	MOVQ TapsI8Args_Out(args), out

pixel:
	XORL at, at
	MOVQ TapsI8Args_C(args), chan

block:
	MOVQ TapsI8Args_A(args), base
	ADDQ at, base
	MOVQ TapsI8Args_Taps(args), taps
	MOVQ offs, o
	VPXOR m0, m0, m0
	CMPQ chan, $128
	JLT  narrow
	VPXOR m1, m1, m1
	VPXOR m2, m2, m2
	VPXOR m3, m3, m3

tap128:
	MOVLQSX (o), tmp
	ADDQ    $4, o
	VPMAXUB (base)(tmp*1), m0, m0
	VPMAXUB 32(base)(tmp*1), m1, m1
	VPMAXUB 64(base)(tmp*1), m2, m2
	VPMAXUB 96(base)(tmp*1), m3, m3
	DECQ    taps
	JNE     tap128
	VMOVDQU m0, (out)(at*1)
	VMOVDQU m1, 32(out)(at*1)
	VMOVDQU m2, 64(out)(at*1)
	VMOVDQU m3, 96(out)(at*1)
	ADDQ $128, at
	SUBQ $128, chan
	JNE  block
	JMP  next

narrow:
	MOVLQSX (o), tmp
	ADDQ    $4, o
	VPMAXUB (base)(tmp*1), m0, m0
	DECQ    taps
	JNE     narrow
	CMPQ chan, $32
	JLT  partial
	VMOVDQU m0, (out)(at*1)
	ADDQ $32, at
	SUBQ $32, chan
	JNE  block
	JMP  next

partial:
	VMOVDQU m0, bytes-32(SP)
	LEAQ bytes-32(SP), o
	LEAQ (out)(at*1), to
	COPYBYTES(o, to, chan, X1, tmp)

next:
	MOVQ TapsI8Args_Taps(args), tmp
	LEAQ (offs)(tmp*4), offs
	ADDQ TapsI8Args_LDO(args), out
	DECQ left
	JNE  pixel
	VZEROUPPER
	RET

// Averages add up in 16 bits without sign, of which 256 taps may fill every one.

#define q0    Y0  // sums
#define q1    Y1
#define q2    Y2
#define q3    Y3
#define w0    Y4  // sums in 16 bits
#define w1    Y5
#define x     Y6
#define y     Y7
#define none  Y8
#define start Y9  // Offset
#define scale Y10
#define hi    Y11
#define zero  Y12
#define lo    Y13

#define FIX(q) \
	VCVTDQ2PS q, q;        \
	VMULPS    scale, q, q; \
	VMINPS    hi, q, q;    \
	VCVTPS2DQ q, q

// func avgPoolI8AVX2(a *TapsI8Args)
TEXT ·avgPoolI8AVX2(SB), NOSPLIT, $32-8
	MOVQ a+0(FP), args
	MOVQ TapsI8Args_Pixels(args), left
	MOVQ TapsI8Args_Off(args), offs
	MOVQ TapsI8Args_Out(args), out
	MOVQ TapsI8Args_Scale(args), scl
	VPBROADCASTD TapsI8Args_Offset(args), start
	VBROADCASTSS TapsI8Args_Hi(args), hi
	VPBROADCASTW TapsI8Args_Zero(args), zero
	VCVTTSS2SI   TapsI8Args_Lo(args), tmp
	ADDL         TapsI8Args_Zero(args), tmp
	VMOVD        tmp, X13
	VPBROADCASTB X13, lo
	VPXOR        none, none, none

pixel:
	VBROADCASTSS (scl), scale
	XORL at, at
	MOVQ TapsI8Args_C(args), chan

block:
	MOVQ TapsI8Args_A(args), base
	ADDQ at, base
	MOVQ TapsI8Args_Taps(args), taps
	MOVQ offs, o
	VMOVDQA start, q0
	VMOVDQA start, q1
	VMOVDQA start, q2
	VMOVDQA start, q3

part:
	MOVQ    $256, some
	CMPQ    taps, some
	CMOVQLT taps, some
	SUBQ    some, taps
	VPXOR   w0, w0, w0
	VPXOR   w1, w1, w1

tap:
	MOVLQSX    (o), tmp
	ADDQ       $4, o
	VMOVDQU    (base)(tmp*1), x
	VPUNPCKLBW none, x, y
	VPUNPCKHBW none, x, x
	VPADDW     y, w0, w0
	VPADDW     x, w1, w1
	DECQ       some
	JNE        tap
	VPUNPCKLWD none, w0, x
	VPUNPCKHWD none, w0, w0
	VPUNPCKLWD none, w1, y
	VPUNPCKHWD none, w1, w1
	VPADDD     x, q0, q0
	VPADDD     w0, q1, q1
	VPADDD     y, q2, q2
	VPADDD     w1, q3, q3
	TESTQ      taps, taps
	JNE        part

	FIX(q0)
	FIX(q1)
	FIX(q2)
	FIX(q3)
	VPACKSSDW q1, q0, q0
	VPACKSSDW q3, q2, q2
	VPADDSW   zero, q0, q0
	VPADDSW   zero, q2, q2
	VPACKUSWB q2, q0, q0
	VPMAXUB   lo, q0, q0
	CMPQ chan, $32
	JLT  partial
	VMOVDQU q0, (out)(at*1)
	ADDQ $32, at
	SUBQ $32, chan
	JNE  block
	JMP  next

partial:
	VMOVDQU q0, bytes-32(SP)
	LEAQ bytes-32(SP), o
	LEAQ (out)(at*1), to
	COPYBYTES(o, to, chan, X1, tmp)

next:
	MOVQ TapsI8Args_Taps(args), tmp
	LEAQ (offs)(tmp*4), offs
	ADDQ TapsI8Args_LDO(args), out
	ADDQ $4, scl
	DECQ left
	JNE  pixel
	VZEROUPPER
	RET
