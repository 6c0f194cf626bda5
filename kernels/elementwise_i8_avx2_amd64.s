//go:build !purego

// Element-wise kernels on bytes in AVX2: 32 elements a block. The last block is
// copied to the stack, worked on there, and its part copied back, so that Dst may
// be A or B and nothing past the end is touched.

#include "go_asm.h"
#include "textflag.h"

#define args BX  // *ElementI8Args
#define dst  R8
#define pa   R9  // A, or F32 where it is read
#define pb   R10
#define n    R11 // elements left
#define home R12 // where the last block goes; 0 before it
#define rest R13 // its elements
#define tmp  AX

#define x0   Y0  // operand A, and results
#define x1   Y1
#define x2   Y2
#define x3   Y3
#define y    Y4  // operand B
#define za   Y7  // zero points,
#define zb   Y8
#define ra   Y9  // scales,
#define rb   Y10
#define hi   Y11 // Hi, Zero, Lo + Zero
#define zero Y12
#define lo   Y13
#define perm Y14 // order of words after packing

// The frame: copies of A, B and Dst.
#define copyA 0
#define copyB 128
#define copyD 160

// LOADARGS loads all but where A and Dst lie.
#define LOADARGS \
	MOVQ ElementI8Args_B(args), pb;              \
	MOVQ ElementI8Args_N(args), n;               \
	VPBROADCASTD ElementI8Args_ZeroA(args), za;  \
	VPBROADCASTD ElementI8Args_ZeroB(args), zb;  \
	VBROADCASTSS ElementI8Args_ScaleA(args), ra; \
	VBROADCASTSS ElementI8Args_ScaleB(args), rb; \
	VBROADCASTSS ElementI8Args_Hi(args), hi;     \
	VPBROADCASTW ElementI8Args_Zero(args), zero; \
	VCVTTSS2SI   ElementI8Args_Lo(args), tmp;    \
	ADDL         ElementI8Args_Zero(args), tmp;  \
	VMOVD        tmp, X13;                       \
	VPBROADCASTB X13, lo;                        \
	VMOVDQU      ·unpackOrder(SB), perm;         \
	XORL         home, home

// BLOCKS does body, a block from pa and pb to dst, until all is done. An
// element of A has sa bytes, of Dst sd. Where there is no B, two is 0.
#define BLOCKS(body, sa, sd, two) \
next:                        \
	CMPQ n, $32;             \
	JLT  last;               \
block:                       \
	body;                    \
	ADDQ $(32*sa), pa;       \
	ADDQ $(32*two), pb;      \
	ADDQ $(32*sd), dst;      \
	SUBQ $32, n;             \
	JMP  next;               \
last:                        \
	TESTQ home, home;        \
	JNE   back;              \
	MOVQ  n, rest;           \
	TESTQ n, n;              \
	JEQ   done;              \
	MOVQ  pa, SI;            \
	LEAQ  copyA(SP), DI;     \
	IMUL3Q $sa, n, CX;        \
	MOVQ  DI, pa;            \
	REP;                     \
	MOVSB;                   \
	MOVQ  pb, SI;            \
	LEAQ  copyB(SP), DI;     \
	IMUL3Q $two, n, CX;       \
	MOVQ  DI, pb;            \
	REP;                     \
	MOVSB;                   \
	MOVQ  dst, home;         \
	LEAQ  copyD(SP), dst;    \
	MOVL  $32, n;            \
	JMP   block;             \
back:                        \
	LEAQ  copyD(SP), SI;     \
	MOVQ  home, DI;          \
	IMUL3Q $sd, rest, CX;     \
	REP;                     \
	MOVSB;                   \
done:                        \
	VZEROUPPER;              \
	RET

// ROUND makes the numbers in x0 to x3 bytes of Dst.
#define ROUND \
	VMINPS    hi, x0, x0;   \
	VMINPS    hi, x1, x1;   \
	VMINPS    hi, x2, x2;   \
	VMINPS    hi, x3, x3;   \
	VCVTPS2DQ x0, x0;       \
	VCVTPS2DQ x1, x1;       \
	VCVTPS2DQ x2, x2;       \
	VCVTPS2DQ x3, x3;       \
	VPACKSSDW x1, x0, x0;   \
	VPACKSSDW x3, x2, x2;   \
	VPADDSW   zero, x0, x0; \
	VPADDSW   zero, x2, x2; \
	VPACKUSWB x2, x0, x0;   \
	VPMAXUB   lo, x0, x0;   \
	VPERMD    x0, perm, x0; \
	VMOVDQU   x0, (dst)

// NUMBER makes numbers of 8 bytes, less a zero point.
#define NUMBER(ptr, z, x) \
	VPMOVZXBD ptr, x;  \
	VPSUBD    z, x, x; \
	VCVTDQ2PS x, x

#define ADD(i, x) \
	NUMBER(i(pa), za, x); \
	NUMBER(i(pb), zb, y); \
	VMULPS ra, x, x;      \
	VMULPS rb, y, y;      \
	VADDPS y, x, x

// MUL: the first product is below 2¹⁷ and therefore exact in float32 too.
#define MUL(i, x) \
	NUMBER(i(pa), za, x); \
	NUMBER(i(pb), zb, y); \
	VMULPS y, x, x;       \
	VMULPS ra, x, x

#define QUANTISE(i, x) \
	VMOVUPS (4*i)(pa), x; \
	VCMPPS  $7, x, x, y;  \
	VANDPS  y, x, x;      \
	VDIVPS  ra, x, x

#define DEQUANTISE(i, x) \
	NUMBER(i(pa), za, x);  \
	VMULPS  ra, x, x;      \
	VMOVUPS x, (4*i)(dst)

#define ADDS \
	ADD(0, x0);  \
	ADD(8, x1);  \
	ADD(16, x2); \
	ADD(24, x3); \
	ROUND

#define MULS \
	MUL(0, x0);  \
	MUL(8, x1);  \
	MUL(16, x2); \
	MUL(24, x3); \
	ROUND

#define QUANTISES \
	QUANTISE(0, x0);  \
	QUANTISE(8, x1);  \
	QUANTISE(16, x2); \
	QUANTISE(24, x3); \
	ROUND

#define DEQUANTISES \
	DEQUANTISE(0, x0);  \
	DEQUANTISE(8, x1);  \
	DEQUANTISE(16, x2); \
	DEQUANTISE(24, x3)

// func addI8AVX2(a *ElementI8Args)
TEXT ·addI8AVX2(SB), NOSPLIT, $288-8
	MOVQ a+0(FP), args
	MOVQ ElementI8Args_Dst(args), dst
	MOVQ ElementI8Args_A(args), pa
	LOADARGS
	BLOCKS(ADDS, 1, 1, 1)

// func mulI8AVX2(a *ElementI8Args)
TEXT ·mulI8AVX2(SB), NOSPLIT, $288-8
	MOVQ a+0(FP), args
	MOVQ ElementI8Args_Dst(args), dst
	MOVQ ElementI8Args_A(args), pa
	LOADARGS
	BLOCKS(MULS, 1, 1, 1)

// func quantiseF32AVX2(a *ElementI8Args)
TEXT ·quantiseF32AVX2(SB), NOSPLIT, $288-8
	MOVQ a+0(FP), args
	MOVQ ElementI8Args_Dst(args), dst
	MOVQ ElementI8Args_F32(args), pa
	LOADARGS
	BLOCKS(QUANTISES, 4, 1, 0)

// func dequantiseI8AVX2(a *ElementI8Args)
TEXT ·dequantiseI8AVX2(SB), NOSPLIT, $288-8
	MOVQ a+0(FP), args
	MOVQ ElementI8Args_F32(args), dst
	MOVQ ElementI8Args_A(args), pa
	LOADARGS
	BLOCKS(DEQUANTISES, 1, 4, 0)

DATA ·unpackOrder+0(SB)/8, $0x0000000400000000
DATA ·unpackOrder+8(SB)/8, $0x0000000500000001
DATA ·unpackOrder+16(SB)/8, $0x0000000600000002
DATA ·unpackOrder+24(SB)/8, $0x0000000700000003
GLOBL ·unpackOrder(SB), RODATA, $32
