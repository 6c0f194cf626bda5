//go:build !purego

// Element-wise arithmetic on bytes in NEON, 16 at a time. What is left at the
// end goes through the frame: a copy of it is computed as a whole vector, and
// as much of the result as counts is copied back.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "round_i8_arm64.h"

#define ARGS R0
#define DST R1
#define A R2
#define B R3
#define N R4
#define TMP R5
#define LEFT R6 // elements at the end, fewer than 16
#define REAL R7 // where the result belongs that lies in the frame
#define FROM R8
#define TO R9
// V16, V17: ZeroA and ZeroB, 16 times. V18, V19: ScaleA and ScaleB.
// The frame: A, or floats, at 0; B at 64; the result at 80.

// CONSTANT fills a register with a field of the arguments.
#define CONSTANT(field, lanes) \
	ADD $field, ARGS, TMP; \
	VLD1R (TMP), lanes

// SIXTEENS does BODY for every 16 elements. KEEP copies the rest into the frame
// and sets A and B to it; GIVE copies the rest's result to REAL.
#define SIXTEENS(BODY, KEEP, GIVE) \
	MOVD ElementI8Args_N(ARGS), N; \
	MOVD $0, REAL; \
	SUBS $16, N; \
	BLT rest; \
sixteen: \
	BODY; \
	SUBS $16, N; \
	BGE sixteen; \
	CBNZ REAL, give; \
rest: \
	ADDS $16, N, LEFT; \
	BEQ done; \
	KEEP; \
	MOVD DST, REAL; \
	MOVD $scratch-64(SP), DST; \
	MOVD $0, N; \
	JMP sixteen; \
give: \
	MOVD $scratch-64(SP), FROM; \
	MOVD REAL, TO; \
	GIVE; \
done: \
	RET

// BYTES copies LEFT bytes.
#define BYTES(four, two, one, end) \
	TBZ $3, LEFT, four; \
	FMOVD.P 8(FROM), F0; \
	FMOVD.P F0, 8(TO); \
four: \
	TBZ $2, LEFT, two; \
	FMOVS.P 4(FROM), F0; \
	FMOVS.P F0, 4(TO); \
two: \
	TBZ $1, LEFT, one; \
	MOVHU.P 2(FROM), TMP; \
	MOVH.P TMP, 2(TO); \
one: \
	TBZ $0, LEFT, end; \
	MOVBU (FROM), TMP; \
	MOVB TMP, (TO); \
end:

// FLOATS copies LEFT floats.
#define FLOATS(four, two, one, end) \
	TBZ $3, LEFT, four; \
	FLDPQ.P 32(FROM), (F0, F1); \
	FSTPQ.P (F0, F1), 32(TO); \
four: \
	TBZ $2, LEFT, two; \
	FMOVQ.P 16(FROM), F0; \
	FMOVQ.P F0, 16(TO); \
two: \
	TBZ $1, LEFT, one; \
	FMOVD.P 8(FROM), F0; \
	FMOVD.P F0, 8(TO); \
one: \
	TBZ $0, LEFT, end; \
	FMOVS (FROM), F0; \
	FMOVS F0, (TO); \
end:

#define GIVEBYTES BYTES(givefour, givetwo, giveone, given)
#define GIVEFLOATS FLOATS(givefour, givetwo, giveone, given)

#define KEEPA(COPY) \
	MOVD A, FROM; \
	MOVD $scratch-144(SP), TO; \
	COPY(four, two, one, kept); \
	MOVD $scratch-144(SP), A

#define KEEPBYTES KEEPA(BYTES)
#define KEEPFLOATS KEEPA(FLOATS)

#define KEEPBOTH \
	KEEPBYTES; \
	MOVD B, FROM; \
	MOVD $scratch-80(SP), TO; \
	BYTES(four1, two1, one1, kept1); \
	MOVD $scratch-80(SP), B

// LESS takes the zero point in V(z) from the 16 bytes in V(x), into halfs in
// V(y), V(y+1).
#define LESS(z, x, y) \
	VUSUBL8H(z, x, y); \
	VUSUBL28H(z, x, y+1)

// FLOAT makes floats in V(y) to V(y+3) of the halfs in V(x), V(x+1).
#define FLOAT(x, y) \
	VSXTL4S(x, y); \
	VSXTL24S(x, y+1); \
	VSXTL4S(x+1, y+2); \
	VSXTL24S(x+1, y+3); \
	EACH(CONVERT, y, y)

// EACH does OP for four vectors, from V(x) on and into V(y) on.
#define EACH(OP, x, y) \
	OP(x, y); \
	OP(x+1, y+1); \
	OP(x+2, y+2); \
	OP(x+3, y+3)

#define CONVERT(x, y) VSCVTF4S(x, y)
#define SCALEA(x, y) VFMUL4S(18, x, y)
#define SCALEB(x, y) VFMUL4S(19, x, y)
#define PLUS(x, y) VFADD4S(x, y, y)
#define WHOLE(x, y) ROUND(y)

// BYTESOUT stores V0–V3, rounded and limited.
#define BYTESOUT \
	EACH(WHOLE, 0, 0); \
	PACK16(0, 1, 2, 3); \
	FMOVQ.P F0, 16(DST)

#define ADDBODY \
	FMOVQ.P 16(A), F20; \
	FMOVQ.P 16(B), F21; \
	LESS(16, 20, 22); \
	LESS(17, 21, 24); \
	FLOAT(22, 0); \
	FLOAT(24, 4); \
	EACH(SCALEA, 0, 0); \
	EACH(SCALEB, 4, 4); \
	EACH(PLUS, 4, 0); \
	BYTESOUT

#define OPERANDS \
	MOVD a+0(FP), ARGS; \
	MOVD ElementI8Args_Dst(ARGS), DST; \
	MOVD ElementI8Args_A(ARGS), A; \
	MOVD ElementI8Args_B(ARGS), B; \
	CONSTANT(ElementI8Args_ZeroA, [V16.B16]); \
	CONSTANT(ElementI8Args_ScaleA, [V18.S4])

#define RESULT LIMITS(ElementI8Args_Zero, ElementI8Args_Lo, ElementI8Args_Hi, ARGS, TMP)

// func addI8NEON(a *ElementI8Args)
TEXT ·addI8NEON(SB), NOSPLIT, $144-8
	OPERANDS
	RESULT
	CONSTANT(ElementI8Args_ZeroB, [V17.B16])
	CONSTANT(ElementI8Args_ScaleB, [V19.S4])
	SIXTEENS(ADDBODY, KEEPBOTH, GIVEBYTES)

// Both factors are within ±255, so halfs hold them and SMULL is exact.
#define MULBODY \
	FMOVQ.P 16(A), F20; \
	FMOVQ.P 16(B), F21; \
	LESS(16, 20, 22); \
	LESS(17, 21, 24); \
	VSMULL4S(24, 22, 0); \
	VSMULL24S(24, 22, 1); \
	VSMULL4S(25, 23, 2); \
	VSMULL24S(25, 23, 3); \
	EACH(CONVERT, 0, 0); \
	EACH(SCALEA, 0, 0); \
	BYTESOUT

// func mulI8NEON(a *ElementI8Args)
TEXT ·mulI8NEON(SB), NOSPLIT, $144-8
	OPERANDS
	RESULT
	CONSTANT(ElementI8Args_ZeroB, [V17.B16])
	SIXTEENS(MULBODY, KEEPBOTH, GIVEBYTES)

// A quarter of the table serves indices below 64; others give 0.
#define TABLEBODY \
	FMOVQ.P 16(A), F0; \
	VSUB V7.B16, V0.B16, V1.B16; \
	VSUB V7.B16, V1.B16, V2.B16; \
	VSUB V7.B16, V2.B16, V3.B16; \
	VTBL V0.B16, [V16.B16, V17.B16, V18.B16, V19.B16], V0.B16; \
	VTBL V1.B16, [V20.B16, V21.B16, V22.B16, V23.B16], V1.B16; \
	VTBL V2.B16, [V24.B16, V25.B16, V26.B16, V27.B16], V2.B16; \
	VTBL V3.B16, [V28.B16, V29.B16, V30.B16, V31.B16], V3.B16; \
	VORR V1.B16, V0.B16, V0.B16; \
	VORR V3.B16, V2.B16, V2.B16; \
	VORR V2.B16, V0.B16, V0.B16; \
	FMOVQ.P F0, 16(DST)

// func tableI8NEON(a *ElementI8Args)
// V7: 64. V16–V31: the table.
TEXT ·tableI8NEON(SB), NOSPLIT, $144-8
	MOVD a+0(FP), ARGS
	MOVD ElementI8Args_Dst(ARGS), DST
	MOVD ElementI8Args_A(ARGS), A
	MOVD ElementI8Args_N(ARGS), N
	CBZ N, done // and perhaps no table
	MOVD ElementI8Args_Table(ARGS), TMP
	VLD1.P 64(TMP), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(TMP), [V20.B16, V21.B16, V22.B16, V23.B16]
	VLD1.P 64(TMP), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(TMP), [V28.B16, V29.B16, V30.B16, V31.B16]
	VMOVI $64, V7.B16
	SIXTEENS(TABLEBODY, KEEPBYTES, GIVEBYTES)

// A NaN is not equal to itself and becomes 0.
#define NUMBER(x, y) \
	VFCMEQ4S(x, x, y+4); \
	VAND16B(y+4, x, y)

#define DIVIDE(x, y) VFDIV4S(18, x, y)

#define QUANTISEBODY \
	FLDPQ.P 32(A), (F0, F1); \
	FLDPQ.P 32(A), (F2, F3); \
	EACH(NUMBER, 0, 0); \
	EACH(DIVIDE, 0, 0); \
	BYTESOUT

// func quantiseF32NEON(a *ElementI8Args)
TEXT ·quantiseF32NEON(SB), NOSPLIT, $144-8
	OPERANDS
	RESULT
	MOVD ElementI8Args_F32(ARGS), A
	SIXTEENS(QUANTISEBODY, KEEPFLOATS, GIVEBYTES)

#define DEQUANTISEBODY \
	FMOVQ.P 16(A), F20; \
	LESS(16, 20, 22); \
	FLOAT(22, 0); \
	EACH(SCALEA, 0, 0); \
	FSTPQ.P (F0, F1), 32(DST); \
	FSTPQ.P (F2, F3), 32(DST)

// func dequantiseI8NEON(a *ElementI8Args)
TEXT ·dequantiseI8NEON(SB), NOSPLIT, $144-8
	OPERANDS
	MOVD ElementI8Args_F32(ARGS), DST
	SIXTEENS(DEQUANTISEBODY, KEEPBYTES, GIVEFLOATS)
