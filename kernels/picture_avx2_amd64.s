//go:build !purego

// From rows of pictures to a network's input in AVX2.

#include "go_asm.h"
#include "textflag.h"

// Two pixels of three bytes, as three int32 in each half.
DATA twoPixels<>+0(SB)/8, $0x8080800180808000
DATA twoPixels<>+8(SB)/8, $0x8080808080808002
DATA twoPixels<>+16(SB)/8, $0x8080800480808003
DATA twoPixels<>+24(SB)/8, $0x8080808080808005
GLOBL twoPixels<>(SB), RODATA|NOPTR, $32

// Two int32, the first all over the lower half, the second over the upper.
DATA twoWeights<>+0(SB)/8, $0x0302010003020100
DATA twoWeights<>+8(SB)/8, $0x0302010003020100
DATA twoWeights<>+16(SB)/8, $0x0706050407060504
DATA twoWeights<>+24(SB)/8, $0x0706050407060504
GLOBL twoWeights<>(SB), RODATA|NOPTR, $32

#define dst    DI
#define src    SI
#define start  R8
#define weight R9
#define left   CX // positions left
#define taps   R10
#define tap    R11 // taps left
#define from   AX

#define spread Y15
#define share  Y14
#define half   X13

// func samplePixelsI8(a *SampleI8Args)
// A position reads two bytes past its taps and writes four past its sample.
TEXT ·samplePixelsI8(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), DX
	MOVQ SampleI8Args_Dst(DX), dst
	MOVQ SampleI8Args_A(DX), src
	MOVQ SampleI8Args_Start(DX), start
	MOVQ SampleI8Args_Weights(DX), weight
	MOVQ SampleI8Args_N(DX), left
	MOVQ SampleI8Args_Taps(DX), taps
	VMOVDQU twoPixels<>(SB), spread
	VMOVDQU twoWeights<>(SB), share
	MOVL $(1<<(const_SampleShift-1)), AX
	VMOVD AX, half
	VPBROADCASTD half, half
	CMPQ taps, $2
	JNE  position

	PCALIGN $32
linear:
	MOVLQSX      (start), from
	LEAQ         (from)(from*2), from
	VPBROADCASTQ (src)(from*1), Y0
	VPBROADCASTQ (weight), Y1
	VPSHUFB      spread, Y0, Y0
	VPSHUFB      share, Y1, Y1
	VPMULLD      Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       half, X0, X0
	VPADDD       X1, X0, X0
	VPSRAD       $const_SampleShift, X0, X0
	VMOVDQU      X0, (dst)
	ADDQ         $12, dst
	ADDQ         $8, weight
	ADDQ         $4, start
	DECQ         left
	JNE          linear
	VZEROUPPER
	RET

position:
	MOVLQSX (start), from
	LEAQ    (from)(from*2), from
	ADDQ    src, from
	VMOVDQA half, X2 // the upper half of Y2 is zero
	MOVQ    taps, tap
	SUBQ    $2, tap
	JLT     single

pair:
	VPBROADCASTQ (from), Y0
	VPBROADCASTQ (weight), Y1
	VPSHUFB      spread, Y0, Y0
	VPSHUFB      share, Y1, Y1
	VPMULLD      Y1, Y0, Y0
	VPADDD       Y0, Y2, Y2
	ADDQ         $6, from
	ADDQ         $8, weight
	SUBQ         $2, tap
	JGE          pair

single:
	ADDQ $2, tap
	JEQ  sum
	VPBROADCASTD (from), X0 // and zero in the upper half
	VPBROADCASTD (weight), X1
	VPSHUFB      spread, Y0, Y0
	VPMULLD      Y1, Y0, Y0
	VPADDD       Y0, Y2, Y2
	ADDQ         $4, weight

sum:
	VEXTRACTI128 $1, Y2, X1
	VPADDD       X1, X2, X2
	VPSRAD       $const_SampleShift, X2, X2
	VMOVDQU      X2, (dst)
	ADDQ         $12, dst
	ADDQ         $4, start
	DECQ         left
	JNE          position
	VZEROUPPER
	RET

// func mixI32Vector(a *MixI32Args)
TEXT ·mixI32Vector(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), DX
	MOVQ MixI32Args_Dst(DX), DI
	MOVQ MixI32Args_A(DX), SI
	MOVQ MixI32Args_B(DX), R8
	MOVL MixI32Args_WA(DX), R9
	MOVL MixI32Args_WB(DX), R10
	VPBROADCASTD MixI32Args_WA(DX), Y14
	VPBROADCASTD MixI32Args_WB(DX), Y15
	MOVQ MixI32Args_N(DX), CX
	SUBQ $16, CX
	JLT  rest

	PCALIGN $32
sixteen:
	VPMULLD (SI), Y14, Y0
	VPMULLD 32(SI), Y14, Y1
	VPMULLD (R8), Y15, Y2
	VPMULLD 32(R8), Y15, Y3
	VPADDD  Y2, Y0, Y0
	VPADDD  Y3, Y1, Y1
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    $64, SI
	ADDQ    $64, R8
	ADDQ    $64, DI
	SUBQ    $16, CX
	JGE     sixteen

rest:
	ADDQ $16, CX
	JEQ  done

one:
	MOVL  (SI), AX
	MOVL  (R8), BX
	IMULL R9, AX
	IMULL R10, BX
	ADDL  BX, AX
	MOVL  AX, (DI)
	ADDQ  $4, SI
	ADDQ  $4, R8
	ADDQ  $4, DI
	DECQ  CX
	JNE   one

done:
	VZEROUPPER
	RET

// Where eight of a colour lie once three vectors of RGB are blended.
DATA reds<>+0(SB)/8, $0x0000000300000000
DATA reds<>+8(SB)/8, $0x0000000100000006
DATA reds<>+16(SB)/8, $0x0000000700000004
DATA reds<>+24(SB)/8, $0x0000000500000002
GLOBL reds<>(SB), RODATA|NOPTR, $32
DATA greens<>+0(SB)/8, $0x0000000400000001
DATA greens<>+8(SB)/8, $0x0000000200000007
DATA greens<>+16(SB)/8, $0x0000000000000005
DATA greens<>+24(SB)/8, $0x0000000600000003
GLOBL greens<>(SB), RODATA|NOPTR, $32
DATA blues<>+0(SB)/8, $0x0000000500000002
DATA blues<>+8(SB)/8, $0x0000000300000000
DATA blues<>+16(SB)/8, $0x0000000100000006
DATA blues<>+24(SB)/8, $0x0000000700000004
GLOBL blues<>(SB), RODATA|NOPTR, $32

// func planesOf8I32(a *ScaleI32Args)
TEXT ·planesOf8I32(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), DX
	MOVQ ScaleI32Args_A(DX), SI
	MOVQ ScaleI32Args_Dst(DX), DI
	MOVQ (ScaleI32Args_Dst+8)(DX), R8
	MOVQ (ScaleI32Args_Dst+16)(DX), R9
	VBROADCASTSS ScaleI32Args_Mul(DX), Y10
	VBROADCASTSS (ScaleI32Args_Mul+4)(DX), Y11
	VBROADCASTSS (ScaleI32Args_Mul+8)(DX), Y12
	VBROADCASTSS ScaleI32Args_Add(DX), Y13
	VBROADCASTSS (ScaleI32Args_Add+4)(DX), Y14
	VBROADCASTSS (ScaleI32Args_Add+8)(DX), Y15
	VMOVDQU reds<>(SB), Y7
	VMOVDQU greens<>(SB), Y8
	VMOVDQU blues<>(SB), Y9
	MOVQ ScaleI32Args_N(DX), CX
	XORL BX, BX
	SUBQ $8, CX
	JLT  done

	PCALIGN $32
eight:
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1
	VMOVDQU  64(SI), Y2
	VPBLENDD $0x92, Y1, Y0, Y3 // 0, 3, 6 of the first, 1, 4, 7 of the second,
	VPBLENDD $0x24, Y2, Y3, Y3 // 2, 5 of the third
	VPBLENDD $0x24, Y1, Y0, Y4 // 1, 4, 7; 2, 5; 0, 3, 6
	VPBLENDD $0x49, Y2, Y4, Y4
	VPBLENDD $0x49, Y1, Y0, Y5 // 2, 5; 0, 3, 6; 1, 4, 7
	VPBLENDD $0x92, Y2, Y5, Y5
	VPERMD   Y3, Y7, Y3
	VPERMD   Y4, Y8, Y4
	VPERMD   Y5, Y9, Y5
	VCVTDQ2PS Y3, Y3
	VCVTDQ2PS Y4, Y4
	VCVTDQ2PS Y5, Y5
	VMULPS   Y10, Y3, Y3
	VMULPS   Y11, Y4, Y4
	VMULPS   Y12, Y5, Y5
	VADDPS   Y13, Y3, Y3
	VADDPS   Y14, Y4, Y4
	VADDPS   Y15, Y5, Y5
	VMOVUPS  Y3, (DI)(BX*1)
	VMOVUPS  Y4, (R8)(BX*1)
	VMOVUPS  Y5, (R9)(BX*1)
	ADDQ     $96, SI
	ADDQ     $32, BX
	SUBQ     $8, CX
	JGE      eight

done:
	VZEROUPPER
	RET

// Colours of a vector that begins with red, with blue, and with green.
DATA fromRed<>+0(SB)/8, $0x0000000100000000
DATA fromRed<>+8(SB)/8, $0x0000000000000002
DATA fromRed<>+16(SB)/8, $0x0000000200000001
DATA fromRed<>+24(SB)/8, $0x0000000100000000
GLOBL fromRed<>(SB), RODATA|NOPTR, $32
DATA fromBlue<>+0(SB)/8, $0x0000000000000002
DATA fromBlue<>+8(SB)/8, $0x0000000200000001
DATA fromBlue<>+16(SB)/8, $0x0000000100000000
DATA fromBlue<>+24(SB)/8, $0x0000000000000002
GLOBL fromBlue<>(SB), RODATA|NOPTR, $32
DATA fromGreen<>+0(SB)/8, $0x0000000200000001
DATA fromGreen<>+8(SB)/8, $0x0000000100000000
DATA fromGreen<>+16(SB)/8, $0x0000000000000002
DATA fromGreen<>+24(SB)/8, $0x0000000200000001
GLOBL fromGreen<>(SB), RODATA|NOPTR, $32

// func pixelsOf8I32(a *ScaleI32Args)
TEXT ·pixelsOf8I32(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), DX
	MOVQ ScaleI32Args_A(DX), SI
	MOVQ ScaleI32Args_Dst(DX), DI
	VMOVUPS ScaleI32Args_Mul(DX), X0 // the fourth is not used: of each
	VMOVUPS ScaleI32Args_Add(DX), X1 // array a field follows
	VMOVDQU fromRed<>(SB), Y2
	VMOVDQU fromBlue<>(SB), Y3
	VMOVDQU fromGreen<>(SB), Y4
	VPERMPS Y0, Y2, Y10
	VPERMPS Y0, Y3, Y11
	VPERMPS Y0, Y4, Y12
	VPERMPS Y1, Y2, Y13
	VPERMPS Y1, Y3, Y14
	VPERMPS Y1, Y4, Y15
	MOVQ ScaleI32Args_N(DX), CX
	SUBQ $8, CX
	JLT  done

	PCALIGN $32
eight:
	VCVTDQ2PS (SI), Y0
	VCVTDQ2PS 32(SI), Y1
	VCVTDQ2PS 64(SI), Y2
	VMULPS  Y10, Y0, Y0
	VMULPS  Y11, Y1, Y1
	VMULPS  Y12, Y2, Y2
	VADDPS  Y13, Y0, Y0
	VADDPS  Y14, Y1, Y1
	VADDPS  Y15, Y2, Y2
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	ADDQ    $96, SI
	ADDQ    $96, DI
	SUBQ    $8, CX
	JGE     eight

done:
	VZEROUPPER
	RET
