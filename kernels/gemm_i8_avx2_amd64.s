//go:build !purego

// One tile of the integer matrix product in AVX2, which has no exact product of
// bytes: VPMADDUBSW adds two products in 16 bits, where 255·(w₁+w₂) may not fit.
//
// Weights are known beforehand, so Pack sorts the groups of four k of each tap.
// Where every pair of weights of a group adds up to at most 128 in either
// direction nothing can be lost, and the group takes three instructions for 32
// products: VPMADDUBSW, VPMADDWD with ones, VPADDD. Trained layers have such groups
// for the most part. Any other group is widened to 16 bits, after which VPMADDWD is
// exact: weights by VPMOVSXBW, activations by splitting four bytes into even and
// odd ones; that takes five. On a Zen 4 core of 236 GOP/s the first come to 215, the
// second to 158. (VPSIGNB of |a−128| and w would take nearly as many.) A group names the four bytes of a row of A that it
// belongs to. FBGEMM (D. Khudia et al., 2021) splits outliers off as well, but sums
// in 16 bits and treats them as a sparse matrix.
//
// The tile is 4×16: 8 accumulators, as splitting needs eight registers more.

#include "go_asm.h"
#include "textflag.h"
#include "gemm_i8_avx2_amd64.h"

#define ix    R13 // of the panel: numbers of groups, and where they belong
#define wides R14 // groups to widen
#define count AX  // groups left
#define kk    CX  // where a group belongs

#define ones Y13 // small groups: 16-bit ones,
#define b0   Y8  // their weights,
#define b1   Y9
#define x    Y10 // activations, then sums
#define y    Y11
#define e0   Y8  // groups to widen: even weights of a group,
#define e1   Y9
#define o0   Y10 // odd ones,
#define o1   Y11
#define xe   Y12 // activations,
#define xo   Y15
#define s    Y13 // sums
#define mask Y14 // of even bytes

// SMALL adds a small group for a row, SMALL8 for 8 columns.
#define SMALL(a, v0, v1) \
	VPBROADCASTD (a)(kk*1), x; \
	VPMADDUBSW   b0, x, y;     \
	VPMADDUBSW   b1, x, x;     \
	VPMADDWD     ones, y, y;   \
	VPMADDWD     ones, x, x;   \
	VPADDD       y, v0, v0;    \
	VPADDD       x, v1, v1

#define SMALL8(a, v0) \
	VPBROADCASTD (a)(kk*1), x; \
	VPMADDUBSW   b0, x, y;     \
	VPMADDWD     ones, y, y;   \
	VPADDD       y, v0, v0

// WIDE adds a group to widen for a row, WIDE8 for 8 columns.
#define WIDE(a, v0, v1) \
	VPBROADCASTD (a)(kk*1), xo; \
	VPAND        mask, xo, xe;  \
	VPSRLW       $8, xo, xo;    \
	VPMADDWD     e0, xe, s;     \
	VPADDD       s, v0, v0;     \
	VPMADDWD     e1, xe, s;     \
	VPADDD       s, v1, v1;     \
	VPMADDWD     o0, xo, s;     \
	VPADDD       s, v0, v0;     \
	VPMADDWD     o1, xo, s;     \
	VPADDD       s, v1, v1

#define WIDE8(a, v0) \
	VPBROADCASTD (a)(kk*1), xo; \
	VPAND        mask, xo, xe;  \
	VPSRLW       $8, xo, xo;    \
	VPMADDWD     e0, xe, s;     \
	VPADDD       s, v0, v0;     \
	VPMADDWD     o0, xo, s;     \
	VPADDD       s, v0, v0

// NEXT goes to where the next group belongs.
#define NEXT \
	MOVLQSX (ix), kk; \
	ADDQ    $4, ix

// TAP turns to the rows and groups of the next tap.
#define TAP \
	ROW(0, a0);           \
	ROW(1, a1);           \
	ROW(2, a2);           \
	ROW(3, a3);           \
	ADDQ    $16, off;     \
	MOVLQSX (ix), count;  \
	MOVLQSX 4(ix), wides; \
	ADDQ    $8, ix;       \
	VPBROADCASTD ·onesI16(SB), ones; \
	TESTQ   count, count

#define ALL(f) \
	f(c00, c01); \
	f(c10, c11); \
	f(c20, c21); \
	f(c30, c31)

#define EACH(f, done) \
	f(c00, c01);   \
	CMPQ rows, $2; \
	JLT  done;     \
	f(c10, c11);   \
	CMPQ rows, $3; \
	JLT  done;     \
	f(c20, c21);   \
	CMPQ rows, $4; \
	JLT  done;     \
	f(c30, c31)

#define PACK \
	BYTES(c00, c10); \
	BYTES(c20, c30)

#define STORE16(done) \
	STOREPAIR(c00, X0, $2, $3, done); \
	STOREPAIR(c20, X4, $4, $5, done)

#define STORE8(done) \
	HALFPAIR(c00, X0, $2, $3, done); \
	HALFPAIR(c20, X4, $4, $5, done)

#define KEEP \
	VMOVDQU c00, bytes-64(SP); \
	VMOVDQU c20, bytes-32(SP)

#define LEAKEEP(r) LEAQ bytes-64(SP), r

#define COPY \
	VMOVDQA c00, c10; \
	VMOVDQA c01, c11; \
	VMOVDQA c00, c20; \
	VMOVDQA c01, c21; \
	VMOVDQA c00, c30; \
	VMOVDQA c01, c31

// func gemmI8AVX2(a *GemmI8Args)
TEXT ·gemmI8AVX2(SB), NOSPLIT, $64-8
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

	VPCMPEQD mask, mask, mask
	VPSRLW   $8, mask, mask
	MOVQ GemmI8Args_Bias(args), tmp
	CMPQ GemmI8Args_N(args), $8
	JLE  narrow
	VMOVDQU    (tmp), x
	VMOVDQU    32(tmp), y
	VPERM2I128 $0x20, y, x, c00
	VPERM2I128 $0x31, y, x, c01
	COPY
	CMPQ GemmI8Args_M(args), $1
	JEQ  single

tap:
	TAP
	JEQ small

	PCALIGN $32
group:
	NEXT
	VMOVDQU (b), b0
	VMOVDQU 32(b), b1
	SMALL(a0, c00, c01)
	SMALL(a1, c10, c11)
	SMALL(a2, c20, c21)
	SMALL(a3, c30, c31)
	ADDQ $64, b
	DECQ count
	JNE  group

small:
	TESTQ wides, wides
	JEQ   tapped

	PCALIGN $32
wide:
	NEXT
	VPMOVSXBW (b), e0
	VPMOVSXBW 16(b), e1
	VPMOVSXBW 32(b), o0
	VPMOVSXBW 48(b), o1
	WIDE(a0, c00, c01)
	WIDE(a1, c10, c11)
	WIDE(a2, c20, c21)
	WIDE(a3, c30, c31)
	ADDQ $64, b
	DECQ wides
	JNE  wide

tapped:
	DECQ taps
	JNE  tap

summed:
	RESULTS

	// One row, as in a fully connected layer: the weights bound it.
single:
	TAP
	JEQ small1

	PCALIGN $32
group1:
	NEXT
	VMOVDQU (b), b0
	VMOVDQU 32(b), b1
	SMALL(a0, c00, c01)
	ADDQ $64, b
	DECQ count
	JNE  group1

small1:
	TESTQ wides, wides
	JEQ   tapped1

	PCALIGN $32
wide1:
	NEXT
	VPMOVSXBW (b), e0
	VPMOVSXBW 16(b), e1
	VPMOVSXBW 32(b), o0
	VPMOVSXBW 48(b), o1
	WIDE(a0, c00, c01)
	ADDQ $64, b
	DECQ wides
	JNE  wide1

tapped1:
	DECQ taps
	JNE  single
	JMP  summed

	// Eight columns or fewer.
narrow:
	LOAD(tmp, c00, c01)
	COPY

tapN:
	TAP
	JEQ smallN

	PCALIGN $32
groupN:
	NEXT
	VMOVDQU (b), b0
	SMALL8(a0, c00)
	SMALL8(a1, c10)
	SMALL8(a2, c20)
	SMALL8(a3, c30)
	ADDQ $32, b
	DECQ count
	JNE  groupN

smallN:
	TESTQ wides, wides
	JEQ   tappedN

	PCALIGN $32
wideN:
	NEXT
	VPMOVSXBW (b), e0
	VPMOVSXBW 16(b), o0
	WIDE8(a0, c00)
	WIDE8(a1, c10)
	WIDE8(a2, c20)
	WIDE8(a3, c30)
	ADDQ $32, b
	DECQ wides
	JNE  wideN

tappedN:
	DECQ taps
	JNE  tapN
	JMP  summed
