//go:build !purego

// Depthwise convolution of bytes in NEON: for every pixel, rows of C bytes that
// offsets name are combined, by blocks of 32 channels. The last block reads past
// the row, as ReadPast allows, and stores what there is.
//
// Two taps of two pixels go together: SMULL and SMLAL add two products to a lane
// of 16 bits, which is as many as fit (2·128·127 = 32512), and SADDW adds the
// lane to its sum of 32 bits. Activations are flipped to bytes with a sign; what
// that takes from the sums stands before each block of weights. SDOT would need
// four taps side by side: eight ZIP for four SDOT, and twelve taps for nine, so
// it gains nothing.
//
// Source: M. Dukhan, "The Indirect Convolution Algorithm" (2019), section 4.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "round_i8_arm64.h"
#include "taps_i8_arm64.h"

#define ROWB R13 // of the second tap
#define OFF1 R15 // the second pixel's
#define OUT1 R16
#define TO1 R17
#define CUR1 R19
#define ROW1 R20
#define ROW1B R21
#define W R22
#define BIAS R23
#define SCALE R24

// WIDEN adds the 16 products in V(t), V(t+1) to V(c) to V(c+3).
#define WIDEN(t, c) \
	VSADDW4S(t, c, c); \
	VSADDW24S(t, c+1, c+1); \
	VSADDW4S(t+1, c+2, c+2); \
	VSADDW24S(t+1, c+3, c+3)

// SUMS sets V0–V3 and V8–V11, or those four after, to the bias.
#define SUMS(f0, f1, f2, f3, v0, v1, v2, v3, c) \
	FLDPQ.P 32(BIAS), (F16, F17); \
	FLDPQ.P 32(BIAS), (F18, F19); \
	FLDPQ.P 32(W), (f0, f1); \
	FLDPQ.P 32(W), (f2, f3); \
	VADD V16.S4, v0.S4, v0.S4; \
	VADD V17.S4, v1.S4, v1.S4; \
	VADD V18.S4, v2.S4, v2.S4; \
	VADD V19.S4, v3.S4, v3.S4; \
	VMOV16B(c, c+8); \
	VMOV16B(c+1, c+9); \
	VMOV16B(c+2, c+10); \
	VMOV16B(c+3, c+11)

// FIRST multiplies 16 channels of a tap, V(a) with V(w), into V(t), V(t+1), and
// SECOND adds those of the next.
#define FIRST(w, a, t) \
	VSMULL8H(w, a, t); \
	VSMULL28H(w, a, t+1)

#define SECOND(w, a, t) \
	VSMLAL8H(w, a, t); \
	VSMLAL28H(w, a, t+1)

// FLIP takes 128 from every byte.
#define FLIP(v) VEOR V28.B16, v.B16, v.B16

// FIRSTTAPS has CUR and CUR1 count TAP pairs of taps from the first.
#define FIRSTTAPS \
	MOVD OFF, CUR; \
	MOVD OFF1, CUR1; \
	LSR $1, TAPS, TAP

// TWOROWS points at the next two taps of both pixels, ONEROW at the last.
#define TWOROWS \
	LDPW (CUR), (ROW, ROWB); \
	LDPW (CUR1), (ROW1, ROW1B); \
	ADD $8, CUR; \
	ADD $8, CUR1; \
	ADD ROW.SXTW, BASE, ROW; \
	ADD ROWB.SXTW, BASE, ROWB; \
	ADD ROW1.SXTW, BASE, ROW1; \
	ADD ROW1B.SXTW, BASE, ROW1B

#define ONEROW \
	MOVW (CUR), ROW; \
	MOVW (CUR1), ROW1; \
	ADD BASE, ROW; \
	ADD BASE, ROW1

// NEGATIVE points TMP at the scales of negative sums that go with SCALE.
#define NEGATIVE \
	MOVD TapsI8Args_Scale(ARGS), CUR; \
	SUB CUR, TMP; \
	ADD SCALE, TMP; \
	VMOVI $0, V24.B16

// HALF makes bytes of 16 channels of both pixels, with such scales.
#define HALF(c, c1) \
	FLDPQ.P 32(SCALE), (F16, F17); \
	FLDPQ.P 32(SCALE), (F18, F19); \
	FLDPQ.P 32(TMP), (F20, F21); \
	FLDPQ.P 32(TMP), (F22, F23); \
	SLOPED4(16, 20, 24, 25, c); \
	SLOPED4(16, 20, 24, 25, c1)

// func depthwiseI8NEON(a *TapsI8Args)
// V0–V7 and V8–V15: sums of the two pixels. V16–V19: rows of A, of the first tap
// and the second. V20–V23: weights likewise. V24–V27: products. V28: the top bit
// of every byte. At the end of a block V16–V23: scales.
TEXT ·depthwiseI8NEON(SB), NOSPLIT, $0-8
	SHARED
	LIMITS(TapsI8Args_Zero, TapsI8Args_Lo, TapsI8Args_Hi, ARGS, TMP)
	VMOVI $0x80, V28.B16
	CMP $1, PIXELS
	BLT done

	// An odd last pixel is its own partner.
pair:
	ADD TAPS<<2, OFF, OFF1
	ADD LDO, OUT, OUT1
	CMP $2, PIXELS
	CSEL GE, OFF1, OFF, OFF1
	CSEL GE, OUT1, OUT, OUT1
	MOVD OUT, TO
	MOVD OUT1, TO1
	MOVD TapsI8Args_A(ARGS), BASE
	MOVD TapsI8Args_W(ARGS), W
	MOVD TapsI8Args_Bias(ARGS), BIAS
	MOVD TapsI8Args_Scale(ARGS), SCALE
	MOVD C, LEFT

	// 32 channels, or 17 or more.
block:
	CMP $16, LEFT
	BLE narrow
	SUMS(F0, F1, F2, F3, V0, V1, V2, V3, 0)
	SUMS(F4, F5, F6, F7, V4, V5, V6, V7, 4)
	FIRSTTAPS
	CBZ TAP, odd

	// The multiplications of 16 channels go with the sums of the 16 before, so
	// that both kinds of units have work; the last sums wait for the next round.
	VMOVI $0, V26.B16
	VMOVI $0, V27.B16

	// mca:begin depthwiseI8NEON, 2 taps of 2 pixels by 32 channels
twotaps:
	TWOROWS
	FMOVQ (ROW), F16
	FMOVQ 16(ROW), F17
	FMOVQ (ROWB), F18
	FMOVQ 16(ROWB), F19
	FMOVQ (W), F20
	FMOVQ 16(W), F21
	FMOVQ 32(W), F22
	FMOVQ 48(W), F23
	FLIP(V16)
	FLIP(V18)
	VSMULL8H(20, 16, 24)
	VSADDW4S(26, 12, 12)
	VSMULL28H(20, 16, 25)
	VSADDW24S(26, 13, 13)
	VSADDW4S(27, 14, 14)
	VSMLAL8H(22, 18, 24)
	VSADDW24S(27, 15, 15)
	VSMLAL28H(22, 18, 25)
	FLIP(V17)
	FLIP(V19)
	FMOVQ (ROW1), F16
	FMOVQ (ROW1B), F18
	VSMULL8H(21, 17, 26)
	VSADDW4S(24, 0, 0)
	VSMULL28H(21, 17, 27)
	VSADDW24S(24, 1, 1)
	VSADDW4S(25, 2, 2)
	VSMLAL8H(23, 19, 26)
	VSADDW24S(25, 3, 3)
	VSMLAL28H(23, 19, 27)
	FLIP(V16)
	FLIP(V18)
	FMOVQ 16(ROW1), F17
	FMOVQ 16(ROW1B), F19
	VSMULL8H(20, 16, 24)
	VSADDW4S(26, 4, 4)
	VSMULL28H(20, 16, 25)
	VSADDW24S(26, 5, 5)
	VSADDW4S(27, 6, 6)
	VSMLAL8H(22, 18, 24)
	VSADDW24S(27, 7, 7)
	VSMLAL28H(22, 18, 25)
	FLIP(V17)
	FLIP(V19)
	VSMULL8H(21, 17, 26)
	VSADDW4S(24, 8, 8)
	VSMULL28H(21, 17, 27)
	VSADDW24S(24, 9, 9)
	VSMLAL8H(23, 19, 26)
	VSADDW4S(25, 10, 10)
	VSMLAL28H(23, 19, 27)
	VSADDW24S(25, 11, 11)
	ADD $64, W
	SUBS $1, TAP
	BNE twotaps
	// mca:end
	WIDEN(26, 12)

odd:
	TBZ $0, TAPS, summed
	ONEROW
	FLDPQ.P 32(W), (F20, F21)
	FLDPQ (ROW), (F16, F17)
	FLDPQ (ROW1), (F18, F19)
	FLIP(V16)
	FLIP(V17)
	FIRST(20, 16, 24)
	FIRST(21, 17, 26)
	WIDEN(24, 0)
	WIDEN(26, 4)
	FLIP(V18)
	FLIP(V19)
	FIRST(20, 18, 24)
	FIRST(21, 19, 26)
	WIDEN(24, 8)
	WIDEN(26, 12)

summed:
	MOVD TapsI8Args_ScaleNeg(ARGS), TMP
	CBNZ TMP, sloped
	FLDPQ.P 32(SCALE), (F16, F17)
	FLDPQ.P 32(SCALE), (F18, F19)
	FLDPQ.P 32(SCALE), (F20, F21)
	FLDPQ.P 32(SCALE), (F22, F23)
	REQUANTISE4(16, 0)
	REQUANTISE4(20, 4)
	REQUANTISE4(16, 8)
	REQUANTISE4(20, 12)

rounded:
	SUBS $32, LEFT
	BLT partial
	FSTPQ.P (F0, F4), 32(TO)
	FSTPQ.P (F8, F12), 32(TO1)
	ADD $32, BASE
	BNE block
	JMP nextpair

	// Between 17 and 31 channels: 16, and what is past them.
partial:
	ADD $16, LEFT
	FMOVQ.P F0, 16(TO)
	FMOVQ.P F8, 16(TO1)
	VMOV V4.B16, V0.B16
	VMOV V12.B16, V8.B16
	JMP store

narrow:
	SUMS(F0, F1, F2, F3, V0, V1, V2, V3, 0)
	FIRSTTAPS
	CBZ TAP, odd16

twotaps16:
	TWOROWS
	FLDPQ.P 32(W), (F20, F21)
	FMOVQ (ROW), F16
	FMOVQ (ROW1), F17
	FMOVQ (ROWB), F18
	FMOVQ (ROW1B), F19
	FLIP(V16)
	FLIP(V17)
	FLIP(V18)
	FLIP(V19)
	FIRST(20, 16, 24)
	FIRST(20, 17, 26)
	SECOND(21, 18, 24)
	SECOND(21, 19, 26)
	WIDEN(24, 0)
	WIDEN(26, 8)
	SUBS $1, TAP
	BNE twotaps16

odd16:
	TBZ $0, TAPS, summed16
	ONEROW
	FMOVQ.P 16(W), F20
	FMOVQ (ROW), F16
	FMOVQ (ROW1), F17
	FLIP(V16)
	FLIP(V17)
	FIRST(20, 16, 24)
	FIRST(20, 17, 26)
	WIDEN(24, 0)
	WIDEN(26, 8)

summed16:
	MOVD TapsI8Args_ScaleNeg(ARGS), TMP
	CBNZ TMP, sloped16
	FLDPQ (SCALE), (F16, F17)
	FLDPQ 32(SCALE), (F18, F19)
	REQUANTISE4(16, 0)
	REQUANTISE4(16, 8)

	// The last channels, 16 or fewer.
store:
	TBZ $4, LEFT, small
	FMOVQ F0, (TO)
	FMOVQ F8, (TO1)
	JMP nextpair

small:
	STORE(V0, F0, TO, four, two, one, first)
	STORE(V8, F8, TO1, four1, two1, one1, nextpair)
	ADD TAPS<<2, OFF1, OFF
	ADD LDO, OUT1, OUT
	SUBS $2, PIXELS
	BGT pair

done:
	RET

sloped:
	NEGATIVE
	HALF(0, 8)
	HALF(4, 12)
	JMP rounded

sloped16:
	NEGATIVE
	HALF(0, 8)
	JMP store
