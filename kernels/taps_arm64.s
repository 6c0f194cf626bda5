//go:build !purego

// Depthwise convolution and pooling in NEON: for every pixel, rows of C floats
// that offsets name are combined, by blocks of 16 channels, then 4, then 1.
//
// The sums of a block stay in registers over all taps. Depthwise takes two
// pixels at a time, so that a weight is loaded once for both; an odd last
// pixel is its own partner and is computed and stored twice. A pixel's taps
// differ from block to block only by the column, so the offsets are read
// again from the first-level cache.
//
// Source: M. Dukhan, "The Indirect Convolution Algorithm" (2019), section 4.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define ARGS R0
#define BASE R1 // what offsets count from, at the block's first channel
#define OFF R2 // the pixel's offsets
#define OUT R3 // the pixel's result
#define TAPS R4
#define C R5
#define PIXELS R6
#define LDO R7
#define LEFT R8 // channels
#define TO R9 // OUT, at the block's first channel
#define TAP R10
#define CUR R11 // in OFF
#define ROW R12
// Of depthwise alone:
#define OFF1 R13 // the second pixel's
#define OUT1 R14
#define TO1 R15
#define CUR1 R16
#define ROW1 R17
#define W R19 // weights at the block's first channel
#define WROW R20 // of the tap
#define WSTRIDE R21
#define BIAS R22
#define TMP R23
#define SCALE R24 // of average pooling

// CLAMP limits V(x) to V30..V31. FMAX and FMIN hand a NaN on.
#define CLAMP(x) \
	VFMAX4S(30, x, x); \
	VFMIN4S(31, x, x)

// NEXTTAP points ROW and ROW1 at the next tap of the two pixels.
#define NEXTTAP \
	MOVW.P 4(CUR), ROW; \
	MOVW.P 4(CUR1), ROW1; \
	ADD BASE, ROW; \
	ADD BASE, ROW1

#define FIRSTTAP \
	MOVD OFF, CUR; \
	MOVD OFF1, CUR1; \
	MOVD W, WROW; \
	MOVD TAPS, TAP

// func depthwiseF32NEON(a *TapsF32Args)
// V0–V3 and V4–V7: sums of the two pixels. V16–V23: their rows of A.
// V24–V27: weights. V30, V31: Lo, Hi.
TEXT ·depthwiseF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD TapsF32Args_Off(ARGS), OFF
	MOVD TapsF32Args_Out(ARGS), OUT
	MOVD TapsF32Args_Taps(ARGS), TAPS
	MOVD TapsF32Args_C(ARGS), C
	MOVD TapsF32Args_Pixels(ARGS), PIXELS
	MOVD TapsF32Args_LDO(ARGS), LDO
	LSL $2, C, WSTRIDE
	ADD $TapsF32Args_Lo, ARGS, TMP
	VLD1R (TMP), [V30.S4]
	ADD $TapsF32Args_Hi, ARGS, TMP
	VLD1R (TMP), [V31.S4]
	CMP $1, PIXELS
	BLT done

pair:
	ADD TAPS<<2, OFF, OFF1
	ADD LDO, OUT, OUT1
	CMP $2, PIXELS
	CSEL GE, OFF1, OFF, OFF1
	CSEL GE, OUT1, OUT, OUT1
	MOVD OUT, TO
	MOVD OUT1, TO1
	MOVD TapsF32Args_A(ARGS), BASE
	MOVD TapsF32Args_W(ARGS), W
	MOVD TapsF32Args_Bias(ARGS), BIAS
	SUBS $16, C, LEFT
	BLT narrow

wide:
	VLD1.P 64(BIAS), [V0.S4, V1.S4, V2.S4, V3.S4]
	VMOV V0.B16, V4.B16
	VMOV V1.B16, V5.B16
	VMOV V2.B16, V6.B16
	VMOV V3.B16, V7.B16
	FIRSTTAP

	NEXTTAP
	FLDPQ (ROW), (F16, F17)
	FLDPQ 32(ROW), (F18, F19)
	FLDPQ (ROW1), (F20, F21)
	FLDPQ 32(ROW1), (F22, F23)
	FLDPQ (WROW), (F24, F25)
	FLDPQ 32(WROW), (F26, F27)
	SUBS $1, TAP
	BEQ lasttap

	// A register is loaded for the next tap right after its last use.
	// mca:begin depthwiseF32NEON, a tap of 2 pixels by 16 channels
widetap:
	MOVW.P 4(CUR), ROW
	VFMLA V16.S4, V24.S4, V0.S4
	VFMLA V17.S4, V25.S4, V1.S4
	MOVW.P 4(CUR1), ROW1
	VFMLA V20.S4, V24.S4, V4.S4
	ADD BASE, ROW
	FLDPQ (ROW), (F16, F17)
	VFMLA V21.S4, V25.S4, V5.S4
	ADD WSTRIDE, WROW
	FLDPQ (WROW), (F24, F25)
	ADD BASE, ROW1
	FLDPQ (ROW1), (F20, F21)
	VFMLA V18.S4, V26.S4, V2.S4
	VFMLA V19.S4, V27.S4, V3.S4
	FLDPQ 32(ROW), (F18, F19)
	VFMLA V22.S4, V26.S4, V6.S4
	VFMLA V23.S4, V27.S4, V7.S4
	FLDPQ 32(WROW), (F26, F27)
	FLDPQ 32(ROW1), (F22, F23)
	SUBS $1, TAP
	BNE widetap
	// mca:end

lasttap:
	VFMLA V16.S4, V24.S4, V0.S4
	VFMLA V17.S4, V25.S4, V1.S4
	VFMLA V18.S4, V26.S4, V2.S4
	VFMLA V19.S4, V27.S4, V3.S4
	VFMLA V20.S4, V24.S4, V4.S4
	VFMLA V21.S4, V25.S4, V5.S4
	VFMLA V22.S4, V26.S4, V6.S4
	VFMLA V23.S4, V27.S4, V7.S4
	CLAMP(0)
	CLAMP(1)
	CLAMP(2)
	CLAMP(3)
	CLAMP(4)
	CLAMP(5)
	CLAMP(6)
	CLAMP(7)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(TO)
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(TO1)
	ADD $64, BASE
	ADD $64, W
	SUBS $16, LEFT
	BGE wide

narrow:
	ADDS $12, LEFT // 16 − 4
	BLT scalar

four:
	FMOVQ.P 16(BIAS), F0
	VMOV V0.B16, V4.B16
	FIRSTTAP

fourtap:
	NEXTTAP
	FMOVQ (WROW), F24
	FMOVQ (ROW), F16
	FMOVQ (ROW1), F20
	ADD WSTRIDE, WROW
	VFMLA V16.S4, V24.S4, V0.S4
	VFMLA V20.S4, V24.S4, V4.S4
	SUBS $1, TAP
	BNE fourtap
	CLAMP(0)
	CLAMP(4)
	FMOVQ.P F0, 16(TO)
	FMOVQ.P F4, 16(TO1)
	ADD $16, BASE
	ADD $16, W
	SUBS $4, LEFT
	BGE four

scalar:
	ADDS $4, LEFT
	BEQ nextpair

one:
	FMOVS.P 4(BIAS), F0
	FMOVS F0, F4
	FIRSTTAP

onetap:
	NEXTTAP
	FMOVS (WROW), F24
	FMOVS (ROW), F16
	FMOVS (ROW1), F20
	ADD WSTRIDE, WROW
	FMADDS F16, F0, F24, F0
	FMADDS F20, F4, F24, F4
	SUBS $1, TAP
	BNE onetap
	CLAMP(0)
	CLAMP(4)
	FMOVS.P F0, 4(TO)
	FMOVS.P F4, 4(TO1)
	ADD $4, BASE
	ADD $4, W
	SUBS $1, LEFT
	BNE one

nextpair:
	ADD TAPS<<2, OFF1, OFF
	ADD LDO, OUT1, OUT
	SUBS $2, PIXELS
	BGT pair

done:
	RET

// POOL is the body of a pooling kernel. BEGIN readies a pixel, JOIN(x, y)
// takes V(x) into V(y), leaving V(x) undefined, END(y) finishes V(y).
// V0–V3: results. V16–V19: rows of A. V30: factor of the average.
#define POOL(BEGIN, JOIN, END) \
	MOVD a+0(FP), ARGS; \
	MOVD TapsF32Args_Off(ARGS), OFF; \
	MOVD TapsF32Args_Out(ARGS), OUT; \
	MOVD TapsF32Args_Taps(ARGS), TAPS; \
	MOVD TapsF32Args_C(ARGS), C; \
	MOVD TapsF32Args_Pixels(ARGS), PIXELS; \
	MOVD TapsF32Args_LDO(ARGS), LDO; \
	MOVD TapsF32Args_Scale(ARGS), SCALE; \
	CMP $1, PIXELS; \
	BLT done; \
pixel: \
	BEGIN; \
	MOVD OUT, TO; \
	MOVD TapsF32Args_A(ARGS), BASE; \
	SUBS $16, C, LEFT; \
	BLT narrow; \
wide: \
	MOVD OFF, CUR; \
	MOVW.P 4(CUR), ROW; \
	ADD BASE, ROW; \
	VLD1 (ROW), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	SUBS $1, TAPS, TAP; \
	BEQ widedone; \
widetap: \
	MOVW.P 4(CUR), ROW; \
	ADD BASE, ROW; \
	VLD1 (ROW), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	JOIN(16, 0); \
	JOIN(17, 1); \
	JOIN(18, 2); \
	JOIN(19, 3); \
	SUBS $1, TAP; \
	BNE widetap; \
widedone: \
	END(0); \
	END(1); \
	END(2); \
	END(3); \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(TO); \
	ADD $64, BASE; \
	SUBS $16, LEFT; \
	BGE wide; \
narrow: \
	ADDS $12, LEFT; \
	BLT scalar; \
four: \
	MOVD OFF, CUR; \
	MOVW.P 4(CUR), ROW; \
	ADD BASE, ROW; \
	FMOVQ (ROW), F0; \
	SUBS $1, TAPS, TAP; \
	BEQ fourdone; \
fourtap: \
	MOVW.P 4(CUR), ROW; \
	ADD BASE, ROW; \
	FMOVQ (ROW), F16; \
	JOIN(16, 0); \
	SUBS $1, TAP; \
	BNE fourtap; \
fourdone: \
	END(0); \
	FMOVQ.P F0, 16(TO); \
	ADD $16, BASE; \
	SUBS $4, LEFT; \
	BGE four; \
scalar: \
	ADDS $4, LEFT; \
	BEQ nextpixel; \
one: \
	MOVD OFF, CUR; \
	MOVW.P 4(CUR), ROW; \
	ADD BASE, ROW; \
	FMOVS (ROW), F0; \
	SUBS $1, TAPS, TAP; \
	BEQ onedone; \
onetap: \
	MOVW.P 4(CUR), ROW; \
	ADD BASE, ROW; \
	FMOVS (ROW), F16; \
	JOIN(16, 0); \
	SUBS $1, TAP; \
	BNE onetap; \
onedone: \
	END(0); \
	FMOVS.P F0, 4(TO); \
	ADD $4, BASE; \
	SUBS $1, LEFT; \
	BNE one; \
nextpixel: \
	ADD TAPS<<2, OFF; \
	ADD LDO, OUT; \
	SUBS $1, PIXELS; \
	BNE pixel; \
done: \
	RET

#define NOTHING
#define KEEP(y)

// MAXJOIN takes the greater, by comparison: unlike FMAX, a NaN in V(x) loses.
#define MAXJOIN(x, y) \
	VFCMGT4S(y, x, x+4); \
	VBIT16B(x+4, x, y)

// func maxPoolF32NEON(a *TapsF32Args)
TEXT ·maxPoolF32NEON(SB), NOSPLIT, $0-8
	POOL(NOTHING, MAXJOIN, KEEP)

#define FACTOR VLD1R.P 4(SCALE), [V30.S4]
#define AVGJOIN(x, y) VFADD4S(x, y, y)
#define AVGEND(y) VFMUL4S(30, y, y)

// func avgPoolF32NEON(a *TapsF32Args)
TEXT ·avgPoolF32NEON(SB), NOSPLIT, $0-8
	POOL(FACTOR, AVGJOIN, AVGEND)
