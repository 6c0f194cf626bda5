// What the 7×32 tiles of bytes in AVX-512 have in common: registers, the start,
// and the way from sums to results.
//
// A row of the tile is two accumulators of 16 sums. Their columns are dealt out
// by fours, 0 to 3 to the first, 4 to 7 to the second, so that VPACKSSDW, which
// works in 128-bit lanes, puts them into order. Panels of 16 columns or fewer have
// them in order in one accumulator.

#define args DI  // *GemmI8Args, throughout
#define off  SI  // next seven offsets
#define base DX  // end of a row at offset 0
#define b    R8  // next weights of the panel
#define taps BX  // taps left
#define kk   CX  // position in the rows, up to 0
#define a0   R9  // ends of the rows of A
#define a1   R10
#define a2   R11
#define a3   R12
#define a4   R13
#define a5   AX
#define a6   R14

#define c    R10 // after the sums: row of the result,
#define ld   R11 // their stride,
#define rows R12 // M,
#define tmp  AX
#define low  K1  // columns 0 to 15 below N,
#define high K2  // columns 16 to 31,
#define all  K3  // all of them

#define c00  Z0  // accumulators: row, half
#define c01  Z1
#define c10  Z2
#define c11  Z3
#define c20  Z4
#define c21  Z5
#define c30  Z6
#define c31  Z7
#define c40  Z8
#define c41  Z9
#define c50  Z10
#define c51  Z11
#define c60  Z12
#define c61  Z13
#define b0   Z14 // weights of one step
#define b1   Z15
#define x0   Z16 // broadcasts of A
#define x1   Z17
#define x2   Z18
#define x3   Z19
#define x4   Z20
#define x5   Z21
#define x6   Z22
#define s0   Z14 // after the sums: Scale, BiasF,
#define s1   Z15
#define f0   Z16
#define f1   Z17
#define hi   Z18 // Hi, Zero and Lo + Zero
#define zero Z19
#define lo   Z20
#define t0   Z21
#define t1   Z22

// ROW turns the next offset into the end of a row.
#define ROW(i, r) \
	MOVLQSX (4*i)(off), r; \
	ADDQ    base, r

#define ROWS7 \
	ROW(0, a0); \
	ROW(1, a1); \
	ROW(2, a2); \
	ROW(3, a3); \
	ROW(4, a4); \
	ROW(5, a5); \
	ROW(6, a6); \
	ADDQ $28, off

#define ROWS3 \
	ROW(0, a0); \
	ROW(1, a1); \
	ROW(2, a2); \
	ADDQ $28, off

// DEAL loads 32 words and deals them out as the columns of the accumulators.
#define DEAL(ptr, v0, v1) \
	VMOVDQU32  (ptr), t0;       \
	VMOVDQU32  64(ptr), t1;     \
	VSHUFI64X2 $0x88, t1, t0, v0; \
	VSHUFI64X2 $0xDD, t1, t0, v1

// GATHER puts a row back into order.
#define GATHER(v0, v1) \
	VSHUFI64X2 $0x44, v1, v0, t0; \
	VSHUFI64X2 $0xEE, v1, v0, t1; \
	VSHUFI64X2 $0xD8, t0, t0, v0; \
	VSHUFI64X2 $0xD8, t1, t1, v1

// EACH applies f to the first M rows of the tile.
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
	f(c30, c31);   \
	CMPQ rows, $5; \
	JLT  done;     \
	f(c40, c41);   \
	CMPQ rows, $6; \
	JLT  done;     \
	f(c50, c51);   \
	CMPQ rows, $7; \
	JLT  done;     \
	f(c60, c61)

// FIX turns sums into whole numbers up to Hi. Far below zero VCVTPS2DQ gives
// the smallest int32, which is right; far above it would too, so the upper limit
// comes before it, while the lower limit waits until there is less to do.
#define FIX(v0, v1) \
	VCVTDQ2PS v0, v0;     \
	VCVTDQ2PS v1, v1;     \
	VMULPS    s0, v0, v0; \
	VMULPS    s1, v1, v1; \
	VMINPS    hi, v0, v0; \
	VMINPS    hi, v1, v1; \
	VCVTPS2DQ v0, v0;     \
	VCVTPS2DQ v1, v1

// FIXSLOPED is FIX with the scales f0 and f1 for negative sums.
#define FIXSLOPED(v0, v1) \
	VPMOVD2M  v0, K4;         \
	VPMOVD2M  v1, K5;         \
	VCVTDQ2PS v0, v0;         \
	VCVTDQ2PS v1, v1;         \
	VBLENDMPS f0, s0, K4, t0; \
	VBLENDMPS f1, s1, K5, t1; \
	VMULPS    t0, v0, v0;     \
	VMULPS    t1, v1, v1;     \
	VMINPS    hi, v0, v0;     \
	VMINPS    hi, v1, v1;     \
	VCVTPS2DQ v0, v0;         \
	VCVTPS2DQ v1, v1

#define STORE(v0, v1) \
	FIX(v0, v1);    \
	STOREBYTES(v0, v1)

#define STORESLOPED(v0, v1) \
	FIXSLOPED(v0, v1); \
	STOREBYTES(v0, v1)

#define STOREBYTES(v0, v1) \
	VPACKSSDW v1, v0, v0;       \
	VPADDSW   zero, v0, v0;     \
	VPMAXSW   lo, v0, v0;       \
	VPMOVWB   v0, Y21;          \
	VMOVDQU8  Y21, all, (c);    \
	ADDQ      ld, c

// STORE16 is STORE for panels of 16 columns or fewer.
#define STORE16(v0, v1) \
	VCVTDQ2PS v0, v0;        \
	VMULPS    s0, v0, v0;    \
	VMINPS    hi, v0, v0;    \
	VCVTPS2DQ v0, v0;        \
	VPADDD    zero, v0, v0;  \
	VPMAXSD   lo, v0, v0;    \
	VPMOVDB   v0, X21;       \
	VMOVDQU8  X21, low, (c); \
	ADDQ      ld, c

#define STORESLOPED16(v0, v1) \
	VPMOVD2M  v0, K4;         \
	VCVTDQ2PS v0, v0;         \
	VBLENDMPS f0, s0, K4, t0; \
	VMULPS    t0, v0, v0;     \
	VMINPS    hi, v0, v0;     \
	VCVTPS2DQ v0, v0;         \
	VPADDD    zero, v0, v0;   \
	VPMAXSD   lo, v0, v0;     \
	VPMOVDB   v0, X21;        \
	VMOVDQU8  X21, low, (c);  \
	ADDQ      ld, c

#define SCALEF(v0, v1) \
	VCVTDQ2PS v0, v0;     \
	VCVTDQ2PS v1, v1;     \
	VMULPS    s0, v0, v0; \
	VMULPS    s1, v1, v1

#define ADDF(v0, v1) \
	VADDPS f0, v0, v0; \
	VADDPS f1, v1, v1

#define STORE32(v0, v1) \
	VMOVDQU32 v0, low, (c);    \
	VMOVDQU32 v1, high, 64(c); \
	ADDQ      ld, c

// COPY gives all rows the sums that row 0 begins with.
#define COPY \
	VMOVDQA32 c00, c10; \
	VMOVDQA32 c01, c11; \
	VMOVDQA32 c00, c20; \
	VMOVDQA32 c01, c21; \
	VMOVDQA32 c00, c30; \
	VMOVDQA32 c01, c31; \
	VMOVDQA32 c00, c40; \
	VMOVDQA32 c01, c41; \
	VMOVDQA32 c00, c50; \
	VMOVDQA32 c01, c51; \
	VMOVDQA32 c00, c60; \
	VMOVDQA32 c01, c61

// LIMITS loads Hi, Zero and Lo + Zero, by the given broadcast of integers.
#define LIMITS(broadcast) \
	VBROADCASTSS GemmI8Args_Hi(args), hi;    \
	VCVTTSS2SI   GemmI8Args_Lo(args), tmp;   \
	ADDL         GemmI8Args_Zero(args), tmp; \
	broadcast    tmp, lo;                    \
	MOVL         GemmI8Args_Zero(args), tmp; \
	broadcast    tmp, zero

// RESULTS are from the sums of 17 columns or more on to the end.
#define RESULTS \
	MOVQ  GemmI8Args_N(args), c;     \
	MOVQ  $-1, tmp;                  \
	BZHIQ c, tmp, tmp;               \
	KMOVD tmp, all;                  \
	KMOVW tmp, low;                  \
	SHRQ  $16, tmp;                  \
	KMOVW tmp, high;                 \
	MOVQ  GemmI8Args_M(args), rows;  \
	MOVQ  GemmI8Args_LDC(args), ld;  \
	MOVQ  GemmI8Args_I32(args), c;   \
	CMPQ  GemmI8Args_N(args), $16;   \
	JLE   results16;                 \
	TESTQ c, c;                      \
	JNE   gather;                    \
	MOVQ  GemmI8Args_Scale(args), c; \
	DEAL(c, s0, s1);                 \
	MOVQ  GemmI8Args_C(args), c;     \
	TESTQ c, c;                      \
	JEQ   floats;                    \
	LIMITS(VPBROADCASTW);            \
	MOVQ  GemmI8Args_ScaleNeg(args), tmp; \
	TESTQ tmp, tmp;                  \
	JNE   sloped;                    \
	EACH(STORE, done);               \
	JMP   done;                      \
floats:                              \
	EACH(SCALEF, scaled);            \
scaled:                              \
	MOVQ  GemmI8Args_BiasF(args), c; \
	TESTQ c, c;                      \
	JEQ   added;                     \
	DEAL(c, f0, f1);                 \
	EACH(ADDF, added);               \
added:                               \
	MOVQ  GemmI8Args_F32(args), c;   \
gather:                              \
	EACH(GATHER, words);             \
words:                               \
	EACH(STORE32, done);             \
done:                                \
	VZEROUPPER;                      \
	RET;                             \
sloped:                              \
	DEAL(tmp, f0, f1);               \
	EACH(STORESLOPED, done);         \
	JMP   done;                      \
results16:                           \
	TESTQ c, c;                      \
	JNE   words;                     \
	MOVQ  GemmI8Args_Scale(args), c; \
	VMOVUPS.Z (c), low, s0;          \
	VPXORD s1, s1, s1;               \
	MOVQ  GemmI8Args_C(args), c;     \
	TESTQ c, c;                      \
	JEQ   floats16;                  \
	LIMITS(VPBROADCASTD);            \
	MOVQ  GemmI8Args_ScaleNeg(args), tmp; \
	TESTQ tmp, tmp;                  \
	JNE   sloped16;                  \
	EACH(STORE16, done);             \
	JMP   done;                      \
sloped16:                            \
	VMOVUPS.Z (tmp), low, f0;        \
	EACH(STORESLOPED16, done);       \
	JMP   done;                      \
floats16:                            \
	EACH(SCALEF, scaled16);          \
scaled16:                            \
	MOVQ  GemmI8Args_BiasF(args), c; \
	TESTQ c, c;                      \
	JEQ   added16;                   \
	VMOVUPS.Z (c), low, f0;          \
	VPXORD f1, f1, f1;               \
	EACH(ADDF, added16);             \
added16:                             \
	MOVQ  GemmI8Args_F32(args), c;   \
	JMP   words
