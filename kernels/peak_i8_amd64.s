//go:build !purego

// What one core can multiply and add of bytes: twelve chains on registers,
// which covers a latency of 5 cycles at 2 a cycle. Where there is no VNNI, a
// product is VPMADDUBSW, VPMADDWD with ones and VPADDD: with those, AVX2 is at
// its fastest where weights are small enough to be exact (gemm_i8_avx2_amd64.s).

#include "textflag.h"
#include "vnni_amd64.h"

#define left CX

DATA ·peakBytes+0(SB)/4, $0x01020304
GLOBL ·peakBytes(SB), RODATA, $4

#define CLEAR12(r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11) \
	VPXOR r0, r0, r0;    \
	VPXOR r1, r1, r1;    \
	VPXOR r2, r2, r2;    \
	VPXOR r3, r3, r3;    \
	VPXOR r4, r4, r4;    \
	VPXOR r5, r5, r5;    \
	VPXOR r6, r6, r6;    \
	VPXOR r7, r7, r7;    \
	VPXOR r8, r8, r8;    \
	VPXOR r9, r9, r9;    \
	VPXOR r10, r10, r10; \
	VPXOR r11, r11, r11

// func peakI8VNNI512(rounds int)
TEXT ·peakI8VNNI512(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), left
	VPBROADCASTD ·peakBytes(SB), Z14
	VPBROADCASTD ·peakBytes(SB), Z15
	CLEAR12(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11)

	PCALIGN $32
loop:
	VPDPBUSD Z14, Z15, Z0
	VPDPBUSD Z14, Z15, Z1
	VPDPBUSD Z14, Z15, Z2
	VPDPBUSD Z14, Z15, Z3
	VPDPBUSD Z14, Z15, Z4
	VPDPBUSD Z14, Z15, Z5
	VPDPBUSD Z14, Z15, Z6
	VPDPBUSD Z14, Z15, Z7
	VPDPBUSD Z14, Z15, Z8
	VPDPBUSD Z14, Z15, Z9
	VPDPBUSD Z14, Z15, Z10
	VPDPBUSD Z14, Z15, Z11
	DECQ left
	JNE  loop
	VZEROUPPER
	RET

// func peakI8AVXVNNI(rounds int)
TEXT ·peakI8AVXVNNI(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), left
	VPBROADCASTD ·peakBytes(SB), Y14
	VPBROADCASTD ·peakBytes(SB), Y15
	CLEAR12(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11)

	PCALIGN $32
loop:
	VEXDPBUSD(14, 15, 0)
	VEXDPBUSD(14, 15, 1)
	VEXDPBUSD(14, 15, 2)
	VEXDPBUSD(14, 15, 3)
	VEXDPBUSD(14, 15, 4)
	VEXDPBUSD(14, 15, 5)
	VEXDPBUSD(14, 15, 6)
	VEXDPBUSD(14, 15, 7)
	VEXDPBUSD(14, 15, 8)
	VEXDPBUSD(14, 15, 9)
	VEXDPBUSD(14, 15, 10)
	VEXDPBUSD(14, 15, 11)
	DECQ left
	JNE  loop
	VZEROUPPER
	RET

#define DOT(t, ones, b, x, acc) \
	VPMADDUBSW b, x, t;    \
	VPMADDWD   ones, t, t; \
	VPADDD     t, acc, acc

// func peakI8AVX2(rounds int)
TEXT ·peakI8AVX2(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), left
	VPBROADCASTD ·peakBytes(SB), Y12
	VPBROADCASTD ·peakBytes(SB), Y13
	VPBROADCASTD ·onesI16(SB), Y14
	CLEAR12(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11)

	PCALIGN $32
loop:
	DOT(Y15, Y14, Y12, Y13, Y0)
	DOT(Y15, Y14, Y12, Y13, Y1)
	DOT(Y15, Y14, Y12, Y13, Y2)
	DOT(Y15, Y14, Y12, Y13, Y3)
	DOT(Y15, Y14, Y12, Y13, Y4)
	DOT(Y15, Y14, Y12, Y13, Y5)
	DOT(Y15, Y14, Y12, Y13, Y6)
	DOT(Y15, Y14, Y12, Y13, Y7)
	DOT(Y15, Y14, Y12, Y13, Y8)
	DOT(Y15, Y14, Y12, Y13, Y9)
	DOT(Y15, Y14, Y12, Y13, Y10)
	DOT(Y15, Y14, Y12, Y13, Y11)
	DECQ left
	JNE  loop
	VZEROUPPER
	RET

// func peakI8AVX512(rounds int)
TEXT ·peakI8AVX512(SB), NOSPLIT, $0-8
	MOVQ rounds+0(FP), left
	VPBROADCASTD ·peakBytes(SB), Z12
	VPBROADCASTD ·peakBytes(SB), Z13
	VPBROADCASTD ·onesI16(SB), Z14
	CLEAR12(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11)

	PCALIGN $32
loop:
	DOT(Z15, Z14, Z12, Z13, Z0)
	DOT(Z16, Z14, Z12, Z13, Z1)
	DOT(Z17, Z14, Z12, Z13, Z2)
	DOT(Z18, Z14, Z12, Z13, Z3)
	DOT(Z15, Z14, Z12, Z13, Z4)
	DOT(Z16, Z14, Z12, Z13, Z5)
	DOT(Z17, Z14, Z12, Z13, Z6)
	DOT(Z18, Z14, Z12, Z13, Z7)
	DOT(Z15, Z14, Z12, Z13, Z8)
	DOT(Z16, Z14, Z12, Z13, Z9)
	DOT(Z17, Z14, Z12, Z13, Z10)
	DOT(Z18, Z14, Z12, Z13, Z11)
	DECQ left
	JNE  loop
	VZEROUPPER
	RET

DATA ·onesI16+0(SB)/4, $0x00010001
GLOBL ·onesI16(SB), RODATA, $4
