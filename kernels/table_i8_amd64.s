//go:build !purego

// Tables of 256 bytes, looked up for many bytes at once.

#include "go_asm.h"
#include "textflag.h"

#define args  BX
#define dst   DI
#define pa    SI
#define table R8
#define n     CX
#define tmp   AX
#define at    DX

// ONEBYTE looks up one byte.
#define ONEBYTE \
	MOVBLZX (pa), tmp;         \
	MOVB    (table)(tmp*1), tmp; \
	MOVB    tmp, (dst);        \
	INCQ    pa;                \
	INCQ    dst

// AVX2: VPSHUFB looks up the low 4 bits of a byte, or gives 0 if its top bit is
// set. Let x be lowered by 16 again and again, and sum up by exclusive or what 16
// tables give; for x < 128 those up to the part that x lies in take part, and the
// tables are therefore differences, D[i] = T[i] ^ T[i−1]. An x from 128 on begins to
// take part 7 tables before its own, so from D[8] on D[i−8] is taken out again;
// from there on x is lowered with saturation, which keeps a small one negative. The
// method is that of XNNPACK's look-up kernels.

#define x0  Y0 // bytes to look up
#define x1  Y1
#define r0  Y2 // results
#define r1  Y3
#define t   Y4
#define u   Y5
#define d   Y6 // D[i]
#define c16 Y7

#define LOOKUP(i) \
	VBROADCASTI128 (16*i)(SP), d; \
	VPSHUFB x0, d, t;             \
	VPSHUFB x1, d, u;             \
	VPXOR   t, r0, r0;            \
	VPXOR   u, r1, r1

#define LOWER(sub) \
	sub c16, x0, x0; \
	sub c16, x1, x1

// DIFF makes D[i], DIFF8 those from 8 on, which also have D[i−8].
#define DIFF(i) \
	VMOVDQU (16*i)(table), X0;        \
	VPXOR   (16*i-16)(table), X0, X0; \
	VMOVDQU X0, (16*i)(SP)

#define DIFF8(i) \
	VMOVDQU (16*i)(table), X0;        \
	VPXOR   (16*i-16)(table), X0, X0; \
	VPXOR   (16*i-128)(SP), X0, X0;   \
	VMOVDQU X0, (16*i)(SP)

// func tableI8AVX2(a *ElementI8Args)
TEXT ·tableI8AVX2(SB), NOSPLIT, $256-8
	MOVQ a+0(FP), args
	MOVQ ElementI8Args_Dst(args), dst
	MOVQ ElementI8Args_A(args), pa
	MOVQ ElementI8Args_Table(args), table
	MOVQ ElementI8Args_N(args), n
	CMPQ n, $64 // fewer do not pay for the differences
	JLT  bytes
	VMOVDQU (table), X0
	VMOVDQU X0, (SP)
	DIFF(1)
	DIFF(2)
	DIFF(3)
	DIFF(4)
	DIFF(5)
	DIFF(6)
	DIFF(7)
	DIFF8(8)
	DIFF8(9)
	DIFF8(10)
	DIFF8(11)
	DIFF8(12)
	DIFF8(13)
	DIFF8(14)
	DIFF8(15)
	MOVL $16, tmp
	VMOVD tmp, X7
	VPBROADCASTB X7, c16

block:
	VMOVDQU (pa), x0
	VMOVDQU 32(pa), x1
	VBROADCASTI128 (SP), d
	VPSHUFB x0, d, r0
	VPSHUFB x1, d, r1
	LOWER(VPSUBB)
	LOOKUP(1)
	LOWER(VPSUBB)
	LOOKUP(2)
	LOWER(VPSUBB)
	LOOKUP(3)
	LOWER(VPSUBB)
	LOOKUP(4)
	LOWER(VPSUBB)
	LOOKUP(5)
	LOWER(VPSUBB)
	LOOKUP(6)
	LOWER(VPSUBB)
	LOOKUP(7)
	LOWER(VPSUBB)
	LOOKUP(8)
	LOWER(VPSUBSB)
	LOOKUP(9)
	LOWER(VPSUBSB)
	LOOKUP(10)
	LOWER(VPSUBSB)
	LOOKUP(11)
	LOWER(VPSUBSB)
	LOOKUP(12)
	LOWER(VPSUBSB)
	LOOKUP(13)
	LOWER(VPSUBSB)
	LOOKUP(14)
	LOWER(VPSUBSB)
	LOOKUP(15)
	VMOVDQU r0, (dst)
	VMOVDQU r1, 32(dst)
	ADDQ $64, pa
	ADDQ $64, dst
	SUBQ $64, n
	CMPQ n, $64
	JGE  block
	VZEROUPPER

bytes:
	TESTQ n, n
	JEQ   done

byte:
	ONEBYTE
	DECQ n
	JNE  byte

done:
	RET

// VBMI: two VPERMI2B look up 7 bits each, the top bit chooses between them.

// PICK leaves what x looks up in z.
#define PICK(x, z) \
	VPMOVB2M  x, K2;           \
	VMOVDQA64 x, z;            \
	VPERMI2B  Z1, Z0, x;       \
	VPERMI2B  Z3, Z2, z;       \
	VMOVDQU8  z, K2, x

// func tableI8VBMI(a *ElementI8Args)
TEXT ·tableI8VBMI(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ ElementI8Args_Dst(args), dst
	MOVQ ElementI8Args_A(args), pa
	MOVQ ElementI8Args_Table(args), table
	MOVQ ElementI8Args_N(args), n
	VMOVDQU64 (table), Z0
	VMOVDQU64 64(table), Z1
	VMOVDQU64 128(table), Z2
	VMOVDQU64 192(table), Z3
	SUBQ $64, n
	JLT  rest

block:
	VMOVDQU64 (pa), Z4
	PICK(Z4, Z5)
	VMOVDQU64 Z4, (dst)
	ADDQ $64, pa
	ADDQ $64, dst
	SUBQ $64, n
	JGE  block

rest:
	ADDQ  $64, n
	JEQ   done
	MOVQ  $-1, tmp
	BZHIQ n, tmp, tmp
	KMOVQ tmp, K1
	VMOVDQU8.Z (pa), K1, Z4
	PICK(Z4, Z5)
	VMOVDQU8 Z4, K1, (dst)

done:
	VZEROUPPER
	RET
