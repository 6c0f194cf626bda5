//go:build !purego

// Half precision to float32 and back with the F16C instructions, which every
// CPU with AVX2 has: 16 at a time, then one by one, as there are no masks for
// 16-bit elements.

#include "go_asm.h"
#include "textflag.h"

#define args  DI // *ConvertF16Args
#define half  SI
#define float R8
#define n     CX // elements left
#define tmp   AX

#define LOADARGS \
	MOVQ ConvertF16Args_Half(args), half;   \
	MOVQ ConvertF16Args_Float(args), float; \
	MOVQ ConvertF16Args_N(args), n

// func widenF16F16C(a *ConvertF16Args)
TEXT ·widenF16F16C(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	SUBQ $16, n
	JLT  rest

sixteen:
	VCVTPH2PS (half), Y0
	VCVTPH2PS 16(half), Y1
	VMOVUPS   Y0, (float)
	VMOVUPS   Y1, 32(float)
	ADDQ $32, half
	ADDQ $64, float
	SUBQ $16, n
	JGE  sixteen

rest:
	ADDQ $16, n
	JEQ  done

one:
	MOVWLZX   (half), tmp
	VMOVD     tmp, X0
	VCVTPH2PS X0, X0
	VMOVSS    X0, (float)
	ADDQ $2, half
	ADDQ $4, float
	DECQ n
	JNE  one

done:
	VZEROUPPER
	RET

// func narrowF16F16C(a *ConvertF16Args)
TEXT ·narrowF16F16C(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), args
	LOADARGS
	SUBQ $16, n
	JLT  rest

sixteen:
	VMOVUPS   (float), Y0
	VMOVUPS   32(float), Y1
	VCVTPS2PH $0, Y0, (half) // 0: to nearest, ties to even
	VCVTPS2PH $0, Y1, 16(half)
	ADDQ $32, half
	ADDQ $64, float
	SUBQ $16, n
	JGE  sixteen

rest:
	ADDQ $16, n
	JEQ  done

one:
	VMOVSS    (float), X0
	VCVTPS2PH $0, X0, X0
	VMOVD     X0, tmp
	MOVW      tmp, (half)
	ADDQ $2, half
	ADDQ $4, float
	DECQ n
	JNE  one

done:
	VZEROUPPER
	RET
