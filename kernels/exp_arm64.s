//go:build !purego

// Exp and the activations made of it, in NEON.
//
// e^a = 2^n · e^r with n = a/ln 2 rounded to an integer, so |r| ≤ ln 2 / 2, and
// e^r = 1 + r + r²·q(r), q of degree 4. 2^n is multiplied in as two factors,
// because n reaches from below the exponents of float32 to above them: the
// second product rounds once, also to a denormal, to zero or to infinity.
// tanh x = 1 − 2/(e^2|x| + 1) with the sign of x, and below 0.625, where that
// cancels, x + x³·p(x²), p of degree 4. q and p are minimax (Remez exchange):
// their own relative errors are 0.05 and 0.07 of half a unit in the last place.
//
// Source: W. J. Cody and W. Waite, "Software Manual for the Elementary
// Functions" (1980), for the reductions.
// element_arm64.h holds the frame and the map of registers.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "element_arm64.h"

// V20: 1/ln 2, −ln 2 in two parts, 0
DATA expF32<>+0(SB)/4, $1.44269502
DATA expF32<>+4(SB)/4, $-0.693147182
DATA expF32<>+8(SB)/4, $1.90465421e-9
DATA expF32<>+12(SB)/4, $0.0
// V21, V22: q from its highest coefficient down
DATA expF32<>+16(SB)/4, $1.3814595601771655e-3
DATA expF32<>+20(SB)/4, $8.368716852661898e-3
DATA expF32<>+24(SB)/4, $4.166838809553723e-2
DATA expF32<>+28(SB)/4, $0.1666652063211282
DATA expF32<>+32(SB)/4, $0.49999993447641616
DATA expF32<>+36(SB)/4, $0.0
DATA expF32<>+40(SB)/4, $0.0
DATA expF32<>+44(SB)/4, $0.0
// V23, V24: p from its highest coefficient down
DATA expF32<>+48(SB)/4, $-5.717045436243565e-3
DATA expF32<>+52(SB)/4, $2.0650587706860977e-2
DATA expF32<>+56(SB)/4, $-5.374349823358573e-2
DATA expF32<>+60(SB)/4, $0.13331491289234007
DATA expF32<>+64(SB)/4, $-0.33333283925391377
DATA expF32<>+68(SB)/4, $0.0
DATA expF32<>+72(SB)/4, $0.0
DATA expF32<>+76(SB)/4, $0.0
// V25, V26: limits of a, past which the result is 0 or infinite. At the lower
// one it is still 0 after a multiplication by a.
DATA expF32<>+80(SB)/4, $-120.0
DATA expF32<>+84(SB)/4, $89.0
// V27, V28: 1, 2. V29: where tanh changes over. V30: the sign bit.
DATA expF32<>+88(SB)/4, $1.0
DATA expF32<>+92(SB)/4, $2.0
DATA expF32<>+96(SB)/4, $0.625
DATA expF32<>+100(SB)/4, $0x80000000
GLOBL expF32<>(SB), NOPTR|RODATA, $104

#define CONSTANTS \
	MOVD $expF32<>(SB), TMP; \
	VLD1.P 64(TMP), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	VLD1.P 16(TMP), [V24.S4]; \
	VLD1R.P 4(TMP), [V25.S4]; \
	VLD1R.P 4(TMP), [V26.S4]; \
	VLD1R.P 4(TMP), [V27.S4]; \
	VLD1R.P 4(TMP), [V28.S4]; \
	VLD1R.P 4(TMP), [V29.S4]; \
	VLD1R (TMP), [V30.S4]

// POWER makes of a in V(4+i) two factors of e^a, in V(4+i) and V(8+i); the
// first is no denormal. It uses V(12+i) and V(16+i). A NaN goes into the first.
#define POWER(EACH) \
	EACH(LIMIT); \
	EACH(QUOTIENT); \
	EACH(INTEGER); \
	EACH(REST1); \
	EACH(REST2); \
	EACH(Q1); \
	EACH(Q2); \
	EACH(Q3); \
	EACH(Q4); \
	EACH(SQUARE); \
	EACH(ADDR); \
	EACH(FACTORS); \
	EACH(EXPONENTS); \
	EACH(ADD1); \
	EACH(FIRST)

// a, within limits
#define LIMIT(i) \
	VFMAX4S(25, 4+i, 4+i); \
	VFMIN4S(26, 4+i, 4+i)

// n, as an integer in V(8+i) and as a float in V(12+i)
#define QUOTIENT(i) VFMULE4S(20, 0, 4+i, 8+i)
#define INTEGER(i) \
	VFCVTNS4S(8+i, 8+i); \
	VSCVTF4S(8+i, 12+i)

// r, in V(4+i)
#define REST1(i) VFMLAE4S(20, 1, 12+i, 4+i)
#define REST2(i) VFMLAE4S(20, 2, 12+i, 4+i)

// q(r), in V(12+i), by Horner's rule
#define Q1(i) \
	VDUP4S(21, 1, 16+i); \
	VFMLAE4S(21, 0, 4+i, 16+i)
#define Q2(i) \
	VDUP4S(21, 2, 12+i); \
	VFMLA4S(4+i, 16+i, 12+i)
#define Q3(i) \
	VDUP4S(21, 3, 16+i); \
	VFMLA4S(4+i, 12+i, 16+i)
#define Q4(i) \
	VDUP4S(22, 0, 12+i); \
	VFMLA4S(4+i, 16+i, 12+i)

// 1 + r + r²·q(r), in V(4+i)
#define SQUARE(i) VFMUL4S(4+i, 4+i, 16+i)
#define ADDR(i) VFMLA4S(16+i, 12+i, 4+i)
#define ADD1(i) VFADD4S(27, 4+i, 4+i)

// 2^n as two factors, in V(12+i) and V(8+i): n in the place of the exponent,
// added to that of 1.
#define FACTORS(i) \
	VSSHR4S(1, 8+i, 12+i); \
	VSUB4S(12+i, 8+i, 8+i)
#define EXPONENTS(i) \
	VSHL4S(23, 12+i, 12+i); \
	VSHL4S(23, 8+i, 8+i); \
	VADD4S(27, 12+i, 12+i); \
	VADD4S(27, 8+i, 8+i)
#define FIRST(i) VFMUL4S(12+i, 4+i, 4+i)

#define COPY(i) VMOV16B(i, 4+i)
#define SECOND(i) VFMUL4S(8+i, 4+i, 16+i)

#define EXP(EACH) \
	EACH(COPY); \
	POWER(EACH); \
	EACH(SECOND)

// func expF32NEON(a *ElementF32Args)
TEXT ·expF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANTS
	// mca:begin expF32NEON, 16 floats
	UNARY(EXP(ALL), EXP(ONE))
	// mca:end

// −|x|
#define MINUSABS(i) \
	VFABS4S(i, 4+i); \
	VFNEG4S(4+i, 4+i)

// z in V(4+i), 1 + z in V(8+i)
#define Z(i) VFMUL4S(8+i, 4+i, 4+i)
#define ZPLUS1(i) VFADD4S(27, 4+i, 8+i)

// z for x < 0, else 1
#define ZOR1(i) \
	VFCMLTZ4S(i, 16+i); \
	VBSL16B(27, 4+i, 16+i)

// V(16+i)/(1+z). As 1+z is from 1 to 2, its reciprocal can be had without a
// division: an estimate of 8 bits, a step of Newton's, and the error that is
// left, exactly, times the estimate. By the model of Cortex-A72 SiLU takes 153
// cycles for 16 floats so, 193 with FDIV; on Neoverse N1 92 and 90.
#define DIVIDE(EACH) \
	EACH(ESTIMATE); \
	EACH(NEWTON); \
	EACH(STEP); \
	EACH(ERROR); \
	EACH(CORRECT); \
	EACH(TIMES)

#define ESTIMATE(i) VFRECPE4S(8+i, 4+i)
#define NEWTON(i) VFRECPS4S(4+i, 8+i, 12+i)
#define STEP(i) VFMUL4S(12+i, 4+i, 4+i)
#define ERROR(i) \
	VMOV16B(27, 12+i); \
	VFMLS4S(8+i, 4+i, 12+i)
#define CORRECT(i) VFMLA4S(12+i, 4+i, 4+i)
#define TIMES(i) VFMUL4S(4+i, 16+i, 16+i)

// With z = e^−|x|, which cannot overflow: z/(1+z) for x < 0, else 1/(1+z).
#define SIGMOID(EACH) \
	EACH(MINUSABS); \
	POWER(EACH); \
	EACH(Z); \
	EACH(ZPLUS1); \
	EACH(ZOR1); \
	DIVIDE(EACH)

// func sigmoidF32NEON(a *ElementF32Args)
TEXT ·sigmoidF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANTS
	// mca:begin sigmoidF32NEON, 16 floats
	UNARY(SIGMOID(ALL), SIGMOID(ONE))
	// mca:end

// x·z in V(12+i)
#define XLIMIT(i) VFMAX4S(25, i, 12+i)
#define XFIRST(i) VFMUL4S(4+i, 12+i, 12+i)
#define XSECOND(i) VFMUL4S(8+i, 12+i, 12+i)
#define ADD0X(i) VFMLAE4S(20, 3, i, 12+i)

// x·z for x < 0, else x
#define XZORX(i) \
	VFCMLTZ4S(i, 16+i); \
	VBSL16B(i, 12+i, 16+i)

// x·z/(1+z) for x < 0, else x/(1+z). x·z is the product of x and the first
// factor, then the second, so that it rounds to a denormal only at the end; x
// is limited there as in z, and 0·x added makes a NaN of −Inf.
#define SILU(EACH) \
	EACH(MINUSABS); \
	POWER(EACH); \
	EACH(XLIMIT); \
	EACH(XFIRST); \
	EACH(XSECOND); \
	EACH(Z); \
	EACH(ZPLUS1); \
	EACH(ADD0X); \
	EACH(XZORX); \
	DIVIDE(EACH)

// func siluF32NEON(a *ElementF32Args)
TEXT ·siluF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANTS
	// mca:begin siluF32NEON, 16 floats
	UNARY(SILU(ALL), SILU(ONE))
	// mca:end

// 2|x|
#define TWICEABS(i) \
	VFABS4S(i, 4+i); \
	VFADD4S(4+i, 4+i, 4+i)

// 1 − 2/(z+1) with the sign of x, in V(4+i)
#define ADD1TOZ(i) VFADD4S(27, 4+i, 4+i)
#define TWOBY(i) VFDIV4S(4+i, 28, 4+i)
#define FROM1(i) VFSUB4S(4+i, 27, 4+i)
#define SIGN(i) VBIT16B(30, i, 4+i)

// p(x²), in V(12+i), with x² in V(8+i)
#define XSQUARE(i) VFMUL4S(i, i, 8+i)
#define P1(i) \
	VDUP4S(23, 1, 16+i); \
	VFMLAE4S(23, 0, 8+i, 16+i)
#define P2(i) \
	VDUP4S(23, 2, 12+i); \
	VFMLA4S(8+i, 16+i, 12+i)
#define P3(i) \
	VDUP4S(23, 3, 16+i); \
	VFMLA4S(8+i, 12+i, 16+i)
#define P4(i) \
	VDUP4S(24, 0, 12+i); \
	VFMLA4S(8+i, 16+i, 12+i)

// x + x·x²·p(x²), in V(8+i)
#define PSQUARE(i) \
	VFMUL4S(8+i, 12+i, 12+i); \
	VMOV16B(i, 8+i)
#define ADDX(i) VFMLA4S(12+i, i, 8+i)

// The one or the other, by |x|
#define CHOOSE(i) \
	VFABS4S(i, 12+i); \
	VFCMGT4S(12+i, 29, 16+i); \
	VBSL16B(4+i, 8+i, 16+i)

#define TANH(EACH) \
	EACH(TWICEABS); \
	POWER(EACH); \
	EACH(Z); \
	EACH(ADD1TOZ); \
	EACH(TWOBY); \
	EACH(XSQUARE); \
	EACH(P1); \
	EACH(P2); \
	EACH(P3); \
	EACH(P4); \
	EACH(PSQUARE); \
	EACH(ADDX); \
	EACH(FROM1); \
	EACH(SIGN); \
	EACH(CHOOSE)

// func tanhF32NEON(a *ElementF32Args)
TEXT ·tanhF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANTS
	// mca:begin tanhF32NEON, 16 floats
	UNARY(TANH(ALL), TANH(ONE))
	// mca:end
