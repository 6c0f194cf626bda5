//go:build !purego

// What one core can multiply and add of bytes, with the instructions of
// gemm_i8_arm64.s: 16 chains on registers, that is 16 sums.

#include "textflag.h"
#include "neon_arm64.h"

#define LEFT R0
// V0–V15: the sums. V16, V17: bytes. V24–V31: products.

#define BEGIN \
	MOVD rounds+0(FP), LEFT; \
	VMOVI $3, V16.B16; \
	VMOVI $5, V17.B16; \
	VMOV V16.B16, V0.B16; \
	VMOV V16.B16, V1.B16; \
	VMOV V16.B16, V2.B16; \
	VMOV V16.B16, V3.B16; \
	VMOV V16.B16, V4.B16; \
	VMOV V16.B16, V5.B16; \
	VMOV V16.B16, V6.B16; \
	VMOV V16.B16, V7.B16; \
	VMOV V16.B16, V8.B16; \
	VMOV V16.B16, V9.B16; \
	VMOV V16.B16, V10.B16; \
	VMOV V16.B16, V11.B16; \
	VMOV V16.B16, V12.B16; \
	VMOV V16.B16, V13.B16; \
	VMOV V16.B16, V14.B16; \
	VMOV V16.B16, V15.B16

// func peakI8DotProd(rounds int)
TEXT ·peakI8DotProd(SB), NOSPLIT, $0-8
	BEGIN

dots:
	VSDOTE4S(16, 0, 17, 0)
	VSDOTE4S(16, 1, 17, 1)
	VSDOTE4S(16, 2, 17, 2)
	VSDOTE4S(16, 3, 17, 3)
	VSDOTE4S(16, 0, 17, 4)
	VSDOTE4S(16, 1, 17, 5)
	VSDOTE4S(16, 2, 17, 6)
	VSDOTE4S(16, 3, 17, 7)
	VSDOTE4S(16, 0, 17, 8)
	VSDOTE4S(16, 1, 17, 9)
	VSDOTE4S(16, 2, 17, 10)
	VSDOTE4S(16, 3, 17, 11)
	VSDOTE4S(16, 0, 17, 12)
	VSDOTE4S(16, 1, 17, 13)
	VSDOTE4S(16, 2, 17, 14)
	VSDOTE4S(16, 3, 17, 15)
	SUBS $1, LEFT
	BNE dots
	RET

#define MULL(p) VSMULL8H(16, 17, p)
#define MLAL(p) VSMLAL28H(16, 17, p)

// EIGHT adds 16 products to each of V(c) to V(c+7).
#define EIGHT(c) \
	MULL(24); \
	MULL(25); \
	MULL(26); \
	MULL(27); \
	MULL(28); \
	MULL(29); \
	MULL(30); \
	MULL(31); \
	MLAL(24); \
	MLAL(25); \
	MLAL(26); \
	MLAL(27); \
	MLAL(28); \
	MLAL(29); \
	MLAL(30); \
	MLAL(31); \
	VSADALP4S(24, c); \
	VSADALP4S(25, c+1); \
	VSADALP4S(26, c+2); \
	VSADALP4S(27, c+3); \
	VSADALP4S(28, c+4); \
	VSADALP4S(29, c+5); \
	VSADALP4S(30, c+6); \
	VSADALP4S(31, c+7)

// func peakI8NEON(rounds int)
TEXT ·peakI8NEON(SB), NOSPLIT, $0-8
	BEGIN

mulls:
	EIGHT(0)
	EIGHT(8)
	SUBS $1, LEFT
	BNE mulls
	RET
