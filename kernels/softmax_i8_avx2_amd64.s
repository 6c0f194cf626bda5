//go:build !purego

// Softmax of rows of bytes in AVX2, for rows of a multiple of 16: a pass for the
// largest, one that gathers weights and sums them, one that scales them.

#include "go_asm.h"
#include "textflag.h"

#define args  DI
#define from  SI
#define to    DX
#define tmp   R8
#define table R9
#define n     R10
#define rows  R11
#define i     CX

// func softmaxRowsI8AVX2(a *SoftmaxI8Args)
// Y15: Hi. Y14: Zero as words.
TEXT ·softmaxRowsI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	MOVQ SoftmaxI8Args_A(args), from
	MOVQ SoftmaxI8Args_Dst(args), to
	MOVQ SoftmaxI8Args_Tmp(args), tmp
	MOVQ SoftmaxI8Args_Table(args), table
	MOVQ SoftmaxI8Args_N(args), n
	MOVQ SoftmaxI8Args_Rows(args), rows
	MOVL $255, AX
	SUBL SoftmaxI8Args_Zero(args), AX
	VCVTSI2SSL AX, X15, X15
	VBROADCASTSS X15, Y15
	VPBROADCASTW SoftmaxI8Args_Zero(args), Y14
	MOVL $0x3F800000, AX // 1
	VMOVD AX, X13

row:
	VPXOR X0, X0, X0
	XORL  i, i

largest:
	VPMAXUB (from)(i*1), X0, X0
	ADDQ $16, i
	CMPQ i, n
	JLT  largest
	VPSRLDQ $8, X0, X1
	VPMAXUB X1, X0, X0
	VPSRLDQ $4, X0, X1
	VPMAXUB X1, X0, X0
	VPSRLDQ $2, X0, X1
	VPMAXUB X1, X0, X0
	VPSRLDQ $1, X0, X1
	VPMAXUB X1, X0, X0
	VPMOVZXBD X0, X0
	VPBROADCASTD X0, Y0
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	XORL  i, i

weights:
	VPMOVZXBD (from)(i*1), Y1
	VPMOVZXBD 8(from)(i*1), Y2
	VPSUBD Y1, Y0, Y1
	VPSUBD Y2, Y0, Y2
	VPCMPEQD Y6, Y6, Y6
	VPCMPEQD Y7, Y7, Y7
	VPXOR Y8, Y8, Y8
	VPXOR Y9, Y9, Y9
	VPGATHERDD Y6, (table)(Y1*4), Y8
	VPGATHERDD Y7, (table)(Y2*4), Y9
	VMOVDQU Y8, (tmp)(i*4)
	VMOVDQU Y9, 32(tmp)(i*4)
	VPADDD Y8, Y4, Y4
	VPADDD Y9, Y5, Y5
	ADDQ $16, i
	CMPQ i, n
	JLT  weights
	VPADDD Y5, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPADDD X5, X4, X4
	VPSRLDQ $8, X4, X5
	VPADDD X5, X4, X4
	VPSRLDQ $4, X4, X5
	VPADDD X5, X4, X4
	VCVTDQ2PS X4, X4
	VMULSS SoftmaxI8Args_Scale(args), X4, X4
	VDIVSS X4, X13, X4
	VBROADCASTSS X4, Y4
	XORL i, i

shares:
	VCVTDQ2PS (tmp)(i*4), Y0
	VCVTDQ2PS 32(tmp)(i*4), Y1
	VMULPS Y4, Y0, Y0
	VMULPS Y4, Y1, Y1
	VMINPS Y15, Y0, Y0
	VMINPS Y15, Y1, Y1
	VCVTPS2DQ Y0, Y0
	VCVTPS2DQ Y1, Y1
	VPACKSSDW Y1, Y0, Y0
	VPERMQ $0xD8, Y0, Y0
	VPADDW Y14, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSWB X1, X0, X0
	VMOVDQU X0, (to)(i*1)
	ADDQ $16, i
	CMPQ i, n
	JLT  shares
	ADDQ n, from
	ADDQ n, to
	DECQ rows
	JNE  row
	VZEROUPPER
	RET
