// Depthwise convolution by rows, for vectors of any width: whoever includes this
// has named the registers v0 to v15, the bytes of a vector WIDTH, and LOAD and
// STORE for vectors of the channels that are left.
//
// A step of a filter's row loads its weights and each column under the four
// windows once: 3×3 at stride 1 takes 27 loads for 36 FMAs, where each result
// for itself takes 72.

#define args  DI  // *DepthwiseRowF32Args, throughout
#define off   SI  // next offsets
#define base  DX  // A, at the channels of the block
#define w     R8  // next weights
#define step  R9  // bytes from tap to tap of the weights
#define rows  R10 // rows of the filter left
#define chan  CX  // channels left
#define group R11 // offsets of the group
#define out   R12 // first row of Out of the group
#define at    R13 // bytes from the start of a row of channels to the block
#define ldo   R14
#define tmp   AX
#define pix   BX  // results left

#define p0 v0 // accumulators
#define p1 v1
#define p2 v2
#define p3 v3
#define k0 v4 // weights
#define k1 v5
#define k2 v6
#define k3 v7
#define k4 v8
#define lo v14
#define hi v15

#define WEIGHT(k) \
	LOAD((w), k); \
	ADDQ step, w

#define COLUMN(j, x) \
	MOVLQSX (4*j)(off), tmp; \
	LOAD((base)(tmp*1), x)

#define FMA(x, k, p) VFMADD231PS x, k, p

#define ROW31 \
	WEIGHT(k0);     \
	WEIGHT(k1);     \
	WEIGHT(k2);     \
	COLUMN(0, v9);  \
	COLUMN(1, v10); \
	COLUMN(2, v11); \
	COLUMN(3, v12); \
	FMA(v9, k0, p0);  \
	FMA(v10, k0, p1); \
	FMA(v11, k0, p2); \
	FMA(v12, k0, p3); \
	COLUMN(4, v13);   \
	FMA(v10, k1, p0); \
	FMA(v11, k1, p1); \
	FMA(v12, k1, p2); \
	FMA(v13, k1, p3); \
	COLUMN(5, v9);    \
	FMA(v11, k2, p0); \
	FMA(v12, k2, p1); \
	FMA(v13, k2, p2); \
	FMA(v9, k2, p3);  \
	ADDQ $24, off

#define ROW32 \
	WEIGHT(k0);       \
	WEIGHT(k1);       \
	WEIGHT(k2);       \
	COLUMN(0, v9);    \
	COLUMN(2, v10);   \
	COLUMN(4, v11);   \
	COLUMN(6, v12);   \
	FMA(v9, k0, p0);  \
	FMA(v10, k0, p1); \
	FMA(v11, k0, p2); \
	FMA(v12, k0, p3); \
	COLUMN(1, v9);    \
	COLUMN(3, v13);   \
	FMA(v9, k1, p0);  \
	FMA(v13, k1, p1); \
	COLUMN(5, v9);    \
	COLUMN(7, v13);   \
	FMA(v9, k1, p2);  \
	FMA(v13, k1, p3); \
	COLUMN(8, v9);    \
	FMA(v10, k2, p0); \
	FMA(v11, k2, p1); \
	FMA(v12, k2, p2); \
	FMA(v9, k2, p3);  \
	ADDQ $36, off

#define FIVEWEIGHTS \
	WEIGHT(k0); \
	WEIGHT(k1); \
	WEIGHT(k2); \
	WEIGHT(k3); \
	WEIGHT(k4)

#define ROW51 \
	FIVEWEIGHTS;      \
	COLUMN(0, v9);    \
	COLUMN(1, v10);   \
	COLUMN(2, v11);   \
	COLUMN(3, v12);   \
	FMA(v9, k0, p0);  \
	FMA(v10, k0, p1); \
	FMA(v11, k0, p2); \
	FMA(v12, k0, p3); \
	COLUMN(4, v13);   \
	FMA(v10, k1, p0); \
	FMA(v11, k1, p1); \
	FMA(v12, k1, p2); \
	FMA(v13, k1, p3); \
	COLUMN(5, v9);    \
	FMA(v11, k2, p0); \
	FMA(v12, k2, p1); \
	FMA(v13, k2, p2); \
	FMA(v9, k2, p3);  \
	COLUMN(6, v10);   \
	FMA(v12, k3, p0); \
	FMA(v13, k3, p1); \
	FMA(v9, k3, p2);  \
	FMA(v10, k3, p3); \
	COLUMN(7, v11);   \
	FMA(v13, k4, p0); \
	FMA(v9, k4, p1);  \
	FMA(v10, k4, p2); \
	FMA(v11, k4, p3); \
	ADDQ $32, off

#define ROW52 \
	FIVEWEIGHTS;      \
	COLUMN(0, v9);    \
	COLUMN(2, v10);   \
	COLUMN(4, v11);   \
	COLUMN(6, v12);   \
	FMA(v9, k0, p0);  \
	FMA(v10, k0, p1); \
	FMA(v11, k0, p2); \
	FMA(v12, k0, p3); \
	COLUMN(1, v9);    \
	COLUMN(3, v13);   \
	FMA(v9, k1, p0);  \
	FMA(v13, k1, p1); \
	COLUMN(5, v9);    \
	FMA(v9, k1, p2);  \
	FMA(v10, k2, p0); \
	COLUMN(7, v10);   \
	FMA(v10, k1, p3); \
	FMA(v13, k3, p0); \
	FMA(v11, k2, p1); \
	FMA(v9, k3, p1);  \
	FMA(v12, k2, p2); \
	FMA(v10, k3, p2); \
	COLUMN(8, v13);   \
	COLUMN(9, v9);    \
	FMA(v13, k2, p3); \
	FMA(v9, k3, p3);  \
	FMA(v11, k4, p0); \
	FMA(v12, k4, p1); \
	FMA(v13, k4, p2); \
	COLUMN(10, v10);  \
	FMA(v10, k4, p3); \
	ADDQ $44, off

// CLAMP keeps NaN: of two operands one of which is NaN, VMAXPS and VMINPS
// return the second, which Go writes first.
#define CLAMP(v) \
	VMAXPS v, lo, v; \
	VMINPS v, hi, v

// DEPTHWISE is the body of a kernel; row is one of the above, MASKS prepares
// LOAD and STORE for the channels left.
#define DEPTHWISE(row) \
	MOVQ a+0(FP), args;                          \
	VBROADCASTSS DepthwiseRowF32Args_Lo(args), lo; \
	VBROADCASTSS DepthwiseRowF32Args_Hi(args), hi; \
	MOVQ DepthwiseRowF32Args_C(args), step;      \
	SHLQ $2, step;                               \
	MOVQ DepthwiseRowF32Args_Off(args), group;   \
	MOVQ DepthwiseRowF32Args_Out(args), out;     \
	MOVQ DepthwiseRowF32Args_LDO(args), ldo;     \
	MOVQ DepthwiseRowF32Args_Pixels(args), pix;  \
next:                                            \
	XORL at, at;                                 \
	MOVQ DepthwiseRowF32Args_C(args), chan;      \
block:                                           \
	MASKS;                                       \
	MOVQ DepthwiseRowF32Args_Bias(args), tmp;    \
	LOAD((tmp)(at*1), p0);                       \
	VMOVAPS p0, p1;                              \
	VMOVAPS p0, p2;                              \
	VMOVAPS p0, p3;                              \
	MOVQ DepthwiseRowF32Args_W(args), w;         \
	ADDQ at, w;                                  \
	MOVQ DepthwiseRowF32Args_A(args), base;      \
	ADDQ at, base;                               \
	MOVQ group, off;                             \
	MOVQ DepthwiseRowF32Args_Rows(args), rows;   \
line:                                            \
	row;                                         \
	DECQ rows;                                   \
	JNE  line;                                   \
	CLAMP(p0);                                   \
	CLAMP(p1);                                   \
	CLAMP(p2);                                   \
	CLAMP(p3);                                   \
	LEAQ (out)(at*1), tmp;                       \
	STORE(p0, (tmp));                            \
	CMPQ pix, $2;                                \
	JLT  stored;                                 \
	ADDQ ldo, tmp;                               \
	STORE(p1, (tmp));                            \
	CMPQ pix, $3;                                \
	JLT  stored;                                 \
	ADDQ ldo, tmp;                               \
	STORE(p2, (tmp));                            \
	CMPQ pix, $4;                                \
	JLT  stored;                                 \
	STORE(p3, (tmp)(ldo*1));                     \
stored:                                          \
	ADDQ $WIDTH, at;                             \
	SUBQ $(WIDTH/4), chan;                       \
	JGT  block;                                  \
	MOVQ off, group;                             \
	LEAQ (out)(ldo*4), out;                      \
	SUBQ $4, pix;                                \
	JGT  next;                                   \
	VZEROUPPER;                                  \
	RET
