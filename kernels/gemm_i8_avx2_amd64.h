// What the tiles of bytes with 16 columns in AVX2 have in common: registers, and
// the way from sums to results.
//
// A row of the tile is two accumulators of 8 sums. Their columns are dealt out
// by fours, 0 to 3 and 8 to 11 to the first, so that VPACKSSDW, which works in
// 128-bit lanes, puts them into order. Panels of 8 columns or fewer have them in
// order in one accumulator; their second is of zeros.

#define args DI  // *GemmI8Args, throughout
#define off  SI  // next offsets
#define base DX  // what offsets of rows count from
#define b    R8  // next weights of the panel
#define taps BX  // taps left
#define a0   R9  // rows of A
#define a1   R10
#define a2   R11
#define a3   R12

#define c    R10 // after the sums: row of the result,
#define ld   R11 // their stride,
#define rows R12 // M, or rows left,
#define from R9  // bytes kept on the stack,
#define to   R13 // where in the result they go,
#define left BX  // columns left
#define tmp  AX
#define tmp2 CX

#define c00  Y0  // accumulators: row, half
#define c01  Y1
#define c10  Y2
#define c11  Y3
#define c20  Y4
#define c21  Y5
#define c30  Y6
#define c31  Y7
#define s0   Y12 // after the sums: Scale, or BiasF; then the masks of columns,
#define s1   Y13
#define hi   Y14 // Hi; then Zero,
#define zero Y14
#define lo   Y15 // and Lo + Zero
#define t0   Y14 // for what moves 32-bit words about
#define t1   Y15

// ROW turns the next offset into a row.
#define ROW(i, r) \
	MOVLQSX (4*i)(off), r; \
	ADDQ    base, r

// DEAL loads 16 words and deals them out as the columns of the accumulators.
#define DEAL(ptr, v0, v1) \
	VMOVDQU    (ptr), t0;          \
	VMOVDQU    32(ptr), t1;        \
	VPERM2I128 $0x20, t1, t0, v0;  \
	VPERM2I128 $0x31, t1, t0, v1

// LOAD is DEAL for 8 columns.
#define LOAD(ptr, v0, v1) \
	VMOVDQU (ptr), v0; \
	VPXOR   v1, v1, v1

// GATHER puts a row back into order.
#define GATHER(v0, v1) \
	VPERM2I128 $0x20, v1, v0, t0; \
	VPERM2I128 $0x31, v1, v0, v1; \
	VMOVDQA    t0, v0

// FIX turns the sums of a row into 16-bit numbers up to Hi. Far below zero
// VCVTPS2DQ gives the smallest int32, which is right; far above it would too, so
// the upper limit comes before it, while the lower waits until there is less to do.
#define FIX(v0, v1) \
	VCVTDQ2PS v0, v0;     \
	VCVTDQ2PS v1, v1;     \
	VMULPS    s0, v0, v0; \
	VMULPS    s1, v1, v1; \
	VMINPS    hi, v0, v0; \
	VMINPS    hi, v1, v1; \
	VCVTPS2DQ v0, v0;     \
	VCVTPS2DQ v1, v1;     \
	VPACKSSDW v1, v0, v0

// FIXSLOPED is FIX with the scales that BLENDs find for negative sums.
#define FIXSLOPED(v0, v1) \
	VCVTDQ2PS v0, v0;                 \
	VCVTDQ2PS v1, v1;                 \
	VBLENDVPS v0, (from), s0, t1;     \
	VMULPS    t1, v0, v0;             \
	VBLENDVPS v1, 32(from), s1, t1;   \
	VMULPS    t1, v1, v1;             \
	VMINPS    hi, v0, v0;             \
	VMINPS    hi, v1, v1;             \
	VCVTPS2DQ v0, v0;                 \
	VCVTPS2DQ v1, v1;                 \
	VPACKSSDW v1, v0, v0

// NEGATIVE keeps the scales of negative sums, in s0 and s1, where the bytes will go.
#define NEGATIVE \
	LEAKEEP(from);       \
	VMOVDQU s0, (from);  \
	VMOVDQU s1, 32(from)

// CLOSE moves the second four of 8 columns up to the first.
#define CLOSE(v, unused) \
	VPERMQ $0xD8, v, v

// BYTES makes bytes of two rows, the first in the lower half of v.
#define BYTES(v, w) \
	VPADDSW   zero, v, v; \
	VPADDSW   zero, w, w; \
	VPACKUSWB w, v, v;    \
	VPMAXUB   lo, v, v;   \
	VPERMQ    $0xD8, v, v

// STOREPAIR stores the rows i and i + 1 of 16 columns; next is i + 2.
#define STOREPAIR(v, x, second, next, done) \
	VMOVDQU      x, (c);     \
	CMPQ         rows, second; \
	JLT          done;       \
	ADDQ         ld, c;      \
	VEXTRACTI128 $1, v, (c); \
	CMPQ         rows, next; \
	JLT          done;       \
	ADDQ         ld, c

// HALFPAIR is STOREPAIR for 8 columns.
#define HALFPAIR(v, x, second, next, done) \
	VMOVQ        x, (c);       \
	CMPQ         rows, second; \
	JLT          done;         \
	ADDQ         ld, c;        \
	VEXTRACTI128 $1, v, X12;   \
	VMOVQ        X12, (c);     \
	CMPQ         rows, next;   \
	JLT          done;         \
	ADDQ         ld, c

#define SCALEF(v0, v1) \
	VCVTDQ2PS v0, v0;     \
	VCVTDQ2PS v1, v1;     \
	VMULPS    s0, v0, v0; \
	VMULPS    s1, v1, v1

#define ADDF(v0, v1) \
	VADDPS s0, v0, v0; \
	VADDPS s1, v1, v1

#define STORE32(v0, v1) \
	VPMASKMOVD v0, s0, (c);   \
	VPMASKMOVD v1, s1, 32(c); \
	ADDQ       ld, c

// RESULTS are from the sums on to the end. ALL(f) applies f to every row of
// the tile, EACH(f, done) to the first M; PACK makes bytes of all pairs of rows,
// STORE16 stores them, STORE8 their first 8 columns, and KEEP puts them on the stack, which LEAKEEP points at.
#define RESULTS \
	MOVQ  GemmI8Args_M(args), rows;               \
	MOVQ  GemmI8Args_LDC(args), ld;               \
	MOVQ  GemmI8Args_C(args), c;                  \
	TESTQ c, c;                                   \
	JEQ   wide32;                                 \
	MOVQ  GemmI8Args_Scale(args), tmp;            \
	MOVQ  GemmI8Args_ScaleNeg(args), tmp2;        \
	TESTQ tmp2, tmp2;                             \
	JNE   sloped;                                 \
	CMPQ  GemmI8Args_N(args), $8;                 \
	JLE   bytes8;                                 \
	DEAL(tmp, s0, s1);                            \
	VBROADCASTSS GemmI8Args_Hi(args), hi;         \
	ALL(FIX);                                     \
	JMP   fixed;                                  \
bytes8:                                           \
	LOAD(tmp, s0, s1);                            \
	VBROADCASTSS GemmI8Args_Hi(args), hi;         \
	ALL(FIX);                                     \
	ALL(CLOSE);                                   \
fixed:                                            \
	VCVTTSS2SI GemmI8Args_Lo(args), tmp;          \
	ADDL  GemmI8Args_Zero(args), tmp;             \
	VMOVD tmp, X15;                               \
	VPBROADCASTB X15, lo;                         \
	VPBROADCASTW GemmI8Args_Zero(args), zero;     \
	PACK;                                         \
	CMPQ  GemmI8Args_N(args), $16;                \
	JNE   partial;                                \
	STORE16(done);                                \
	JMP   done;                                   \
partial:                                          \
	CMPQ  GemmI8Args_N(args), $8;                 \
	JNE   other;                                  \
	STORE8(done);                                 \
	JMP   done;                                   \
other:                                            \
	KEEP;                                         \
	LEAKEEP(from);                                \
nextRow:                                          \
	MOVQ  GemmI8Args_N(args), left;               \
	MOVQ  from, tmp2;                             \
	MOVQ  c, to;                                  \
	CMPQ  left, $8;                               \
	JLT   four;                                   \
	MOVQ  (tmp2), tmp;                            \
	MOVQ  tmp, (to);                              \
	ADDQ  $8, tmp2;                               \
	ADDQ  $8, to;                                 \
four:                                             \
	TESTQ $4, left;                               \
	JEQ   twoBytes;                               \
	MOVL  (tmp2), tmp;                            \
	MOVL  tmp, (to);                              \
	ADDQ  $4, tmp2;                               \
	ADDQ  $4, to;                                 \
twoBytes:                                         \
	TESTQ $2, left;                               \
	JEQ   oneByte;                                \
	MOVW  (tmp2), tmp;                            \
	MOVW  tmp, (to);                              \
	ADDQ  $2, tmp2;                               \
	ADDQ  $2, to;                                 \
oneByte:                                          \
	TESTQ $1, left;                               \
	JEQ   rowDone;                                \
	MOVB  (tmp2), tmp;                            \
	MOVB  tmp, (to);                              \
rowDone:                                          \
	ADDQ  $16, from;                              \
	ADDQ  ld, c;                                  \
	DECQ  rows;                                   \
	JNE   nextRow;                                \
done:                                             \
	VZEROUPPER;                                   \
	RET;                                          \
sloped:                                           \
	CMPQ  GemmI8Args_N(args), $8;                 \
	JLE   sloped8;                                \
	DEAL(tmp2, s0, s1);                           \
	NEGATIVE;                                     \
	DEAL(tmp, s0, s1);                            \
	VBROADCASTSS GemmI8Args_Hi(args), hi;         \
	ALL(FIXSLOPED);                               \
	JMP   fixed;                                  \
sloped8:                                          \
	LOAD(tmp2, s0, s1);                           \
	NEGATIVE;                                     \
	LOAD(tmp, s0, s1);                            \
	VBROADCASTSS GemmI8Args_Hi(args), hi;         \
	ALL(FIXSLOPED);                               \
	ALL(CLOSE);                                   \
	JMP   fixed;                                  \
wide32:                                           \
	CMPQ  GemmI8Args_N(args), $8;                 \
	JLE   inOrder;                                \
	ALL(GATHER);                                  \
inOrder:                                          \
	MOVQ  GemmI8Args_N(args), tmp;                \
	NEGQ  tmp;                                    \
	LEAQ  ·columnMasks(SB), left;                 \
	MOVQ  GemmI8Args_I32(args), c;                \
	TESTQ c, c;                                   \
	JNE   words;                                  \
	MOVQ  GemmI8Args_Scale(args), tmp2;           \
	MASKEDLOAD(tmp2);                             \
	ALL(SCALEF);                                  \
	MOVQ  GemmI8Args_BiasF(args), tmp2;           \
	TESTQ tmp2, tmp2;                             \
	JEQ   added;                                  \
	MASKEDLOAD(tmp2);                             \
	ALL(ADDF);                                    \
added:                                            \
	MOVQ  GemmI8Args_F32(args), c;                \
words:                                            \
	VMOVDQU 64(left)(tmp*4), s0;                  \
	VMOVDQU 96(left)(tmp*4), s1;                  \
	EACH(STORE32, done);                          \
	JMP   done

// MASKEDLOAD loads N numbers in order.
#define MASKEDLOAD(ptr) \
	VMOVDQU    64(left)(tmp*4), s0; \
	VMOVDQU    96(left)(tmp*4), s1; \
	VPMASKMOVD (ptr), s0, s0;       \
	VPMASKMOVD 32(ptr), s1, s1
