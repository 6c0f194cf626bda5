//go:build !purego

// Pooling of bytes in NEON: for every pixel, rows of C bytes that offsets name
// are combined, by blocks of 32 channels. The last block reads past the row, as
// ReadPast allows, and stores what there is.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "round_i8_arm64.h"
#include "taps_i8_arm64.h"

#define SCALE R15 // of average pooling
#define MORE R16 // taps after those that 16 bits can hold

// BLOCK32 stores V0, V1 as the next 32 channels, or as many as are left, and
// goes on to the next block or pixel.
#define BLOCK32 \
	SUBS $32, LEFT; \
	BLT partial; \
	FSTPQ.P (F0, F1), 32(TO); \
	ADD $32, BASE; \
	BNE block; \
	JMP nextpixel; \
partial: \
	TBZ $4, LEFT, small; \
	FMOVQ.P F0, 16(TO); \
	VMOV V1.B16, V0.B16; \
small: \
	STORE(V0, F0, TO, four, two, one, nextpixel); \
	ADD TAPS<<2, OFF; \
	ADD LDO, OUT; \
	SUBS $1, PIXELS; \
	BNE pixel

// func maxPoolI8NEON(a *TapsI8Args)
// V0, V1: results. V16, V17: rows of A.
TEXT ·maxPoolI8NEON(SB), NOSPLIT, $0-8
	SHARED
	CMP $1, PIXELS
	BLT done

pixel:
	MOVD OUT, TO
	MOVD TapsI8Args_A(ARGS), BASE
	MOVD C, LEFT

block:
	MOVD OFF, CUR
	MOVD TAPS, TAP
	VMOVI $0, V0.B16
	VMOVI $0, V1.B16

tap:
	MOVW.P 4(CUR), ROW
	ADD BASE, ROW
	FLDPQ (ROW), (F16, F17)
	VUMAX V16.B16, V0.B16, V0.B16
	VUMAX V17.B16, V1.B16, V1.B16
	SUBS $1, TAP
	BNE tap
	BLOCK32

done:
	RET

// func avgPoolI8NEON(a *TapsI8Args)
// V0–V3: sums of up to 256 taps in 16 bits. V16–V23: sums. V24, V25: rows of A.
// V26: the pixel's factor. V27: Offset.
TEXT ·avgPoolI8NEON(SB), NOSPLIT, $0-8
	SHARED
	LIMITS(TapsI8Args_Zero, TapsI8Args_Lo, TapsI8Args_Hi, ARGS, TMP)
	ADD $TapsI8Args_Offset, ARGS, TMP
	VLD1R (TMP), [V27.S4]
	MOVD TapsI8Args_Scale(ARGS), SCALE
	CMP $1, PIXELS
	BLT done

pixel:
	VLD1R.P 4(SCALE), [V26.S4]
	MOVD OUT, TO
	MOVD TapsI8Args_A(ARGS), BASE
	MOVD C, LEFT

block:
	MOVD OFF, CUR
	MOVD TAPS, MORE
	VMOV V27.B16, V16.B16
	VMOV V27.B16, V17.B16
	VMOV V27.B16, V18.B16
	VMOV V27.B16, V19.B16
	VMOV V27.B16, V20.B16
	VMOV V27.B16, V21.B16
	VMOV V27.B16, V22.B16
	VMOV V27.B16, V23.B16

some:
	MOVD $256, TMP
	CMP TMP, MORE
	CSEL LT, MORE, TMP, TAP
	SUB TAP, MORE
	VMOVI $0, V0.B16
	VMOVI $0, V1.B16
	VMOVI $0, V2.B16
	VMOVI $0, V3.B16

tap:
	MOVW.P 4(CUR), ROW
	ADD BASE, ROW
	FLDPQ (ROW), (F24, F25)
	VUADDW V24.B8, V0.H8, V0.H8
	VUADDW2 V24.B16, V1.H8, V1.H8
	VUADDW V25.B8, V2.H8, V2.H8
	VUADDW2 V25.B16, V3.H8, V3.H8
	SUBS $1, TAP
	BNE tap
	VUADDW V0.H4, V16.S4, V16.S4
	VUADDW2 V0.H8, V17.S4, V17.S4
	VUADDW V1.H4, V18.S4, V18.S4
	VUADDW2 V1.H8, V19.S4, V19.S4
	VUADDW V2.H4, V20.S4, V20.S4
	VUADDW2 V2.H8, V21.S4, V21.S4
	VUADDW V3.H4, V22.S4, V22.S4
	VUADDW2 V3.H8, V23.S4, V23.S4
	CBNZ MORE, some

	VMOV V26.B16, V4.B16
	VMOV V26.B16, V5.B16
	VMOV V26.B16, V6.B16
	VMOV V26.B16, V7.B16
	REQUANTISE4(4, 16)
	REQUANTISE4(4, 20)
	VMOV V16.B16, V0.B16
	VMOV V20.B16, V1.B16
	BLOCK32

done:
	RET
