//go:build !purego

// What moves bytes, in AVX2.

#include "go_asm.h"
#include "textflag.h"

#define args DI
#define to   SI
#define from R8
#define ldd  R9
#define lda  R10
#define rows R11
#define n    CX
#define i    DX
#define tmp  AX
#define tmp2 BX

// func copyRowsAVX2(a *CopyRowsArgs)
// Rows of 32 bytes or more end with a vector that overlaps the one before;
// shorter ones are two moves that overlap.
TEXT ·copyRowsAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ CopyRowsArgs_Dst(args), to
	MOVQ CopyRowsArgs_A(args), from
	MOVQ CopyRowsArgs_LDD(args), ldd
	MOVQ CopyRowsArgs_LDA(args), lda
	MOVQ CopyRowsArgs_Rows(args), rows
	MOVQ CopyRowsArgs_N(args), n
	TESTQ rows, rows
	JEQ  done
	SUBQ $32, n
	JGE  long
	CMPQ n, $-16
	JGE  sixteen
	CMPQ n, $-24
	JGE  eight
	CMPQ n, $-28
	JGE  four
	ADDQ $32, n
	JEQ  done

few:
	XORL i, i

one:
	MOVB (from)(i*1), tmp
	MOVB tmp, (to)(i*1)
	INCQ i
	CMPQ i, n
	JLT  one
	ADDQ lda, from
	ADDQ ldd, to
	DECQ rows
	JNE  few
	RET

long:
	XORL i, i
	JMP  vectors

vector:
	VMOVDQU (from)(i*1), Y0
	VMOVDQU Y0, (to)(i*1)
	ADDQ $32, i

vectors:
	CMPQ i, n
	JLT  vector
	VMOVDQU (from)(n*1), Y0
	VMOVDQU Y0, (to)(n*1)
	ADDQ lda, from
	ADDQ ldd, to
	DECQ rows
	JNE  long
	VZEROUPPER

done:
	RET

sixteen:
	VMOVDQU (from), X0
	VMOVDQU 16(from)(n*1), X1
	VMOVDQU X0, (to)
	VMOVDQU X1, 16(to)(n*1)
	ADDQ lda, from
	ADDQ ldd, to
	DECQ rows
	JNE  sixteen
	RET

eight:
	MOVQ (from), tmp
	MOVQ 24(from)(n*1), tmp2
	MOVQ tmp, (to)
	MOVQ tmp2, 24(to)(n*1)
	ADDQ lda, from
	ADDQ ldd, to
	DECQ rows
	JNE  eight
	RET

four:
	MOVL (from), tmp
	MOVL 28(from)(n*1), tmp2
	MOVL tmp, (to)
	MOVL tmp2, 28(to)(n*1)
	ADDQ lda, from
	ADDQ ldd, to
	DECQ rows
	JNE  four
	RET

// func everyOtherI8AVX2(a *EveryOtherI8Args)
// A block reads 64 bytes, of which the last is not wanted: the last block is
// left to the loop of single bytes.
TEXT ·everyOtherI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ EveryOtherI8Args_Dst(args), to
	MOVQ EveryOtherI8Args_A(args), from
	MOVQ EveryOtherI8Args_N(args), n
	VPCMPEQD Y2, Y2, Y2
	VPSRLW $8, Y2, Y2
	SUBQ $33, n
	JLT  rest

	PCALIGN $32
block:
	VPAND (from), Y2, Y0
	VPAND 32(from), Y2, Y1
	VPACKUSWB Y1, Y0, Y0
	VPERMQ $0xD8, Y0, Y0
	VMOVDQU Y0, (to)
	ADDQ $64, from
	ADDQ $32, to
	SUBQ $32, n
	JGE  block

rest:
	VZEROUPPER
	ADDQ $33, n
	JEQ  done

one:
	MOVB (from), tmp
	MOVB tmp, (to)
	ADDQ $2, from
	INCQ to
	DECQ n
	JNE  one

done:
	RET

#define b R9
#define c R10

// THIRD makes 16 of 48 bytes of 16 from each row.
#define THIRD(at, to16) \
	VPSHUFB ·interleaveBytes+at(SB), X0, X3;      \
	VPSHUFB ·interleaveBytes+(at+16)(SB), X1, X4; \
	VPSHUFB ·interleaveBytes+(at+32)(SB), X2, X5; \
	VPOR    X4, X3, X3;                           \
	VPOR    X5, X3, X3;                           \
	VMOVDQU X3, to16(to)

// func interleaveI8AVX2(a *InterleaveI8Args)
TEXT ·interleaveI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ InterleaveI8Args_Dst(args), to
	MOVQ InterleaveI8Args_A(args), from
	MOVQ InterleaveI8Args_B(args), b
	MOVQ InterleaveI8Args_C(args), c
	MOVQ InterleaveI8Args_N(args), n
	SUBQ $16, n
	JLT  rest

	PCALIGN $32
block:
	VMOVDQU (from), X0
	VMOVDQU (b), X1
	VMOVDQU (c), X2
	THIRD(0, 0)
	THIRD(48, 16)
	THIRD(96, 32)
	ADDQ $16, from
	ADDQ $16, b
	ADDQ $16, c
	ADDQ $48, to
	SUBQ $16, n
	JGE  block

rest:
	ADDQ $16, n
	JEQ  done

one:
	MOVB (from), tmp
	MOVB tmp, (to)
	MOVB (b), tmp
	MOVB tmp, 1(to)
	MOVB (c), tmp
	MOVB tmp, 2(to)
	INCQ from
	INCQ b
	INCQ c
	ADDQ $3, to
	DECQ n
	JNE  one

done:
	RET

// Where the bytes of each row go in each third; 0x80 for those of the others.
DATA ·interleaveBytes+0(SB)/8, $0x8002808001808000
DATA ·interleaveBytes+8(SB)/8, $0x0580800480800380
DATA ·interleaveBytes+16(SB)/8, $0x0280800180800080
DATA ·interleaveBytes+24(SB)/8, $0x8080048080038080
DATA ·interleaveBytes+32(SB)/8, $0x8080018080008080
DATA ·interleaveBytes+40(SB)/8, $0x8004808003808002
DATA ·interleaveBytes+48(SB)/8, $0x8080078080068080
DATA ·interleaveBytes+56(SB)/8, $0x800a808009808008
DATA ·interleaveBytes+64(SB)/8, $0x8007808006808005
DATA ·interleaveBytes+72(SB)/8, $0x0a80800980800880
DATA ·interleaveBytes+80(SB)/8, $0x0780800680800580
DATA ·interleaveBytes+88(SB)/8, $0x8080098080088080
DATA ·interleaveBytes+96(SB)/8, $0x0d80800c80800b80
DATA ·interleaveBytes+104(SB)/8, $0x80800f80800e8080
DATA ·interleaveBytes+112(SB)/8, $0x80800c80800b8080
DATA ·interleaveBytes+120(SB)/8, $0x800f80800e80800d
DATA ·interleaveBytes+128(SB)/8, $0x800c80800b80800a
DATA ·interleaveBytes+136(SB)/8, $0x0f80800e80800d80
GLOBL ·interleaveBytes(SB), RODATA, $144
