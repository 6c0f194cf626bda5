//go:build !purego

// Softmax of a row in AVX2: the greatest, then the exponentials of what is
// below it and their sum, then the division of all by that.

#include "go_asm.h"
#include "textflag.h"
#include "elementwise_amd64.h"
#include "exp_amd64.h"

#define top  Y12 // the greatest of A
#define sum  Y8
#define low  Y14 // −∞

NUMBER(minusInf, $0xff800000)

#define LOADARGS8 \
	MOVQ SoftmaxF32Args_Dst(args), dst; \
	MOVQ SoftmaxF32Args_A(args), pa;    \
	MOVQ SoftmaxF32Args_N(args), n;     \
	XORL at, at;                        \
	SUBQ $8, n

// FOLD8 combines the eight lanes of v by op, and spreads the result over all.
#define FOLD8(op, v, vx) \
	VEXTRACTF128 $1, v, X0;  \
	op X0, vx, vx;           \
	VPERMILPS $0x4e, vx, X0; \
	op X0, vx, vx;           \
	VPERMILPS $0xb1, vx, X0; \
	op X0, vx, vx;           \
	VBROADCASTSS vx, v

// BELOW makes e^(x − top). NaN passes the limit: VMAXPS returns what Go writes first.
#define BELOW(x) \
	VSUBPS top, x, x; \
	VMAXPS x, lo, x;  \
	EXPONENTIAL(x)

// func softmaxF32AVX2(a *SoftmaxF32Args)
TEXT ·softmaxF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	VBROADCASTSS minusInf<>(SB), low
	VBROADCASTSS expMin<>(SB), lo
	VBROADCASTSS expOne<>(SB), one
	VMOVAPS low, top
	LOADARGS8
	JLT  restMax

max:
	VMOVUPS (pa)(at*1), x0
	VMAXPS  top, x0, top // where x0 is not greater, NaN too, top stays
	ADDQ $32, at
	SUBQ $8, n
	JGE  max

restMax:
	ADDQ $8, n
	JEQ  exps
	MASK
	VMASKMOVPS (pa)(at*1), mask, x0
	VBLENDVPS  mask, x0, low, x0
	VMAXPS     top, x0, top

exps:
	FOLD8(VMAXPS, top, X12)
	VXORPS sum, sum, sum
	LOADARGS8
	JLT  restExp

exp:
	VMOVUPS (pa)(at*1), x0
	BELOW(x0)
	VMOVUPS x0, (dst)(at*1)
	VADDPS  x0, sum, sum
	ADDQ $32, at
	SUBQ $8, n
	JGE  exp

restExp:
	ADDQ $8, n
	JEQ  divide
	MASK
	VMASKMOVPS (pa)(at*1), mask, x0
	BELOW(x0)
	VMASKMOVPS x0, mask, (dst)(at*1)
	VANDPS     mask, x0, x0
	VADDPS     x0, sum, sum

divide:
	FOLD8(VADDPS, sum, X8)
	VDIVPS sum, one, sum
	LOADARGS8
	JLT  restDivide

eight:
	VMULPS  (dst)(at*1), sum, x0
	VMOVUPS x0, (dst)(at*1)
	ADDQ $32, at
	SUBQ $8, n
	JGE  eight

restDivide:
	ADDQ $8, n
	JEQ  done
	MASK
	VMASKMOVPS (dst)(at*1), mask, x0
	VMULPS     sum, x0, x0
	VMASKMOVPS x0, mask, (dst)(at*1)

done:
	VZEROUPPER
	RET
