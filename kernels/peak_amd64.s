//go:build !purego

// What one core can multiply and add: chains of FMA on registers, twelve of
// them, which covers a latency of 5 cycles at 2 a cycle. The values converge
// to 2, so that neither denormals nor zeros flatter or spoil the figure.

#include "textflag.h"

#define left   CX
#define half   Y14
#define one    Y15
#define half16 Z14
#define one16  Z15

DATA ·peakHalf+0(SB)/4, $0x3f000000
GLOBL ·peakHalf(SB), RODATA, $4
DATA ·peakOne+0(SB)/4, $0x3f800000
GLOBL ·peakOne(SB), RODATA, $4

// func peakF32AVX2(rounds int)
TEXT ·peakF32AVX2(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), left
	VBROADCASTSS ·peakHalf(SB), half
	VBROADCASTSS ·peakOne(SB), one
	VMOVAPS one, Y0
	VMOVAPS one, Y1
	VMOVAPS one, Y2
	VMOVAPS one, Y3
	VMOVAPS one, Y4
	VMOVAPS one, Y5
	VMOVAPS one, Y6
	VMOVAPS one, Y7
	VMOVAPS one, Y8
	VMOVAPS one, Y9
	VMOVAPS one, Y10
	VMOVAPS one, Y11

	PCALIGN $32
loop:
	VFMADD213PS one, half, Y0
	VFMADD213PS one, half, Y1
	VFMADD213PS one, half, Y2
	VFMADD213PS one, half, Y3
	VFMADD213PS one, half, Y4
	VFMADD213PS one, half, Y5
	VFMADD213PS one, half, Y6
	VFMADD213PS one, half, Y7
	VFMADD213PS one, half, Y8
	VFMADD213PS one, half, Y9
	VFMADD213PS one, half, Y10
	VFMADD213PS one, half, Y11
	DECQ left
	JNE  loop
	VZEROUPPER
	RET

// func peakF32AVX512(rounds int)
TEXT ·peakF32AVX512(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), left
	VBROADCASTSS ·peakHalf(SB), half16
	VBROADCASTSS ·peakOne(SB), one16
	VMOVAPS one16, Z0
	VMOVAPS one16, Z1
	VMOVAPS one16, Z2
	VMOVAPS one16, Z3
	VMOVAPS one16, Z4
	VMOVAPS one16, Z5
	VMOVAPS one16, Z6
	VMOVAPS one16, Z7
	VMOVAPS one16, Z8
	VMOVAPS one16, Z9
	VMOVAPS one16, Z10
	VMOVAPS one16, Z11

	PCALIGN $32
loop:
	VFMADD213PS one16, half16, Z0
	VFMADD213PS one16, half16, Z1
	VFMADD213PS one16, half16, Z2
	VFMADD213PS one16, half16, Z3
	VFMADD213PS one16, half16, Z4
	VFMADD213PS one16, half16, Z5
	VFMADD213PS one16, half16, Z6
	VFMADD213PS one16, half16, Z7
	VFMADD213PS one16, half16, Z8
	VFMADD213PS one16, half16, Z9
	VFMADD213PS one16, half16, Z10
	VFMADD213PS one16, half16, Z11
	DECQ left
	JNE  loop
	VZEROUPPER
	RET
