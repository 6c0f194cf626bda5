//go:build !purego

// From rows of pictures to a network's input in NEON.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define ARGS R0
#define DST R1
#define SRC R2
#define START R3
#define WEIGHT R4
#define LEFT R5 // positions left
#define TAPS R6
#define TAP R7 // taps left
#define FROM R8
#define T R9

// func samplePixelsI8(a *SampleI8Args)
// A position reads a byte past its taps and writes four past its sample.
TEXT ·samplePixelsI8(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD SampleI8Args_Dst(ARGS), DST
	MOVD SampleI8Args_A(ARGS), SRC
	MOVD SampleI8Args_Start(ARGS), START
	MOVD SampleI8Args_Weights(ARGS), WEIGHT
	MOVD SampleI8Args_N(ARGS), LEFT
	MOVD SampleI8Args_Taps(ARGS), TAPS
	MOVD $(1<<(const_SampleShift-1)), T
	VDUP T, V31.S4

position:
	MOVW.P 4(START), FROM
	ADD    FROM<<1, FROM, FROM
	ADD    SRC, FROM
	MOVD   TAPS, TAP
	VMOV16B(31, 2)

tap:
	FMOVS   (FROM), F0 // three bytes of the pixel and one of the next
	ADD     $3, FROM
	VLD1R.P 4(WEIGHT), [V1.S4]
	VUSHLL  $0, V0.B8, V0.H8
	VUSHLL  $0, V0.H4, V0.S4
	VMLA4S(1, 0, 2)
	SUBS    $1, TAP
	BNE     tap

	VSSHR4S(const_SampleShift, 2, 2)
	VST1 [V2.S4], (DST)
	ADD  $12, DST
	SUBS $1, LEFT
	BNE  position
	RET

// func mixI32Vector(a *MixI32Args)
TEXT ·mixI32Vector(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD MixI32Args_Dst(ARGS), DST
	MOVD MixI32Args_A(ARGS), R2
	MOVD MixI32Args_B(ARGS), R3
	MOVW MixI32Args_WA(ARGS), R6
	MOVW MixI32Args_WB(ARGS), R7
	MOVD MixI32Args_N(ARGS), LEFT
	VDUP R6, V30.S4
	VDUP R7, V31.S4
	SUBS $8, LEFT
	BLT  rest

eight:
	VLD1.P 32(R2), [V0.S4, V1.S4]
	VLD1.P 32(R3), [V2.S4, V3.S4]
	VMUL4S(30, 0, 0)
	VMUL4S(30, 1, 1)
	VMLA4S(31, 2, 0)
	VMLA4S(31, 3, 1)
	VST1.P [V0.S4, V1.S4], 32(DST)
	SUBS   $8, LEFT
	BGE    eight

rest:
	ADDS $8, LEFT
	BEQ  done

one:
	MOVW.P 4(R2), R8
	MOVW.P 4(R3), R9
	MULW   R6, R8, R8
	MULW   R7, R9, R9
	ADDW   R9, R8, R8
	MOVW.P R8, 4(DST)
	SUBS   $1, LEFT
	BNE    one

done:
	RET

// FACTORS leaves the factors of red, green and blue in V24 to V26, and what is
// added in V27 to V29.
#define FACTORS \
	ADD     $ScaleI32Args_Mul, ARGS, T; \
	VLD1R.P 4(T), [V24.S4]; \
	VLD1R.P 4(T), [V25.S4]; \
	VLD1R   (T), [V26.S4]; \
	ADD     $ScaleI32Args_Add, ARGS, T; \
	VLD1R.P 4(T), [V27.S4]; \
	VLD1R.P 4(T), [V28.S4]; \
	VLD1R   (T), [V29.S4]

// FLOATS makes V(d) and the two after it of four pixels; the product and the sum
// each round.
#define FLOATS(d) \
	VSCVTF4S(d, d); \
	VSCVTF4S(d+1, d+1); \
	VSCVTF4S(d+2, d+2); \
	VFMUL4S(24, d, d); \
	VFMUL4S(25, d+1, d+1); \
	VFMUL4S(26, d+2, d+2); \
	VFADD4S(27, d, d); \
	VFADD4S(28, d+1, d+1); \
	VFADD4S(29, d+2, d+2)

// func planesOf8I32(a *ScaleI32Args)
TEXT ·planesOf8I32(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD ScaleI32Args_A(ARGS), SRC
	MOVD ScaleI32Args_Dst(ARGS), DST
	MOVD (ScaleI32Args_Dst+8)(ARGS), R3
	MOVD (ScaleI32Args_Dst+16)(ARGS), R4
	MOVD ScaleI32Args_N(ARGS), LEFT
	FACTORS
	SUBS $8, LEFT
	BLT  done

eight:
	VLD3.P 48(SRC), [V0.S4, V1.S4, V2.S4]
	VLD3.P 48(SRC), [V4.S4, V5.S4, V6.S4]
	FLOATS(0)
	FLOATS(4)
	VST1.P [V0.S4], 16(DST)
	VST1.P [V4.S4], 16(DST)
	VST1.P [V1.S4], 16(R3)
	VST1.P [V5.S4], 16(R3)
	VST1.P [V2.S4], 16(R4)
	VST1.P [V6.S4], 16(R4)
	SUBS   $8, LEFT
	BGE    eight

done:
	RET

// func pixelsOf8I32(a *ScaleI32Args)
TEXT ·pixelsOf8I32(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD ScaleI32Args_A(ARGS), SRC
	MOVD ScaleI32Args_Dst(ARGS), DST
	MOVD ScaleI32Args_N(ARGS), LEFT
	FACTORS
	SUBS $8, LEFT
	BLT  done

eight:
	VLD3.P 48(SRC), [V0.S4, V1.S4, V2.S4]
	VLD3.P 48(SRC), [V4.S4, V5.S4, V6.S4]
	FLOATS(0)
	FLOATS(4)
	VST3.P [V0.S4, V1.S4, V2.S4], 48(DST)
	VST3.P [V4.S4, V5.S4, V6.S4], 48(DST)
	SUBS   $8, LEFT
	BGE    eight

done:
	RET
