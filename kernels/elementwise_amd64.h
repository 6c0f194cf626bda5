// What the element-wise kernels in AVX2 share: registers, and loops over 32
// floats, then over 8, then over the rest under a mask. A block is read whole
// before it is written, so that Dst may be A or B.

#define args DI // *ElementF32Args, throughout
#define dst  SI
#define pa   R8
#define pb   R9
#define n    CX // floats left
#define at   DX // bytes done
#define tmp  AX

#define x0   Y0 // operand A, and results
#define x1   Y1
#define x2   Y2
#define x3   Y3
#define y0   Y4 // operand B
#define y1   Y5
#define y2   Y6
#define y3   Y7
#define t    Y8
#define one  Y11
#define zero Y12
#define lo   Y13 // Lo, or the one number of B
#define hi   Y14
#define mask Y15

#define LOADARGS \
	MOVQ ElementF32Args_Dst(args), dst; \
	MOVQ ElementF32Args_A(args), pa;    \
	MOVQ ElementF32Args_B(args), pb;    \
	MOVQ ElementF32Args_N(args), n;     \
	XORL at, at

// MASK selects the n floats that are left, 1 to 7.
#define MASK \
	NEGQ    n;                   \
	LEAQ    ·laneMasks(SB), tmp; \
	VMOVUPS 32(tmp)(n*4), mask

// UNARY is the body of a kernel that does op to each vector of A.
#define UNARY(op) \
	SUBQ $32, n;                      \
	JLT  eights;                      \
all:                                  \
	VMOVUPS (pa)(at*1), x0;           \
	VMOVUPS 32(pa)(at*1), x1;         \
	VMOVUPS 64(pa)(at*1), x2;         \
	VMOVUPS 96(pa)(at*1), x3;         \
	op(x0);                           \
	op(x1);                           \
	op(x2);                           \
	op(x3);                           \
	VMOVUPS x0, (dst)(at*1);          \
	VMOVUPS x1, 32(dst)(at*1);        \
	VMOVUPS x2, 64(dst)(at*1);        \
	VMOVUPS x3, 96(dst)(at*1);        \
	ADDQ $128, at;                    \
	SUBQ $32, n;                      \
	JGE  all;                         \
eights:                               \
	ADDQ $24, n;                      \
	JLT  rest;                        \
eight:                                \
	VMOVUPS (pa)(at*1), x0;           \
	op(x0);                           \
	VMOVUPS x0, (dst)(at*1);          \
	ADDQ $32, at;                     \
	SUBQ $8, n;                       \
	JGE  eight;                       \
rest:                                 \
	ADDQ $8, n;                       \
	JEQ  done;                        \
	MASK;                             \
	VMASKMOVPS (pa)(at*1), mask, x0;  \
	op(x0);                           \
	VMASKMOVPS x0, mask, (dst)(at*1); \
done:                                 \
	VZEROUPPER;                       \
	RET

// BINARY is the body of a kernel that does op to each vector of A and of B.
#define BINARY(op) \
	SUBQ $32, n;                      \
	JLT  eights;                      \
all:                                  \
	VMOVUPS (pa)(at*1), x0;           \
	VMOVUPS 32(pa)(at*1), x1;         \
	VMOVUPS 64(pa)(at*1), x2;         \
	VMOVUPS 96(pa)(at*1), x3;         \
	VMOVUPS (pb)(at*1), y0;           \
	VMOVUPS 32(pb)(at*1), y1;         \
	VMOVUPS 64(pb)(at*1), y2;         \
	VMOVUPS 96(pb)(at*1), y3;         \
	op(x0, y0);                       \
	op(x1, y1);                       \
	op(x2, y2);                       \
	op(x3, y3);                       \
	VMOVUPS x0, (dst)(at*1);          \
	VMOVUPS x1, 32(dst)(at*1);        \
	VMOVUPS x2, 64(dst)(at*1);        \
	VMOVUPS x3, 96(dst)(at*1);        \
	ADDQ $128, at;                    \
	SUBQ $32, n;                      \
	JGE  all;                         \
eights:                               \
	ADDQ $24, n;                      \
	JLT  rest;                        \
eight:                                \
	VMOVUPS (pa)(at*1), x0;           \
	VMOVUPS (pb)(at*1), y0;           \
	op(x0, y0);                       \
	VMOVUPS x0, (dst)(at*1);          \
	ADDQ $32, at;                     \
	SUBQ $8, n;                       \
	JGE  eight;                       \
rest:                                 \
	ADDQ $8, n;                       \
	JEQ  done;                        \
	MASK;                             \
	VMASKMOVPS (pa)(at*1), mask, x0;  \
	VMASKMOVPS (pb)(at*1), mask, y0;  \
	op(x0, y0);                       \
	VMASKMOVPS x0, mask, (dst)(at*1); \
done:                                 \
	VZEROUPPER;                       \
	RET
