//go:build !purego

// Interpolation of bytes in AVX2, 16 channels of a pixel at a time: VPMADDWD
// mixes the upper and the lower row, VPMULLD the left and the right of the two.
// What is left of the channels is done by 16 that overlap those before.

#include "go_asm.h"
#include "textflag.h"

#define i      DI // channel
#define upl    SI // the four neighbours
#define upr    AX
#define lowl   BX
#define lowr   CX
#define dst    DX
#define upper  R8
#define lower  R9
#define off    R10
#define right  R11
#define pixels R12
#define last   R13 // C − 16

#define unit   Y10
#define half   Y11
#define wl     Y12 // of the left pixel
#define wr     Y13 // of the right pixel
#define wy     Y14 // of upper and lower row, as pairs of words

// func resizePixelsI8AVX2(a *ResizeI8Args)
TEXT ·resizePixelsI8AVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), DI
	MOVQ ResizeI8Args_Dst(DI), dst
	MOVQ ResizeI8Args_Upper(DI), upper
	MOVQ ResizeI8Args_Lower(DI), lower
	MOVQ ResizeI8Args_Off(DI), off
	MOVQ ResizeI8Args_Right(DI), right
	MOVQ ResizeI8Args_Pixels(DI), pixels
	MOVQ ResizeI8Args_C(DI), last
	SUBQ $16, last
	MOVL ResizeI8Args_Below(DI), AX
	MOVL $const_ResizeI8Unit, BX
	VMOVD BX, X10
	VPBROADCASTD X10, unit
	SUBL AX, BX
	SHLL $16, AX
	ORL  BX, AX
	VMOVD AX, X14
	VPBROADCASTD X14, wy
	MOVL $(1<<(const_resizeI8Shift-1)), AX
	VMOVD AX, X11
	VPBROADCASTD X11, half
	TESTQ pixels, pixels
	JEQ  done

pixel:
	MOVLQSX (off), upl
	MOVLQSX 4(off), upr
	LEAQ (lower)(upl*1), lowl
	LEAQ (lower)(upr*1), lowr
	ADDQ upper, upl
	ADDQ upper, upr
	VPBROADCASTD (right), wr
	VPSUBD wr, unit, wl
	ADDQ $8, off
	ADDQ $4, right
	XORL i, i

channels:
	VPMOVZXBW  (upl)(i*1), Y0
	VPMOVZXBW  (lowl)(i*1), Y1
	VPMOVZXBW  (upr)(i*1), Y2
	VPMOVZXBW  (lowr)(i*1), Y3
	VPUNPCKLWD Y1, Y0, Y4
	VPUNPCKHWD Y1, Y0, Y5
	VPUNPCKLWD Y3, Y2, Y6
	VPUNPCKHWD Y3, Y2, Y7
	VPMADDWD   wy, Y4, Y4
	VPMADDWD   wy, Y5, Y5
	VPMADDWD   wy, Y6, Y6
	VPMADDWD   wy, Y7, Y7
	VPMULLD    wl, Y4, Y4
	VPMULLD    wl, Y5, Y5
	VPMULLD    wr, Y6, Y6
	VPMULLD    wr, Y7, Y7
	VPADDD     half, Y4, Y4
	VPADDD     half, Y5, Y5
	VPADDD     Y6, Y4, Y4
	VPADDD     Y7, Y5, Y5
	VPSRLD     $const_resizeI8Shift, Y4, Y4
	VPSRLD     $const_resizeI8Shift, Y5, Y5
	VPACKUSDW  Y5, Y4, Y4
	VPACKUSWB  Y4, Y4, Y4
	VPERMQ     $0x08, Y4, Y4
	VMOVDQU    X4, (dst)(i*1)
	CMPQ i, last
	JEQ  next
	ADDQ $16, i
	CMPQ i, last
	CMOVQGT last, i
	JMP  channels

next:
	LEAQ 16(dst)(last*1), dst
	DECQ pixels
	JNE  pixel
	VZEROUPPER

done:
	RET
