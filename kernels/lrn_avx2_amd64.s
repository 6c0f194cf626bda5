//go:build !purego

// Local response normalisation in AVX2, 8 channels at a time: sums of a window
// that moves by one channel are sums of vectors read one float further each.

#include "go_asm.h"
#include "textflag.h"

#define args DI
#define dst  SI
#define x    R8
#define s    R9
#define n    CX // channels left
#define size R10
#define from R11
#define tmp  AX
#define sum   Y0
#define root  Y1
#define v     Y2
#define alpha Y3
#define bias  Y4
#define mask  Y5

// NORM turns sum into what v is to be divided by, and divides. Product and sum
// round apart, as they do in every row.
#define NORM \
	VMULPS  alpha, sum, sum; \
	VADDPS  bias, sum, sum;  \
	VSQRTPS sum, root;       \
	VSQRTPS root, sum;       \
	VMULPS  root, sum, sum;  \
	VDIVPS  sum, v, v

// func lrnF32AVX2(a *LRNF32Args)
TEXT ·lrnF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ LRNF32Args_Dst(args), dst
	MOVQ LRNF32Args_A(args), x
	MOVQ LRNF32Args_S(args), s
	MOVQ LRNF32Args_N(args), n
	VBROADCASTSS LRNF32Args_Alpha(args), alpha
	VBROADCASTSS LRNF32Args_Bias(args), bias

block:
	VXORPS sum, sum, sum
	MOVQ   LRNF32Args_Size(args), size
	MOVQ   s, from

window:
	VADDPS (from), sum, sum
	ADDQ   $4, from
	DECQ   size
	JNE    window
	CMPQ   n, $8
	JLT    rest
	VMOVUPS (x), v
	NORM
	VMOVUPS v, (dst)
	ADDQ $32, x
	ADDQ $32, dst
	ADDQ $32, s
	SUBQ $8, n
	JNE  block
	VZEROUPPER
	RET

rest:
	NEGQ       n
	LEAQ       ·laneMasks(SB), tmp
	VMOVUPS    32(tmp)(n*4), mask
	VMASKMOVPS (x), mask, v
	NORM
	VMASKMOVPS v, mask, (dst)
	VZEROUPPER
	RET
