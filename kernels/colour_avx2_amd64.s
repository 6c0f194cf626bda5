//go:build !purego

// From luma and chroma to RGB in AVX2, 16 pixels at a time: two pixels that
// share their chroma are the halves of a 32-bit lane, so that chroma is never
// spread out. Constants are taken together: what is not a product with a sample
// is added once, which in integers that wrap around is the same.

#include "go_asm.h"
#include "textflag.h"

// Where eight pixels' R and G, and B, go in 24 bytes: the first 16, the last 8.
DATA firstRG<>+0(SB)/8, $0x0a02800901800800
DATA firstRG<>+8(SB)/8, $0x05800c04800b0380
DATA firstRG<>+16(SB)/8, $0x0a02800901800800
DATA firstRG<>+24(SB)/8, $0x05800c04800b0380
GLOBL firstRG<>(SB), RODATA|NOPTR, $32
DATA firstB<>+0(SB)/8, $0x8080018080008080
DATA firstB<>+8(SB)/8, $0x8004808003808002
DATA firstB<>+16(SB)/8, $0x8080018080008080
DATA firstB<>+24(SB)/8, $0x8004808003808002
GLOBL firstB<>(SB), RODATA|NOPTR, $32
DATA lastRG<>+0(SB)/8, $0x800f07800e06800d
DATA lastRG<>+8(SB)/8, $0x8080808080808080
DATA lastRG<>+16(SB)/8, $0x800f07800e06800d
DATA lastRG<>+24(SB)/8, $0x8080808080808080
GLOBL lastRG<>(SB), RODATA|NOPTR, $32
DATA lastB<>+0(SB)/8, $0x0780800680800580
DATA lastB<>+8(SB)/8, $0x8080808080808080
DATA lastB<>+16(SB)/8, $0x0780800680800580
DATA lastB<>+24(SB)/8, $0x8080808080808080
GLOBL lastB<>(SB), RODATA|NOPTR, $32

#define zero   Y7
#define addB   Y8
#define addG   Y9
#define addR   Y10
#define facBU  Y11
#define facGV  Y12
#define facGU  Y13
#define facRV  Y14
#define gain   Y15

#define BROADCAST(r, x, y) \
	VMOVD r, x; \
	VPBROADCASTD x, y

// PROLOGUE loads arguments and constants, and ends where there is no block.
#define PROLOGUE \
	MOVQ dst+0(FP), DI; \
	MOVQ a+8(FP), SI; \
	MOVQ b+16(FP), R8; \
	MOVQ c+24(FP), R9; \
	MOVQ n+32(FP), CX; \
	MOVQ m+40(FP), DX; \
	SUBQ $const_colourBlock, CX; \
	JLT  done; \
	VPBROADCASTD YCC_Gain(DX), gain; \
	VPBROADCASTD YCC_RV(DX), facRV; \
	VPBROADCASTD YCC_GU(DX), facGU; \
	VPBROADCASTD YCC_GV(DX), facGV; \
	VPBROADCASTD YCC_BU(DX), facBU; \
	MOVL  YCC_Black(DX), AX; \
	IMULL YCC_Gain(DX), AX; \
	NEGL  AX; \
	ADDL  $(1<<15), AX; \
	MOVL  YCC_RV(DX), BX; \
	SHLL  $7, BX; \
	NEGL  BX; \
	ADDL  AX, BX; \
	BROADCAST(BX, X10, addR); \
	MOVL  YCC_GU(DX), BX; \
	ADDL  YCC_GV(DX), BX; \
	SHLL  $7, BX; \
	ADDL  AX, BX; \
	BROADCAST(BX, X9, addG); \
	MOVL  YCC_BU(DX), BX; \
	SHLL  $7, BX; \
	SUBL  BX, AX; \
	BROADCAST(AX, X8, addB); \
	VPXOR zero, zero, zero

// SPLIT takes Y1 of words Cb Cr apart into Y1 of Cb and Y2 of Cr, in 32 bits.
#define SPLIT \
	VPSRLD   $16, Y1, Y2; \
	VPBLENDW $0xaa, zero, Y1, Y1

// MERGE adds luma of the even pixels (Y0) and of the odd ones (Y2) to what
// chroma gives both, and leaves the upper halves of the sums as words in c.
#define MERGE(c) \
	VPADDD   Y0, c, Y5; \
	VPADDD   Y2, c, c; \
	VPSRLD   $16, Y5, Y5; \
	VPBLENDW $0xaa, c, Y5, c

// CONVERT writes 16 pixels of luma in the words of Y0, Cb in Y1 and Cr in Y2.
#define CONVERT \
	VPMULLD  facRV, Y2, Y3; \
	VPMULLD  facGU, Y1, Y4; \
	VPMULLD  facGV, Y2, Y2; \
	VPMULLD  facBU, Y1, Y1; \
	VPADDD   Y2, Y4, Y4; \
	VPSRLD   $16, Y0, Y2; \
	VPBLENDW $0xaa, zero, Y0, Y0; \
	VPMULLD  gain, Y0, Y0; \
	VPMULLD  gain, Y2, Y2; \
	VPADDD   addR, Y3, Y3; \
	VPSUBD   Y4, addG, Y4; \
	VPADDD   addB, Y1, Y1; \
	MERGE(Y3); \
	MERGE(Y4); \
	MERGE(Y1); \
	VPACKUSWB Y4, Y3, Y3; \
	VPACKUSWB Y1, Y1, Y1; \
	VPSHUFB firstRG<>(SB), Y3, Y0; \
	VPSHUFB firstB<>(SB), Y1, Y2; \
	VPSHUFB lastRG<>(SB), Y3, Y3; \
	VPSHUFB lastB<>(SB), Y1, Y1; \
	VPOR    Y2, Y0, Y0; \
	VPOR    Y1, Y3, Y3; \
	VMOVDQU X0, (DI); \
	VMOVQ   X3, 16(DI); \
	VEXTRACTI128 $1, Y0, 24(DI); \
	VEXTRACTI128 $1, Y3, X3; \
	VMOVQ   X3, 40(DI); \
	ADDQ    $48, DI

// func yuyvBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·yuyvBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

	PCALIGN $32
block:
	VMOVDQU (SI), Y1
	VPSLLW  $8, Y1, Y0
	VPSRLW  $8, Y0, Y0
	VPSRLW  $8, Y1, Y1
	SPLIT
	CONVERT
	ADDQ $32, SI
	SUBQ $const_colourBlock, CX
	JGE  block
	VZEROUPPER

done:
	RET

// func uyvyBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·uyvyBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

	PCALIGN $32
block:
	VMOVDQU (SI), Y0
	VPSLLW  $8, Y0, Y1
	VPSRLW  $8, Y1, Y1
	VPSRLW  $8, Y0, Y0
	SPLIT
	CONVERT
	ADDQ $32, SI
	SUBQ $const_colourBlock, CX
	JGE  block
	VZEROUPPER

done:
	RET

// func colourPairBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·colourPairBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

	PCALIGN $32
block:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW (R8), Y1
	SPLIT
	CONVERT
	ADDQ $16, SI
	ADDQ $16, R8
	SUBQ $const_colourBlock, CX
	JGE  block
	VZEROUPPER

done:
	RET

// func colourPlaneBlocks(dst, a, b, c *uint8, n int, m *YCC)
TEXT ·colourPlaneBlocks(SB), NOSPLIT, $0-48
	PROLOGUE

	PCALIGN $32
block:
	VPMOVZXBW (SI), Y0
	VPMOVZXBD (R8), Y1
	VPMOVZXBD (R9), Y2
	CONVERT
	ADDQ $16, SI
	ADDQ $8, R8
	ADDQ $8, R9
	SUBQ $const_colourBlock, CX
	JGE  block
	VZEROUPPER

done:
	RET
