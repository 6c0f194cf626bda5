//go:build !purego

// One tile of the integer matrix product in AVX-512 BW without VNNI: the way of
// gemm_i8_avx2_amd64.s over a tile of 7×32. The numbers of groups lie on the
// stack, as there are no registers left.

#include "go_asm.h"
#include "textflag.h"
#include "gemm_i8_avx512_amd64.h"

#define ix   R15 // of the panel: numbers of groups, and where they belong
#define ones Z23 // 16-bit ones
#define mask Z24 // of even bytes
#define x    Z16 // small groups: activations, then sums
#define y    Z17
#define e0   Z14 // groups to widen: even weights of a group,
#define e1   Z15
#define o0   Z16 // odd ones,
#define o1   Z17
#define xe   Z18 // activations,
#define xo   Z19
#define s    Z20 // sums
#define s2   Z21

#define SMALL(a, v0, v1) \
	VPBROADCASTD (a)(kk*1), x; \
	VPMADDUBSW   b0, x, y;     \
	VPMADDUBSW   b1, x, x;     \
	VPMADDWD     ones, y, y;   \
	VPMADDWD     ones, x, x;   \
	VPADDD       y, v0, v0;    \
	VPADDD       x, v1, v1

// SMALL16 and WIDE16 are for panels of 16 columns or fewer.
#define SMALL16(a, v0, unused) \
	VPBROADCASTD (a)(kk*1), x; \
	VPMADDUBSW   b0, x, y;     \
	VPMADDWD     ones, y, y;   \
	VPADDD       y, v0, v0

#define WIDE(a, v0, v1) \
	VPBROADCASTD (a)(kk*1), xo; \
	VPANDD       mask, xo, xe;  \
	VPSRLW       $8, xo, xo;    \
	VPMADDWD     e0, xe, s;     \
	VPMADDWD     e1, xe, s2;    \
	VPADDD       s, v0, v0;     \
	VPADDD       s2, v1, v1;    \
	VPMADDWD     o0, xo, s;     \
	VPMADDWD     o1, xo, s2;    \
	VPADDD       s, v0, v0;     \
	VPADDD       s2, v1, v1

#define WIDE16(a, v0, unused) \
	VPBROADCASTD (a)(kk*1), xo; \
	VPANDD       mask, xo, xe;  \
	VPSRLW       $8, xo, xo;    \
	VPMADDWD     e0, xe, s;     \
	VPADDD       s, v0, v0;     \
	VPMADDWD     o0, xo, s;     \
	VPADDD       s, v0, v0

#define ALL(f) \
	f(a0, c00, c01); \
	f(a1, c10, c11); \
	f(a2, c20, c21); \
	f(a3, c30, c31); \
	f(a4, c40, c41); \
	f(a5, c50, c51); \
	f(a6, c60, c61)

#define NEXT \
	MOVLQSX (ix), kk; \
	ADDQ    $4, ix

// COUNTS puts the numbers of groups of the next tap on the stack.
#define COUNTS \
	MOVLQSX (ix), kk;         \
	MOVQ    kk, smalls-8(SP); \
	MOVLQSX 4(ix), kk;        \
	MOVQ    kk, wides-16(SP); \
	ADDQ    $8, ix

// func gemmI8AVX512(a *GemmI8Args)
TEXT ·gemmI8AVX512(SB), NOSPLIT, $16-8
	MOVQ a+0(FP), args
	MOVQ GemmI8Args_A(args), base
	MOVQ GemmI8Args_Off(args), off
	MOVQ GemmI8Args_B(args), ix
	MOVQ GemmI8Args_Taps(args), taps

	// The groups come after 4·Taps·(2 + groups of a tap) bytes, rounded up to 64.
	MOVQ  GemmI8Args_K(args), b
	ADDQ  $11, b
	SHRQ  $2, b
	IMULQ taps, b
	LEAQ  63(b*4), b
	ANDQ  $-64, b
	ADDQ  ix, b

	VPBROADCASTD ·onesI16(SB), ones
	VPSLLW $8, ones, mask
	VPSUBW ones, mask, mask
	MOVQ GemmI8Args_Bias(args), tmp
	CMPQ GemmI8Args_N(args), $16
	JLE  narrow
	DEAL(tmp, c00, c01)
	COPY

tap:
	ROWS7
	COUNTS
	CMPQ smalls-8(SP), $0
	JEQ  small

	PCALIGN $32
group:
	NEXT
	VMOVDQU32 (b), b0
	VMOVDQU32 64(b), b1
	ALL(SMALL)
	ADDQ $128, b
	DECQ smalls-8(SP)
	JNE  group

small:
	CMPQ wides-16(SP), $0
	JEQ  tapped

	PCALIGN $32
wide:
	NEXT
	VPMOVSXBW (b), e0
	VPMOVSXBW 32(b), e1
	VPMOVSXBW 64(b), o0
	VPMOVSXBW 96(b), o1
	ALL(WIDE)
	ADDQ $128, b
	DECQ wides-16(SP)
	JNE  wide

tapped:
	DECQ taps
	JNE  tap

summed:
	RESULTS

	// Sixteen columns or fewer.
narrow:
	MOVQ  GemmI8Args_N(args), a0
	MOVQ  $-1, a1
	BZHIQ a0, a1, a1
	KMOVW a1, low
	VMOVDQU32.Z (tmp), low, c00
	VPXORD c01, c01, c01
	COPY

tapN:
	ROWS7
	COUNTS
	CMPQ smalls-8(SP), $0
	JEQ  smallN

	PCALIGN $32
groupN:
	NEXT
	VMOVDQU32 (b), b0
	ALL(SMALL16)
	ADDQ $64, b
	DECQ smalls-8(SP)
	JNE  groupN

smallN:
	CMPQ wides-16(SP), $0
	JEQ  tappedN

	PCALIGN $32
wideN:
	NEXT
	VPMOVSXBW (b), e0
	VPMOVSXBW 32(b), o0
	ALL(WIDE16)
	ADDQ $64, b
	DECQ wides-16(SP)
	JNE  wideN

tappedN:
	DECQ taps
	JNE  tapN
	JMP  summed
