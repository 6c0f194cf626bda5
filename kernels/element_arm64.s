//go:build !purego

// Element-wise arithmetic in NEON. Each operation rounds once, as in Go, and
// chooses by comparison where Go does: FMAX and FMIN, which hand on a NaN of
// either side, stand only where a NaN is to stay.
// element_arm64.h holds the frame and the map of registers.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "element_arm64.h"

// CONSTANT fills a register with a field of the arguments.
#define CONSTANT(field, lanes) \
	ADD $field, ARGS, TMP; \
	VLD1R (TMP), lanes

#define ADDS4(i) VFADD4S(4+i, i, 16+i)
#define SUBS4(i) VFSUB4S(4+i, i, 16+i)
#define MULS4(i) VFMUL4S(4+i, i, 16+i)
#define DIVS4(i) VFDIV4S(4+i, i, 16+i)

// func addF32NEON(a *ElementF32Args)
TEXT ·addF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(ADDS4), ONE(ADDS4))

// func subF32NEON(a *ElementF32Args)
TEXT ·subF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(SUBS4), ONE(SUBS4))

// func mulF32NEON(a *ElementF32Args)
TEXT ·mulF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(MULS4), ONE(MULS4))

// func divF32NEON(a *ElementF32Args)
TEXT ·divF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(DIVS4), ONE(DIVS4))

// A > B chooses A.
#define MAXS4(i) \
	VFCMGT4S(4+i, i, 16+i); \
	VBSL16B(4+i, i, 16+i)

// func maxF32NEON(a *ElementF32Args)
TEXT ·maxF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(MAXS4), ONE(MAXS4))

// B > A chooses A.
#define MINS4(i) \
	VFCMGT4S(i, 4+i, 16+i); \
	VBSL16B(4+i, i, 16+i)

// func minF32NEON(a *ElementF32Args)
TEXT ·minF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(MINS4), ONE(MINS4))

// SCALARB fills V20 with B[0], unless there is nothing to do and so no B.
#define SCALARB \
	MOVD ElementF32Args_N(ARGS), N; \
	CBZ N, done; \
	MOVD ElementF32Args_B(ARGS), B; \
	VLD1R (B), [V20.S4]

#define ADDSCALAR(i) VFADD4S(20, i, 16+i)
#define MULSCALAR(i) VFMUL4S(20, i, 16+i)

// func addScalarF32NEON(a *ElementF32Args)
TEXT ·addScalarF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	SCALARB
	UNARY(ALL(ADDSCALAR), ONE(ADDSCALAR))

// func mulScalarF32NEON(a *ElementF32Args)
TEXT ·mulScalarF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	SCALARB
	UNARY(ALL(MULSCALAR), ONE(MULSCALAR))

#define CLAMP(i) \
	VFMAX4S(20, i, 16+i); \
	VFMIN4S(21, 16+i, 16+i)

// func clampF32NEON(a *ElementF32Args)
TEXT ·clampF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANT(ElementF32Args_Lo, [V20.S4])
	CONSTANT(ElementF32Args_Hi, [V21.S4])
	UNARY(ALL(CLAMP), ONE(CLAMP))

// A < 0 chooses the product.
#define LEAKY(i) \
	VFMUL4S(20, i, 8+i); \
	VFCMLTZ4S(i, 16+i); \
	VBSL16B(i, 8+i, 16+i)

// func leakyReluF32NEON(a *ElementF32Args)
TEXT ·leakyReluF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANT(ElementF32Args_Lo, [V20.S4])
	UNARY(ALL(LEAKY), ONE(LEAKY))

#define PRELU(i) \
	VFMUL4S(4+i, i, 8+i); \
	VFCMLTZ4S(i, 16+i); \
	VBSL16B(i, 8+i, 16+i)

// func preluF32NEON(a *ElementF32Args)
TEXT ·preluF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	BINARY(ALL(PRELU), ONE(PRELU))

// V20: 1/6. V21: 1/2. V22: 0. V23: 1.
DATA hardSwishF32<>+0(SB)/4, $0.16666667
DATA hardSwishF32<>+4(SB)/4, $0.5
DATA hardSwishF32<>+8(SB)/4, $0.0
DATA hardSwishF32<>+12(SB)/4, $1.0
GLOBL hardSwishF32<>(SB), NOPTR|RODATA, $16

// HARDSIGMOID is V20·x + V21 limited to V22..V23.
#define HARDSIGMOID(i) \
	VMOV16B(21, 16+i); \
	VFMLA4S(20, i, 16+i); \
	VFMAX4S(22, 16+i, 16+i); \
	VFMIN4S(23, 16+i, 16+i)

#define HARDSWISH(i) \
	HARDSIGMOID(i); \
	VFMUL4S(16+i, i, 16+i)

// func hardSwishF32NEON(a *ElementF32Args)
TEXT ·hardSwishF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	MOVD $hardSwishF32<>(SB), TMP
	VLD1R.P 4(TMP), [V20.S4]
	VLD1R.P 4(TMP), [V21.S4]
	VLD1R.P 4(TMP), [V22.S4]
	VLD1R (TMP), [V23.S4]
	UNARY(ALL(HARDSWISH), ONE(HARDSWISH))

// func hardSigmoidF32NEON(a *ElementF32Args)
TEXT ·hardSigmoidF32NEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), ARGS
	CONSTANT(ElementF32Args_Lo, [V20.S4])
	CONSTANT(ElementF32Args_Hi, [V21.S4])
	MOVD $hardSwishF32<>+8(SB), TMP
	VLD1R.P 4(TMP), [V22.S4]
	VLD1R (TMP), [V23.S4]
	UNARY(ALL(HARDSIGMOID), ONE(HARDSIGMOID))
