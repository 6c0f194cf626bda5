//go:build !purego

// Depthwise convolution and pooling in AVX2 and FMA: for every pixel, rows of C
// floats picked by offsets are combined channel by channel.
//
// The loads bound these kernels, not the arithmetic. Depthwise convolution
// therefore takes four pixels by 16 channels at once, which load the weights
// once for the four: 10 loads for 8 FMAs in 8 chains. Pixels past the last
// repeat the last, which costs less than a second kernel where strips are long.
// Pooling has no weights and takes one pixel by 32 channels. What is left of the
// channels goes 8 at a time, the last of them under a mask.

#include "go_asm.h"
#include "textflag.h"

#define args DI  // *TapsF32Args, throughout
#define base SI  // A, at the first channel of the block
#define chan DX  // channels left in the row
#define taps BX  // taps left
#define at   CX  // bytes from the start of a row to the block
#define o0   R8  // of four pixels: their next offsets, then their rows of Out
#define o1   R9
#define o2   R10
#define o3   R11
#define w    R12 // weights of the block and tap
#define step R13 // bytes from tap to tap of the weights
#define tmp  AX
#define tmp2 R14

#define p00  Y0  // accumulators: pixel, half of the block
#define p01  Y1
#define p10  Y2
#define p11  Y3
#define p20  Y4
#define p21  Y5
#define p30  Y6
#define p31  Y7
#define w0   Y8  // weights
#define w1   Y9
#define mask Y9  // of a block of 8 channels, which has no w1
#define x0   Y10
#define x1   Y11
#define x2   Y12
#define x3   Y13
#define lo   Y14 // the clamp
#define hi   Y15

// MASK selects the first chan, or 8, of 8 channels.
#define MASK \
	MOVQ    $8, tmp;              \
	CMPQ    chan, tmp;            \
	CMOVQLT chan, tmp;            \
	NEGQ    tmp;                  \
	LEAQ    ·laneMasks(SB), tmp2; \
	VMOVUPS 32(tmp2)(tmp*4), mask

// FOUR sets o0..o3 to the pixels of a group, from o0 on, so many bytes apart;
// those past the last pixel to the last.
#define FOUR(stride) \
	LEAQ    (o0)(stride*1), o1; \
	CMPQ    pixels-8(SP), $2;   \
	CMOVQLT o0, o1;             \
	LEAQ    (o1)(stride*1), o2; \
	CMPQ    pixels-8(SP), $3;   \
	CMOVQLT o1, o2;             \
	LEAQ    (o2)(stride*1), o3; \
	CMPQ    pixels-8(SP), $4;   \
	CMOVQLT o2, o3

// FMA16 adds a tap of one pixel over 16 channels, FMA8 over 8.
#define FMA16(o, acc0, acc1) \
	MOVLQSX     (o), tmp;                \
	ADDQ        $4, o;                   \
	VFMADD231PS (base)(tmp*1), w0, acc0; \
	VFMADD231PS 32(base)(tmp*1), w1, acc1

#define FMA8(o, x, acc) \
	MOVLQSX     (o), tmp;               \
	ADDQ        $4, o;                  \
	VMASKMOVPS  (base)(tmp*1), mask, x; \
	VFMADD231PS x, w0, acc

// CLAMP keeps NaN: of two operands one of which is NaN, VMAXPS and VMINPS
// return the second, which Go writes first.
#define CLAMP(v) \
	VMAXPS v, lo, v; \
	VMINPS v, hi, v

// func depthwiseF32AVX2(a *TapsF32Args)
TEXT ·depthwiseF32AVX2(SB), NOSPLIT, $24-8
	MOVQ a+0(FP), args
	VBROADCASTSS TapsF32Args_Lo(args), lo
	VBROADCASTSS TapsF32Args_Hi(args), hi
	MOVQ TapsF32Args_C(args), step
	SHLQ $2, step
	MOVQ TapsF32Args_Pixels(args), tmp
	MOVQ tmp, pixels-8(SP)    // pixels left,
	MOVQ TapsF32Args_Off(args), tmp
	MOVQ tmp, offsets-16(SP)  // their offsets,
	MOVQ TapsF32Args_Out(args), tmp
	MOVQ tmp, outs-24(SP)     // their rows of Out

group:
	XORL at, at
	MOVQ TapsF32Args_C(args), chan

block:
	MOVQ TapsF32Args_Taps(args), taps
	LEAQ (taps*4), tmp
	MOVQ offsets-16(SP), o0
	FOUR(tmp)
	MOVQ TapsF32Args_W(args), w
	ADDQ at, w
	MOVQ TapsF32Args_Bias(args), tmp
	ADDQ at, tmp
	CMPQ chan, $16
	JLT  narrow

	VMOVUPS (tmp), p00
	VMOVUPS 32(tmp), p01
	VMOVAPS p00, p10
	VMOVAPS p01, p11
	VMOVAPS p00, p20
	VMOVAPS p01, p21
	VMOVAPS p00, p30
	VMOVAPS p01, p31
	MOVQ TapsF32Args_A(args), base
	ADDQ at, base

	PCALIGN $32
tap16:
	VMOVUPS (w), w0
	VMOVUPS 32(w), w1
	FMA16(o0, p00, p01)
	FMA16(o1, p10, p11)
	FMA16(o2, p20, p21)
	FMA16(o3, p30, p31)
	ADDQ step, w
	DECQ taps
	JNE  tap16

	CLAMP(p00)
	CLAMP(p01)
	CLAMP(p10)
	CLAMP(p11)
	CLAMP(p20)
	CLAMP(p21)
	CLAMP(p30)
	CLAMP(p31)
	MOVQ outs-24(SP), o0
	ADDQ at, o0
	MOVQ TapsF32Args_LDO(args), tmp
	FOUR(tmp)
	VMOVUPS p00, (o0)
	VMOVUPS p01, 32(o0)
	VMOVUPS p10, (o1)
	VMOVUPS p11, 32(o1)
	VMOVUPS p20, (o2)
	VMOVUPS p21, 32(o2)
	VMOVUPS p30, (o3)
	VMOVUPS p31, 32(o3)
	ADDQ $64, at
	SUBQ $16, chan
	JNE  block
	JMP  next

narrow:
	MOVQ       tmp, base // until MASK is done with tmp
	MASK
	VMASKMOVPS (base), mask, p00
	VMOVAPS    p00, p10
	VMOVAPS    p00, p20
	VMOVAPS    p00, p30
	MOVQ       TapsF32Args_A(args), base
	ADDQ       at, base

tap8:
	VMASKMOVPS (w), mask, w0
	FMA8(o0, x0, p00)
	FMA8(o1, x1, p10)
	FMA8(o2, x2, p20)
	FMA8(o3, x3, p30)
	ADDQ step, w
	DECQ taps
	JNE  tap8

	CLAMP(p00)
	CLAMP(p10)
	CLAMP(p20)
	CLAMP(p30)
	MOVQ outs-24(SP), o0
	ADDQ at, o0
	MOVQ TapsF32Args_LDO(args), tmp
	FOUR(tmp)
	CMPQ chan, $8
	JLT  masked
	VMOVUPS p00, (o0)
	VMOVUPS p10, (o1)
	VMOVUPS p20, (o2)
	VMOVUPS p30, (o3)
	ADDQ $32, at
	SUBQ $8, chan
	JNE  block
	JMP  next

masked:
	VMASKMOVPS p00, mask, (o0)
	VMASKMOVPS p10, mask, (o1)
	VMASKMOVPS p20, mask, (o2)
	VMASKMOVPS p30, mask, (o3)

next:
	MOVQ TapsF32Args_Taps(args), tmp
	SHLQ $4, tmp
	ADDQ tmp, offsets-16(SP)
	MOVQ TapsF32Args_LDO(args), tmp
	SHLQ $2, tmp
	ADDQ tmp, outs-24(SP)
	SUBQ $4, pixels-8(SP)
	JGT  group
	VZEROUPPER
	RET

// A pooling kernel walks the pixels with o0 at their offsets, o1 at their rows
// of Out, o2 at their factors; o3 runs over the offsets of a block.

#define left  R12 // pixels left
#define scale Y8

// POOL is the body of a pooling kernel. start prepares an accumulator from a
// row, add adds a row to it, end finishes it. Scale is read by averages alone: for
// others o2 is not followed.
#define POOL(start, add, end) \
	MOVQ a+0(FP), args;                   \
	MOVQ TapsF32Args_Pixels(args), left;  \
	MOVQ TapsF32Args_Off(args), o0;       \
	MOVQ TapsF32Args_Out(args), o1;       \
	MOVQ TapsF32Args_Scale(args), o2;     \
pixel:                                    \
	XORL at, at;                          \
	MOVQ TapsF32Args_C(args), chan;       \
block:                                    \
	MOVQ    TapsF32Args_Taps(args), taps; \
	MOVQ    o0, o3;                       \
	MOVQ    TapsF32Args_A(args), base;    \
	ADDQ    at, base;                     \
	CMPQ    chan, $32;                    \
	JLT     narrow;                       \
	MOVLQSX (o3), tmp;                    \
	ADDQ    base, tmp;                    \
	VMOVUPS (tmp), p00;                   \
	VMOVUPS 32(tmp), p01;                 \
	VMOVUPS 64(tmp), p10;                 \
	VMOVUPS 96(tmp), p11;                 \
	start(p00);                           \
	start(p01);                           \
	start(p10);                           \
	start(p11);                           \
	PCALIGN $32;                          \
tap32:                                    \
	MOVLQSX (o3), tmp;                    \
	ADDQ    $4, o3;                       \
	ADDQ    base, tmp;                    \
	VMOVUPS (tmp), x0;                    \
	VMOVUPS 32(tmp), x1;                  \
	VMOVUPS 64(tmp), x2;                  \
	VMOVUPS 96(tmp), x3;                  \
	add(x0, p00);                         \
	add(x1, p01);                         \
	add(x2, p10);                         \
	add(x3, p11);                         \
	DECQ    taps;                         \
	JNE     tap32;                        \
	end(p00);                             \
	end(p01);                             \
	end(p10);                             \
	end(p11);                             \
	VMOVUPS p00, (o1)(at*1);              \
	VMOVUPS p01, 32(o1)(at*1);            \
	VMOVUPS p10, 64(o1)(at*1);            \
	VMOVUPS p11, 96(o1)(at*1);            \
	ADDQ    $128, at;                     \
	SUBQ    $32, chan;                    \
	JNE     block;                        \
	JMP     next;                         \
narrow:                                   \
	MASK;                                 \
	MOVLQSX (o3), tmp;                    \
	VMASKMOVPS (base)(tmp*1), mask, p00;  \
	start(p00);                           \
tap8:                                     \
	MOVLQSX (o3), tmp;                    \
	ADDQ    $4, o3;                       \
	VMASKMOVPS (base)(tmp*1), mask, x0;   \
	add(x0, p00);                         \
	DECQ    taps;                         \
	JNE     tap8;                         \
	end(p00);                             \
	CMPQ    chan, $8;                     \
	JLT     masked;                       \
	VMOVUPS p00, (o1)(at*1);              \
	ADDQ    $32, at;                      \
	SUBQ    $8, chan;                     \
	JNE     block;                        \
	JMP     next;                         \
masked:                                   \
	VMASKMOVPS p00, mask, (o1)(at*1);     \
next:                                     \
	MOVQ TapsF32Args_Taps(args), tmp;     \
	LEAQ (o0)(tmp*4), o0;                 \
	ADDQ TapsF32Args_LDO(args), o1;       \
	ADDQ $4, o2;                          \
	DECQ left;                            \
	JNE  pixel;                           \
	VZEROUPPER;                           \
	RET

// The maximum starts as the first row, which is then met again, to no effect.
// VMAXPS returns what Go writes first where the other is not greater.
#define STARTMAX(acc)
#define ADDMAX(x, acc) VMAXPS acc, x, acc
#define ENDMAX(acc)

#define STARTAVG(acc)  VXORPS acc, acc, acc
#define ADDAVG(x, acc) VADDPS x, acc, acc
#define ENDAVG(acc) \
	VBROADCASTSS (o2), scale; \
	VMULPS       scale, acc, acc

// func maxPoolF32AVX2(a *TapsF32Args)
TEXT ·maxPoolF32AVX2(SB), NOSPLIT, $0-8
	POOL(STARTMAX, ADDMAX, ENDMAX)

// func avgPoolF32AVX2(a *TapsF32Args)
TEXT ·avgPoolF32AVX2(SB), NOSPLIT, $0-8
	POOL(STARTAVG, ADDAVG, ENDAVG)

// laneMasks has 8 set words, then 8 clear ones: read from 8−n words on it
// selects the first n of 8 lanes.
DATA ·laneMasks+0(SB)/8, $-1
DATA ·laneMasks+8(SB)/8, $-1
DATA ·laneMasks+16(SB)/8, $-1
DATA ·laneMasks+24(SB)/8, $-1
GLOBL ·laneMasks(SB), RODATA, $64
