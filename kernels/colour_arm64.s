//go:build !purego

// From luma and chroma to RGB in NEON, 16 pixels at a time: structures of two or
// four are loaded apart into luma of the even and of the odd pixels, Cb and Cr,
// eight bytes each, and three vectors of colours are stored as one of pixels.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define DST R0
#define A R1
#define B R2
#define C R3
#define LEFT R4 // pixels
#define M R5
#define T R6
#define ADD0 R7
#define GAIN R8

// V24: the factor of luma. V25: of Cr in red; V26 and V27: of Cb and Cr in green,
// negative; V28: of Cb in blue. V29 to V31: what is added to red, green and blue
// and is no product with a sample.

// PROLOGUE loads arguments and constants, and ends where there is no block.
#define PROLOGUE \
	MOVD dst+0(FP), DST; \
	MOVD a+8(FP), A; \
	MOVD b+16(FP), B; \
	MOVD c+24(FP), C; \
	MOVD n+32(FP), LEFT; \
	MOVD m+40(FP), M; \
	SUBS $const_colourBlock, LEFT; \
	BLT  done; \
	MOVW YCC_Gain(M), GAIN; \
	VDUP GAIN, V24.S4; \
	MOVW YCC_Black(M), ADD0; \
	MUL  GAIN, ADD0; \
	MOVD $(1<<15), T; \
	SUB  ADD0, T, ADD0; \
	MOVW YCC_RV(M), T; \
	VDUP T, V25.S4; \
	SUB  T<<7, ADD0, T; \
	VDUP T, V29.S4; \
	MOVW YCC_GU(M), T; \
	ADD  T<<7, ADD0, GAIN; \
	NEG  T, T; \
	VDUP T, V26.S4; \
	MOVW YCC_GV(M), T; \
	ADD  T<<7, GAIN, GAIN; \
	VDUP GAIN, V30.S4; \
	NEG  T, T; \
	VDUP T, V27.S4; \
	MOVW YCC_BU(M), T; \
	VDUP T, V28.S4; \
	SUB  T<<7, ADD0, T; \
	VDUP T, V31.S4

// MERGE adds luma (V20 to V23) to what chroma gives a colour (V4 and V5), and
// holds the upper halves of the sums to bytes.
#define MERGE(to) \
	VADD4S(20, 4, 6); \
	VADD4S(21, 5, 7); \
	VADD4S(22, 4, 4); \
	VADD4S(23, 5, 5); \
	VUZP2 V7.H8, V6.H8, V6.H8; \
	VUZP2 V5.H8, V4.H8, V4.H8; \
	VSQXTUN8B(6, 6); \
	VSQXTUN8B(4, 4); \
	VZIP1 V4.B16, V6.B16, to

// CONVERT writes 16 pixels of luma of the even and of the odd pixels, Cb and Cr.
#define CONVERT(even, odd, cb, cr) \
	VUSHLL  $0, cb, V4.H8; \
	VUSHLL  $0, cr, V5.H8; \
	VUSHLL  $0, even, V6.H8; \
	VUSHLL  $0, odd, V7.H8; \
	VUSHLL  $0, V4.H4, V16.S4; \
	VUSHLL2 $0, V4.H8, V17.S4; \
	VUSHLL  $0, V5.H4, V18.S4; \
	VUSHLL2 $0, V5.H8, V19.S4; \
	VUSHLL  $0, V6.H4, V20.S4; \
	VUSHLL2 $0, V6.H8, V21.S4; \
	VUSHLL  $0, V7.H4, V22.S4; \
	VUSHLL2 $0, V7.H8, V23.S4; \
	VMUL4S(24, 20, 20); \
	VMUL4S(24, 21, 21); \
	VMUL4S(24, 22, 22); \
	VMUL4S(24, 23, 23); \
	VMOV16B(29, 4); \
	VMOV16B(29, 5); \
	VMLA4S(25, 18, 4); \
	VMLA4S(25, 19, 5); \
	MERGE(V0.B16); \
	VMOV16B(30, 4); \
	VMOV16B(30, 5); \
	VMLA4S(26, 16, 4); \
	VMLA4S(26, 17, 5); \
	VMLA4S(27, 18, 4); \
	VMLA4S(27, 19, 5); \
	MERGE(V1.B16); \
	VMOV16B(31, 4); \
	VMOV16B(31, 5); \
	VMLA4S(28, 16, 4); \
	VMLA4S(28, 17, 5); \
	MERGE(V2.B16); \
	VST3.P [V0.B16, V1.B16, V2.B16], 48(DST)

// func yuyvBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·yuyvBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

block:
	VLD4.P 32(A), [V0.B8, V1.B8, V2.B8, V3.B8]
	CONVERT(V0.B8, V2.B8, V1.B8, V3.B8)
	SUBS $const_colourBlock, LEFT
	BGE  block

done:
	RET

// func uyvyBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·uyvyBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

block:
	VLD4.P 32(A), [V0.B8, V1.B8, V2.B8, V3.B8]
	CONVERT(V1.B8, V3.B8, V0.B8, V2.B8)
	SUBS $const_colourBlock, LEFT
	BGE  block

done:
	RET

// func colourPairBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·colourPairBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

block:
	VLD2.P 16(A), [V0.B8, V1.B8]
	VLD2.P 16(B), [V2.B8, V3.B8]
	CONVERT(V0.B8, V1.B8, V2.B8, V3.B8)
	SUBS $const_colourBlock, LEFT
	BGE  block

done:
	RET

// func colourPlaneBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·colourPlaneBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

block:
	VLD2.P 16(A), [V0.B8, V1.B8]
	VLD1.P 8(B), [V2.B8]
	VLD1.P 8(C), [V3.B8]
	CONVERT(V0.B8, V1.B8, V2.B8, V3.B8)
	SUBS $const_colourBlock, LEFT
	BGE  block

done:
	RET
