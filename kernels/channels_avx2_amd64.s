//go:build !purego

// Kernels over channels in AVX2 and FMA.
//
// Columns go by in blocks of 8 channels, and within a block the rows. Rows are
// read with a stride then, but callers cut them so that they lie in the
// second-level cache, and the sums and factors of a block stay in registers.
// The last block of a number of channels that is no multiple of 8 goes through
// masks.

#include "go_asm.h"
#include "textflag.h"

#define at       AX  // bytes from the first row to the row in hand
#define x        SI  // first row of X, at the block
#define d        DI  // of D
#define y        R8  // of Y, or nil
#define dst      R9  // of Dst
#define u        R10 // vectors, at the block
#define v        R11
#define w        R12
#define rows     R13 // left
#define stride   DX  // bytes from row to row
#define channels CX  // left
#define add      BX  // whether to add to Dst
#define takex    R10 // ChannelTake: bytes from the first row of X to the row in hand
#define atx      R8  // ChannelDots: bytes from the first row of X to the row in hand
#define stepx    BX  // and from row to row

#define vx   Y0 // a row
#define vd   Y1
#define vy   Y2
#define vu   Y3 // vectors of the block
#define vv   Y4
#define vw   Y5
#define slope Y6
#define zero Y7
#define mask Y8 // of the last block
#define t    Y9
#define hi   Y10
#define side Y11 // of a limit that an element of Y is on

DATA channelMasks<>+0(SB)/8, $-1
DATA channelMasks<>+8(SB)/8, $-1
DATA channelMasks<>+16(SB)/8, $-1
DATA channelMasks<>+24(SB)/8, $-1
DATA channelMasks<>+32(SB)/8, $0
DATA channelMasks<>+40(SB)/8, $0
DATA channelMasks<>+48(SB)/8, $0
DATA channelMasks<>+56(SB)/8, $0
GLOBL channelMasks<>(SB), RODATA|NOPTR, $64

// OPEN loads the arguments.
#define OPEN \
	MOVQ         args+0(FP), AX;                     \
	MOVQ         ChannelsF32Args_X(AX), x;        \
	MOVQ         ChannelsF32Args_D(AX), d;        \
	MOVQ         ChannelsF32Args_Y(AX), y;        \
	MOVQ         ChannelsF32Args_Dst(AX), dst;    \
	MOVQ         ChannelsF32Args_U(AX), u;        \
	MOVQ         ChannelsF32Args_V(AX), v;        \
	MOVQ         ChannelsF32Args_W(AX), w;        \
	MOVBLZX      ChannelsF32Args_Add(AX), add;    \
	VBROADCASTSS ChannelsF32Args_Slope(AX), slope; \
	VBROADCASTSS ChannelsF32Args_Hi(AX), hi;      \
	MOVQ         ChannelsF32Args_C(AX), channels; \
	MOVQ         channels, stride;                \
	SHLQ         $2, stride;                      \
	VXORPS       zero, zero, zero

// BLOCK begins a block: at the first row.
#define BLOCK \
	MOVQ args+0(FP), AX;                  \
	MOVQ ChannelsF32Args_Rows(AX), rows; \
	XORL at, at

// NEXT goes on to the row after.
#define NEXT(label) \
	ADDQ stride, at; \
	DECQ rows;       \
	JNZ  label

// ADVANCE goes on to the block after.
#define ADVANCE(label) \
	ADDQ $32, x;       \
	ADDQ $32, d;       \
	ADDQ $32, dst;     \
	ADDQ $32, u;       \
	ADDQ $32, v;       \
	ADDQ $32, w;       \
	SUBQ $8, channels; \
	JMP  label

// MASK makes the mask of the channels left, of which there are 1 to 7.
#define MASK \
	LEAQ    channelMasks<>+32(SB), AX; \
	SHLQ    $2, channels;              \
	SUBQ    channels, AX;              \
	VMOVUPS (AX), mask

// WHERE scales vd by the slope where Y is not positive, and by 0 where it is at
// the upper limit, unless there is no Y.
#define WHERE(load, label) \
	TESTQ     y, y;            \
	JZ        label;           \
	load;                      \
	VCMPPS    $30, zero, vy, side; \
	VMULPS    slope, vd, t;    \
	VBLENDVPS side, vd, t, vd; \
	VCMPPS    $29, hi, vy, side; \
	VANDNPS   vd, side, vd;    \
label:

#define LOADY  VMOVUPS (y)(at*1), vy
#define MLOADY VMASKMOVPS (y)(at*1), mask, vy

// func channelSumF32AVX2(args *ChannelsF32Args)
TEXT ·channelSumF32AVX2(SB), NOSPLIT, $0-8
	OPEN

block:
	CMPQ    channels, $8
	JLT     last
	BLOCK
	VMOVUPS (v), vv

row:
	VMOVUPS (d)(at*1), vd
	WHERE(LOADY, summed)
	VADDPS  vd, vv, vv
	NEXT(row)
	VMOVUPS vv, (v)
	TESTQ   y, y
	JZ      unmasked
	ADDQ    $32, y

unmasked:
	ADVANCE(block)

last:
	TESTQ      channels, channels
	JZ         done
	MASK
	BLOCK
	VMASKMOVPS (v), mask, vv

lastrow:
	VMASKMOVPS (d)(at*1), mask, vd
	WHERE(MLOADY, lastsummed)
	VADDPS     vd, vv, vv
	NEXT(lastrow)
	VMASKMOVPS vv, mask, (v)

done:
	VZEROUPPER
	RET

// func channelSquaresF32AVX2(args *ChannelsF32Args)
TEXT ·channelSquaresF32AVX2(SB), NOSPLIT, $0-8
	OPEN

block:
	CMPQ    channels, $8
	JLT     last
	BLOCK
	VMOVUPS (u), vu
	VMOVUPS (v), vv

row:
	VMOVUPS     (x)(at*1), vx
	VSUBPS      vu, vx, vx
	VFMADD231PS vx, vx, vv
	NEXT(row)
	VMOVUPS     vv, (v)
	ADVANCE(block)

last:
	TESTQ      channels, channels
	JZ         done
	MASK
	BLOCK
	VMASKMOVPS (u), mask, vu
	VMASKMOVPS (v), mask, vv

lastrow:
	VMASKMOVPS  (x)(at*1), mask, vx
	VSUBPS      vu, vx, vx
	VFMADD231PS vx, vx, vv
	NEXT(lastrow)
	VMASKMOVPS  vv, mask, (v)

done:
	VZEROUPPER
	RET

// func channelAffineF32AVX2(args *ChannelsF32Args)
TEXT ·channelAffineF32AVX2(SB), NOSPLIT, $0-8
	OPEN

block:
	CMPQ    channels, $8
	JLT     last
	BLOCK
	VMOVUPS (v), vv
	VMOVUPS (w), vw

row:
	VMOVUPS     (x)(at*1), vx
	VFMADD213PS vw, vv, vx
	VMULPS      slope, vx, t
	VMAXPS      vx, t, vx // NaN stays
	VMINPS      vx, hi, vx
	VMOVUPS     vx, (dst)(at*1)
	NEXT(row)
	ADVANCE(block)

last:
	TESTQ      channels, channels
	JZ         done
	MASK
	BLOCK
	VMASKMOVPS (v), mask, vv
	VMASKMOVPS (w), mask, vw

lastrow:
	VMASKMOVPS  (x)(at*1), mask, vx
	VFMADD213PS vw, vv, vx
	VMULPS      slope, vx, t
	VMAXPS      vx, t, vx
	VMINPS      vx, hi, vx
	VMASKMOVPS  vx, mask, (dst)(at*1)
	NEXT(lastrow)

done:
	VZEROUPPER
	RET

// func channelProductsF32AVX2(args *ChannelsF32Args)
TEXT ·channelProductsF32AVX2(SB), NOSPLIT, $0-8
	OPEN

block:
	CMPQ    channels, $8
	JLT     last
	BLOCK
	VMOVUPS (u), vu
	VMOVUPS (v), vv
	VMOVUPS (w), vw

row:
	VMOVUPS     (d)(at*1), vd
	WHERE(LOADY, passed)
	VMOVUPS     (x)(at*1), vx
	VSUBPS      vu, vx, vx
	VADDPS      vd, vv, vv
	VFMADD231PS vd, vx, vw
	NEXT(row)
	VMOVUPS     vv, (v)
	VMOVUPS     vw, (w)
	TESTQ       y, y
	JZ          unmasked
	ADDQ        $32, y

unmasked:
	ADVANCE(block)

last:
	TESTQ      channels, channels
	JZ         done
	MASK
	BLOCK
	VMASKMOVPS (u), mask, vu
	VMASKMOVPS (v), mask, vv
	VMASKMOVPS (w), mask, vw

lastrow:
	VMASKMOVPS  (d)(at*1), mask, vd
	WHERE(MLOADY, lastpassed)
	VMASKMOVPS  (x)(at*1), mask, vx
	VSUBPS      vu, vx, vx
	VADDPS      vd, vv, vv
	VFMADD231PS vd, vx, vw
	NEXT(lastrow)
	VMASKMOVPS  vv, mask, (v)
	VMASKMOVPS  vw, mask, (w)

done:
	VZEROUPPER
	RET

// func channelGradientF32AVX2(args *ChannelsF32Args)
TEXT ·channelGradientF32AVX2(SB), NOSPLIT, $0-8
	OPEN

block:
	CMPQ    channels, $8
	JLT     last
	BLOCK
	VMOVUPS (u), vu
	VMOVUPS (v), vv
	VMOVUPS (w), vw

row:
	VMOVUPS     (d)(at*1), vd
	WHERE(LOADY, passed)
	VMOVUPS     (x)(at*1), vx
	VFMADD213PS vw, vv, vx
	VFMADD231PS vd, vu, vx
	TESTQ       add, add
	JZ          store
	VADDPS      (dst)(at*1), vx, vx

store:
	VMOVUPS vx, (dst)(at*1)
	NEXT(row)
	TESTQ   y, y
	JZ      unmasked
	ADDQ    $32, y

unmasked:
	ADVANCE(block)

last:
	TESTQ      channels, channels
	JZ         done
	MASK
	BLOCK
	VMASKMOVPS (u), mask, vu
	VMASKMOVPS (v), mask, vv
	VMASKMOVPS (w), mask, vw

lastrow:
	VMASKMOVPS  (d)(at*1), mask, vd
	WHERE(MLOADY, lastpassed)
	VMASKMOVPS  (x)(at*1), mask, vx
	VFMADD213PS vw, vv, vx
	VFMADD231PS vd, vu, vx
	TESTQ       add, add
	JZ          laststore
	VMASKMOVPS  (dst)(at*1), mask, t
	VADDPS      t, vx, vx

laststore:
	VMASKMOVPS vx, mask, (dst)(at*1)
	NEXT(lastrow)

done:
	VZEROUPPER
	RET

// func channelPassF32AVX2(args *ChannelsF32Args)
TEXT ·channelPassF32AVX2(SB), NOSPLIT, $0-8
	OPEN

block:
	CMPQ channels, $8
	JLT  last
	BLOCK

row:
	VMOVUPS (d)(at*1), vd
	WHERE(LOADY, passed)
	TESTQ   add, add
	JZ      store
	VADDPS  (dst)(at*1), vd, vd

store:
	VMOVUPS vd, (dst)(at*1)
	NEXT(row)
	TESTQ   y, y
	JZ      unmasked
	ADDQ    $32, y

unmasked:
	ADVANCE(block)

last:
	TESTQ channels, channels
	JZ    done
	MASK
	BLOCK

lastrow:
	VMASKMOVPS (d)(at*1), mask, vd
	WHERE(MLOADY, lastpassed)
	TESTQ      add, add
	JZ         laststore
	VMASKMOVPS (dst)(at*1), mask, t
	VADDPS     t, vd, vd

laststore:
	VMASKMOVPS vd, mask, (dst)(at*1)
	NEXT(lastrow)

done:
	VZEROUPPER
	RET

// func channelDotsF32AVX2(args *ChannelsF32Args)
TEXT ·channelDotsF32AVX2(SB), NOSPLIT, $0-8
	OPEN
	MOVQ args+0(FP), AX
	MOVQ ChannelsF32Args_StepX(AX), stepx

block:
	CMPQ    channels, $8
	JLT     last
	BLOCK
	XORL    atx, atx
	VMOVUPS (v), vv

row:
	VMOVUPS     (d)(at*1), vd
	VFMADD231PS (x)(atx*1), vd, vv
	ADDQ        stepx, atx
	NEXT(row)
	VMOVUPS     vv, (v)
	ADVANCE(block)

last:
	TESTQ      channels, channels
	JZ         done
	MASK
	BLOCK
	XORL       atx, atx
	VMASKMOVPS (v), mask, vv

lastrow:
	VMASKMOVPS  (d)(at*1), mask, vd
	VMASKMOVPS  (x)(atx*1), mask, vx
	VFMADD231PS vx, vd, vv
	ADDQ        stepx, atx
	NEXT(lastrow)
	VMASKMOVPS  vv, mask, (v)

done:
	VZEROUPPER
	RET

// func channelTakeF32AVX2(args *ChannelsF32Args)
TEXT ·channelTakeF32AVX2(SB), NOSPLIT, $0-8
	OPEN
	MOVQ args+0(FP), AX
	MOVQ ChannelsF32Args_StepX(AX), stepx

block:
	CMPQ channels, $8
	JLT  last
	BLOCK
	XORL takex, takex

row:
	VMOVUPS (d)(at*1), vd
	VMOVUPS (y)(at*1), vy
	VCMPPS  $8, (x)(takex*1), vy, vy // equal, or NaN
	VANDPS  vy, vd, vx
	VANDNPS vd, vy, vd
	VADDPS  (dst)(takex*1), vx, vx
	VMOVUPS vx, (dst)(takex*1)
	VMOVUPS vd, (d)(at*1)
	ADDQ    stepx, takex
	NEXT(row)
	ADDQ    $32, y
	ADVANCE(block)

last:
	TESTQ channels, channels
	JZ    done
	MASK
	BLOCK
	XORL  takex, takex

lastrow:
	VMASKMOVPS (d)(at*1), mask, vd
	VMASKMOVPS (y)(at*1), mask, vy
	VMASKMOVPS (x)(takex*1), mask, vx
	VMASKMOVPS (dst)(takex*1), mask, t
	VCMPPS     $8, vx, vy, vy
	VANDPS     vy, vd, vx
	VANDNPS    vd, vy, vd
	VADDPS     t, vx, vx
	VMASKMOVPS vx, mask, (dst)(takex*1)
	VMASKMOVPS vd, mask, (d)(at*1)
	ADDQ       stepx, takex
	NEXT(lastrow)

done:
	VZEROUPPER
	RET
