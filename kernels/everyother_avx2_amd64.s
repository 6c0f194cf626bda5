//go:build !purego

// Every other float, 8 at a time in AVX2. A block reads 16 floats, of which the
// last is not wanted: the last block is left to the loop of single floats.

#include "go_asm.h"
#include "textflag.h"

// func everyOtherF32AVX2(a *ElementF32Args)
TEXT ·everyOtherF32AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), DI
	MOVQ ElementF32Args_Dst(DI), SI
	MOVQ ElementF32Args_A(DI), R8
	MOVQ ElementF32Args_N(DI), CX
	SUBQ $17, CX
	JLT  eight

	PCALIGN $32
sixteens:
	VMOVUPS (R8), Y0
	VMOVUPS 64(R8), Y2
	VSHUFPS $0x88, 32(R8), Y0, Y0 // of each half: two of the first, two of the second
	VSHUFPS $0x88, 96(R8), Y2, Y2
	VPERMPD $0xd8, Y0, Y0
	VPERMPD $0xd8, Y2, Y2
	VMOVUPS Y0, (SI)
	VMOVUPS Y2, 32(SI)
	ADDQ    $128, R8
	ADDQ    $64, SI
	SUBQ    $16, CX
	JGE     sixteens

eight:
	ADDQ    $8, CX
	JLT     rest
	VMOVUPS (R8), Y0
	VSHUFPS $0x88, 32(R8), Y0, Y0
	VPERMPD $0xd8, Y0, Y0
	VMOVUPS Y0, (SI)
	ADDQ    $64, R8
	ADDQ    $32, SI
	SUBQ    $8, CX

rest:
	ADDQ $9, CX
	JEQ  done

one:
	MOVL (R8), AX
	MOVL AX, (SI)
	ADDQ $8, R8
	ADDQ $4, SI
	DECQ CX
	JNE  one

done:
	VZEROUPPER
	RET
