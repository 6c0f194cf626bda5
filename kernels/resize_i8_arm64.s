//go:build !purego

// Interpolation of bytes in NEON, 16 channels of a pixel at a time: SMULL and
// SMLAL mix the upper and the lower row, MUL and MLA the left and the right of the
// two, URSHR rounds. What is left of the channels is done by 16 that overlap those
// before.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

#define ARGS R0
#define DST R1
#define UPPER R2
#define LOWER R3
#define OFF R4
#define RIGHT R5
#define PIXELS R6
#define LAST R7 // C − 16
#define I R8 // channel
#define UPL R9 // the four neighbours
#define UPR R10
#define LOWL R11
#define LOWR R12
#define TMP R13
#define UNIT R14
#define W R15

// V28, V29: the weights of the upper and the lower row, as halfs. V30, V31: those of
// the left and the right pixel, as words.

// LOAD widens 16 bytes into halfs in lo and hi.
#define LOAD(from, lo, hi) \
	ADD I, from, TMP; \
	FMOVQ (TMP), F0; \
	VUSHLL $0, V0.B8, lo; \
	VUSHLL2 $0, V0.B16, hi

// MIX adds the weighted halfs V(u), V(u+1) and V(l), V(l+1) into words V(d) to
// V(d+3).
#define MIX(u, l, d) \
	VSMULL4S(28, u, d); \
	VSMULL24S(28, u, d+1); \
	VSMULL4S(28, u+1, d+2); \
	VSMULL24S(28, u+1, d+3); \
	VSMLAL4S(29, l, d); \
	VSMLAL24S(29, l, d+1); \
	VSMLAL4S(29, l+1, d+2); \
	VSMLAL24S(29, l+1, d+3)

// ACROSS makes a quarter of the result of the left in V(l) and the right in V(r).
#define ACROSS(l, r) \
	VMUL4S(30, l, l); \
	VMLA4S(31, r, l); \
	VURSHR4S(const_resizeI8Shift, l, l)

// func resizePixelsI8NEON(a *ResizeI8Args)
TEXT ·resizePixelsI8NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD ResizeI8Args_Dst(ARGS), DST
	MOVD ResizeI8Args_Upper(ARGS), UPPER
	MOVD ResizeI8Args_Lower(ARGS), LOWER
	MOVD ResizeI8Args_Off(ARGS), OFF
	MOVD ResizeI8Args_Right(ARGS), RIGHT
	MOVD ResizeI8Args_Pixels(ARGS), PIXELS
	MOVD ResizeI8Args_C(ARGS), LAST
	MOVW ResizeI8Args_Below(ARGS), W
	SUB  $16, LAST
	MOVD $const_ResizeI8Unit, UNIT
	VDUP W, V29.H8
	SUB  W, UNIT, W
	VDUP W, V28.H8
	CBZ  PIXELS, done

pixel:
	MOVW.P 4(OFF), UPL
	MOVW.P 4(OFF), UPR
	ADD    UPL, LOWER, LOWL
	ADD    UPR, LOWER, LOWR
	ADD    UPPER, UPL
	ADD    UPPER, UPR
	MOVW.P 4(RIGHT), W
	VDUP   W, V31.S4
	SUB    W, UNIT, W
	VDUP   W, V30.S4
	MOVD   $0, I

channels:
	LOAD(UPL, V4.H8, V5.H8)
	LOAD(LOWL, V6.H8, V7.H8)
	LOAD(UPR, V16.H8, V17.H8)
	LOAD(LOWR, V18.H8, V19.H8)
	MIX(4, 6, 20)
	MIX(16, 18, 24)
	ACROSS(20, 24)
	ACROSS(21, 25)
	ACROSS(22, 26)
	ACROSS(23, 27)
	VUZP18H(21, 20, 20)
	VUZP18H(23, 22, 22)
	VUZP116B(22, 20, 20)
	ADD   I, DST, TMP
	FMOVQ F20, (TMP)
	CMP   I, LAST
	BEQ   next
	ADD   $16, I
	CMP   LAST, I
	CSEL  GT, LAST, I, I
	JMP   channels

next:
	ADD $16, DST
	ADD LAST, DST
	SUBS $1, PIXELS
	BNE pixel

done:
	RET
