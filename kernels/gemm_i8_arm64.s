//go:build !purego

// The indirect product of bytes in NEON: tiles of 8 rows by 8 columns, once
// with SDOT and once without. The 16 sums of four stay in registers.
//
// Both multiply bytes with a sign. Flipping the top bit of an activation takes
// 128 from it; what that takes from the sums stands before each panel of B and
// is added to the bias.
//
// With SDOT, 16 steps of K are 64 SDOT by element, four products to a lane,
// against 16 loads of a quadword and 8 flips.
//
// Without it, SMULL and SMLAL2 add two products to a lane of 16 bits, which is
// as many as fit: 2·128·127 = 32512. SADALP then adds pairs of lanes to the
// sums. A lane pair is a column, so a row of A must meet B in every turn of four
// by pairs of K: three EXT of the row instead of a DUP for each pair, because
// pack_i8_arm64.go lays B out turned the other way. 16 steps of K are
// 128 multiplications and 64 SADALP against 16 loads, 8 flips and 24 EXT.
//
// Source: M. Dukhan, "The Indirect Convolution Algorithm" (2019) for the
// offsets.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "round_i8_arm64.h"
#include "gemm_i8_arm64.h"

// DOTROW adds row m's product of one step: group i of V(a) with B in V(b), V(b+1).
#define DOTROW(a, i, b, c) \
	VSDOTE4S(a, i, b, c); \
	VSDOTE4S(a, i, b+1, c+1)

// DOT adds all rows' products of step i, with B in V(b), V(b+1).
#define DOT(i, b) \
	DOTROW(16, i, b, 0); \
	DOTROW(17, i, b, 2); \
	DOTROW(18, i, b, 4); \
	DOTROW(19, i, b, 6); \
	DOTROW(20, i, b, 8); \
	DOTROW(21, i, b, 10); \
	DOTROW(22, i, b, 12); \
	DOTROW(23, i, b, 14)

#define FLIPROWS \
	VEOR V31.B16, V16.B16, V16.B16; \
	VEOR V31.B16, V17.B16, V17.B16; \
	VEOR V31.B16, V18.B16, V18.B16; \
	VEOR V31.B16, V19.B16, V19.B16; \
	VEOR V31.B16, V20.B16, V20.B16; \
	VEOR V31.B16, V21.B16, V21.B16; \
	VEOR V31.B16, V22.B16, V22.B16; \
	VEOR V31.B16, V23.B16, V23.B16

// func gemmI8DotProd8x8(a *GemmI8Args)
// V16–V23: A, 16 steps of K of rows 0–7. V24–V27: B of two steps of four.
TEXT ·gemmI8DotProd8x8(SB), NOSPLIT, $0-8
	BEGIN
	ADD $3, K
	UBFX $2, K, $2, REST
	LSR $4, K

	// The next 16 bytes of each row are always loaded, also where no group
	// follows: at most 19 bytes past the row, and ReadPast allows them.
dottap:
	TAPROWS
	FMOVQ.P 16(ROW0), F16
	FMOVQ.P 16(ROW1), F17
	FMOVQ.P 16(ROW2), F18
	FMOVQ.P 16(ROW3), F19
	FMOVQ.P 16(ROW4), F20
	FMOVQ.P 16(ROW5), F21
	FMOVQ.P 16(ROW6), F22
	FMOVQ.P 16(ROW7), F23
	CBZ K, dotrest
	MOVD K, KLEFT

	// mca:begin gemmI8DotProd8x8, 16 steps of K
dotgroup:
	FLDPQ (B), (F24, F25)
	FLDPQ 32(B), (F26, F27)
	FLIPROWS
	DOT(0, 24)
	FLDPQ 64(B), (F24, F25)
	DOT(1, 26)
	FLDPQ 96(B), (F26, F27)
	ADD $128, B
	DOT(2, 24)
	DOTROW(16, 3, 26, 0)
	FMOVQ.P 16(ROW0), F16
	DOTROW(17, 3, 26, 2)
	FMOVQ.P 16(ROW1), F17
	DOTROW(18, 3, 26, 4)
	FMOVQ.P 16(ROW2), F18
	DOTROW(19, 3, 26, 6)
	FMOVQ.P 16(ROW3), F19
	DOTROW(20, 3, 26, 8)
	FMOVQ.P 16(ROW4), F20
	DOTROW(21, 3, 26, 10)
	FMOVQ.P 16(ROW5), F21
	DOTROW(22, 3, 26, 12)
	FMOVQ.P 16(ROW6), F22
	DOTROW(23, 3, 26, 14)
	FMOVQ.P 16(ROW7), F23
	SUBS $1, KLEFT
	BNE dotgroup
	// mca:end

dotrest:
	CBZ REST, dotnext
	FLDPQ.P 32(B), (F24, F25)
	FLIPROWS
	DOT(0, 24)
	CMP $2, REST
	BLT dotnext
	FLDPQ.P 32(B), (F24, F25)
	DOT(1, 24)
	BEQ dotnext
	FLDPQ.P 32(B), (F24, F25)
	DOT(2, 24)

dotnext:
	SUBS $1, TAPS
	BNE dottap
	JMP store8x8<>(SB)

// MULROW adds a row's products of 16 steps of K to V(c), V(c+1). The row is in
// V28 and, turned once, in V29; at the end the next one is.
#define MULROW(next, c) \
	VSMULL8H(16, 28, 24); \
	VSMULL8H(17, 28, 25); \
	VEXT $4, V28.B16, V28.B16, V30.B16; \
	VSMULL8H(18, 29, 26); \
	VSMULL8H(19, 29, 27); \
	VSMLAL28H(16, 28, 24); \
	VSMLAL28H(17, 28, 25); \
	VSMLAL28H(18, 29, 26); \
	VSMLAL28H(19, 29, 27); \
	VEXT $6, V28.B16, V28.B16, V29.B16; \
	FMOVQ.P 16(next), F28; \
	VSADALP4S(24, c); \
	VSADALP4S(25, c+1); \
	VSADALP4S(26, c); \
	VSADALP4S(27, c+1); \
	VSMULL8H(20, 30, 24); \
	VSMULL8H(21, 30, 25); \
	VSMULL8H(22, 29, 26); \
	VSMULL8H(23, 29, 27); \
	VEOR V31.B16, V28.B16, V28.B16; \
	VSMLAL28H(20, 30, 24); \
	VSMLAL28H(21, 30, 25); \
	VSMLAL28H(22, 29, 26); \
	VSMLAL28H(23, 29, 27); \
	VEXT $2, V28.B16, V28.B16, V29.B16; \
	VSADALP4S(24, c); \
	VSADALP4S(25, c+1); \
	VSADALP4S(26, c); \
	VSADALP4S(27, c+1)

// func gemmI8NEON8x8(a *GemmI8Args)
// V16–V23: B, 16 steps of K; turn s has columns 0–3 in V(16+2s), 4–7 in
// V(17+2s). V24–V27: products. V28–V30: the row of A and its turns.
TEXT ·gemmI8NEON8x8(SB), NOSPLIT, $0-8
	BEGIN
	ADD $15, K
	LSR $4, K

	// Row 0 is loaded a group ahead: at most 31 bytes past it.
tap:
	TAPROWS
	FMOVQ.P 16(ROW0), F28
	VEOR V31.B16, V28.B16, V28.B16
	VEXT $2, V28.B16, V28.B16, V29.B16
	MOVD K, KLEFT

	// mca:begin gemmI8NEON8x8, 16 steps of K
group:
	FLDPQ (B), (F16, F17)
	FLDPQ 32(B), (F18, F19)
	FLDPQ 64(B), (F20, F21)
	FLDPQ 96(B), (F22, F23)
	ADD $128, B
	MULROW(ROW1, 0)
	MULROW(ROW2, 2)
	MULROW(ROW3, 4)
	MULROW(ROW4, 6)
	MULROW(ROW5, 8)
	MULROW(ROW6, 10)
	MULROW(ROW7, 12)
	MULROW(ROW0, 14)
	SUBS $1, KLEFT
	BNE group
	// mca:end

	SUBS $1, TAPS
	BNE tap
	JMP store8x8<>(SB)

// NEXTROW points row to the one after prev, or to prev where m is past M, so
// that rows past M are those of the last.
#define NEXTROW(m, prev, row) \
	ADD STRIDE, prev, row; \
	CMP $m, M; \
	CSEL GT, row, prev, row

// SCALED multiplies row m's sums with the scales in V16, V17.
#define SCALED(c) \
	VSCVTF4S(c, c); \
	VSCVTF4S(c+1, c+1); \
	VFMUL4S(16, c, c); \
	VFMUL4S(17, c+1, c+1)

// BIASED adds V18, V19 to row m.
#define BIASED(c) \
	VFADD4S(18, c, c); \
	VFADD4S(19, c+1, c+1)

// TWOROWS requantises two rows of sums into the 16 bytes of V(c).
#define TWOROWS(c) \
	REQUANTISE(16, c); \
	REQUANTISE(17, c+1); \
	REQUANTISE(16, c+2); \
	REQUANTISE(17, c+3); \
	PACK16(c, c+1, c+2, c+3)

// TWOSLOPED is TWOROWS with the scales in V18, V19 for negative sums.
#define TWOSLOPED(c) \
	SLOPED(16, 18, 20, 21, c); \
	SLOPED(17, 19, 20, 21, c+1); \
	SLOPED(16, 18, 20, 21, c+2); \
	SLOPED(17, 19, 20, 21, c+3); \
	PACK16(c, c+1, c+2, c+3)

// The end of both products: the sums in V0–V15 become what is asked for. The
// kernels jump here, so the frame is that of their caller.
TEXT store8x8<>(SB), NOSPLIT, $256-8
	MOVD GemmI8Args_M(ARGS), M
	MOVD GemmI8Args_N(ARGS), N
	MOVD GemmI8Args_LDC(ARGS), STRIDE
	MOVD $tile-256(SP), FROM
	MOVD GemmI8Args_I32(ARGS), TO
	CBNZ TO, words
	MOVD GemmI8Args_Scale(ARGS), TMP
	FLDPQ (TMP), (F16, F17)
	MOVD GemmI8Args_F32(ARGS), TO
	CBNZ TO, floats

	LIMITS(GemmI8Args_Zero, GemmI8Args_Lo, GemmI8Args_Hi, ARGS, TMP)
	MOVD GemmI8Args_ScaleNeg(ARGS), TMP
	CBNZ TMP, sloped
	TWOROWS(0)
	TWOROWS(4)
	TWOROWS(8)
	TWOROWS(12)

bytes:
	MOVD GemmI8Args_C(ARGS), TO
	CMP $8, N
	BNE narrow
	MOVD TO, ROW0
	NEXTROW(1, ROW0, ROW1)
	NEXTROW(2, ROW1, ROW2)
	NEXTROW(3, ROW2, ROW3)
	NEXTROW(4, ROW3, ROW4)
	NEXTROW(5, ROW4, ROW5)
	NEXTROW(6, ROW5, ROW6)
	NEXTROW(7, ROW6, ROW7)

	// Downwards: what rows past M put in the last row, the last row overwrites.
	VST1 V12.D[1], (ROW7)
	FMOVD F12, (ROW6)
	VST1 V8.D[1], (ROW5)
	FMOVD F8, (ROW4)
	VST1 V4.D[1], (ROW3)
	FMOVD F4, (ROW2)
	VST1 V0.D[1], (ROW1)
	FMOVD F0, (ROW0)
	RET

sloped:
	FLDPQ (TMP), (F18, F19)
	VMOVI $0, V20.B16
	TWOSLOPED(0)
	TWOSLOPED(4)
	TWOSLOPED(8)
	TWOSLOPED(12)
	JMP bytes

narrow:
	FSTPQ (F0, F4), (FROM)
	FSTPQ (F8, F12), 32(FROM)
	MOVD $8, STEP
	JMP row

floats:
	SCALED(0)
	SCALED(2)
	SCALED(4)
	SCALED(6)
	SCALED(8)
	SCALED(10)
	SCALED(12)
	SCALED(14)
	MOVD GemmI8Args_BiasF(ARGS), TMP
	CBZ TMP, words
	FLDPQ (TMP), (F18, F19)
	BIASED(0)
	BIASED(2)
	BIASED(4)
	BIASED(6)
	BIASED(8)
	BIASED(10)
	BIASED(12)
	BIASED(14)

words:
	FSTPQ (F0, F1), (FROM)
	FSTPQ (F2, F3), 32(FROM)
	FSTPQ (F4, F5), 64(FROM)
	FSTPQ (F6, F7), 96(FROM)
	FSTPQ (F8, F9), 128(FROM)
	FSTPQ (F10, F11), 160(FROM)
	FSTPQ (F12, F13), 192(FROM)
	FSTPQ (F14, F15), 224(FROM)
	LSL $2, N
	MOVD $32, STEP

	// Out of the frame, row by row, N bytes by powers of two.
row:
	MOVD FROM, ROW0
	MOVD TO, ROW1
	TBZ $5, N, sixteen
	FLDPQ (ROW0), (F0, F1)
	FSTPQ (F0, F1), (ROW1)

sixteen:
	TBZ $4, N, eight
	FMOVQ.P 16(ROW0), F0
	FMOVQ.P F0, 16(ROW1)

eight:
	TBZ $3, N, four
	FMOVD.P 8(ROW0), F0
	FMOVD.P F0, 8(ROW1)

four:
	TBZ $2, N, two
	FMOVS.P 4(ROW0), F0
	FMOVS.P F0, 4(ROW1)

two:
	TBZ $1, N, one
	MOVHU.P 2(ROW0), TMP
	MOVH.P TMP, 2(ROW1)

one:
	TBZ $0, N, nextrow
	MOVBU (ROW0), TMP
	MOVB TMP, (ROW1)

nextrow:
	ADD STEP, FROM
	ADD STRIDE, TO
	SUBS $1, M
	BNE row
	RET
