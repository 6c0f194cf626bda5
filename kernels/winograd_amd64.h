// The transforms of Winograd's F(4×4, 3×3), for vectors of any width: whoever
// includes this has named the registers v0 to v15 and the bytes of one, WIDTH.
// A tile goes through them one vector of channels at a time: first its columns,
// into Tmp, then its rows. The arithmetic is that of winograd.go.

#define args DI  // the arguments, throughout
#define off  SI  // offsets of the pixels
#define base DX  // A, at the channels of the block
#define half R8  // Tmp
#define to   R9  // V at the channels of the block, or the next row of pixels of Out
#define ld   R10 // bytes from row to row of V or M
#define left CX  // channels left
#define at   R11 // running position
#define tmp  AX
#define from R12 // M at the channels of the block
#define res  R13 // next row of pixels of Res
#define ldx  BX  // bytes from pixel to pixel
#define bias DX
#define rows R14 // rows of pixels left
#define cols SI  // pixels in a row

#define e     v6
#define o     v7
#define t     v8
#define kHalf v10 // ½
#define kTwo  v11 // 2
#define k25   v12 // 2½
#define kA    v13 // √½
#define kB    v14 // √2
#define kA3   v12 // √½³; the transform back has no 2½
#define kB3   v15 // √2³

#define NUMBERS \
	LEAQ         ·winogradNumbers(SB), tmp; \
	VBROADCASTSS (tmp), kHalf;              \
	VBROADCASTSS 4(tmp), kTwo;              \
	VBROADCASTSS 12(tmp), kA;               \
	VBROADCASTSS 16(tmp), kB

// PAIR leaves v4 − k·v2 ± f·(v3 − k·v1) in t and e.
#define PAIR(k, f) \
	VMOVAPS      v4, e;    \
	VMOVAPS      v3, o;    \
	VFNMADD231PS v2, k, e; \
	VFNMADD231PS v1, k, o; \
	VMOVAPS      e, t;     \
	VFMADD231PS  o, f, t;  \
	VFNMADD231PS o, f, e

// LINE transforms v0 to v5 and hands the results to put, in order.
#define LINE(put) \
	VADDPS       v4, v0, t;  \
	VFNMADD231PS v2, k25, t; \
	put(0, t);               \
	PAIR(kTwo, kA);          \
	put(1, t);               \
	put(2, e);               \
	PAIR(kHalf, kB);         \
	put(3, t);               \
	put(4, e);               \
	VADDPS       v5, v1, t;  \
	VFNMADD231PS v3, k25, t; \
	put(5, t)

#define PIXEL(i, v) \
	MOVLQSX (4*(i))(off), tmp; \
	VMOVUPS (base)(tmp*1), v

#define PUTHALF(p, v) VMOVUPS v, (6*WIDTH*p)(at)

#define COLUMN(x) \
	PIXEL(x, v0);            \
	PIXEL(6+x, v1);          \
	PIXEL(12+x, v2);         \
	PIXEL(18+x, v3);         \
	PIXEL(24+x, v4);         \
	PIXEL(30+x, v5);         \
	LEAQ (x*WIDTH)(half), at; \
	LINE(PUTHALF)

#define PUTV(q, v) \
	VMOVUPS v, (at); \
	ADDQ    ld, at

#define HALF(p, v) VMOVUPS (WIDTH*(p))(half), v

#define ROW(p) \
	HALF(6*p, v0);   \
	HALF(6*p+1, v1); \
	HALF(6*p+2, v2); \
	HALF(6*p+3, v3); \
	HALF(6*p+4, v4); \
	HALF(6*p+5, v5); \
	LINE(PUTV)

#define INPUT \
	MOVQ a+0(FP), args;                        \
	NUMBERS;                                   \
	VBROADCASTSS 8(tmp), k25;                  \
	MOVQ WinogradF32InputArgs_A(args), base;   \
	MOVQ WinogradF32InputArgs_Off(args), off;  \
	MOVQ WinogradF32InputArgs_V(args), to;     \
	MOVQ WinogradF32InputArgs_LDV(args), ld;   \
	MOVQ WinogradF32InputArgs_C(args), left;   \
	MOVQ WinogradF32InputArgs_Tmp(args), half; \
block:                                         \
	COLUMN(0);                                 \
	COLUMN(1);                                 \
	COLUMN(2);                                 \
	COLUMN(3);                                 \
	COLUMN(4);                                 \
	COLUMN(5);                                 \
	MOVQ to, at;                               \
	ROW(0);                                    \
	ROW(1);                                    \
	ROW(2);                                    \
	ROW(3);                                    \
	ROW(4);                                    \
	ROW(5);                                    \
	ADDQ $WIDTH, base;                         \
	ADDQ $WIDTH, to;                           \
	SUBQ $(WIDTH/4), left;                     \
	JNE  block;                                \
	VZEROUPPER;                                \
	RET

// BACK transforms v0 to v5 into v0, v2, v4 and e.
#define BACK \
	VSUBPS      v2, v1, t;   \
	VADDPS      v2, v1, v1;  \
	VSUBPS      v4, v3, o;   \
	VADDPS      v4, v3, v3;  \
	VADDPS      v1, v0, v0;  \
	VADDPS      v3, v0, v0;  \
	VMULPS      kA, t, v2;   \
	VFMADD231PS kB, o, v2;   \
	VMULPS      kHalf, v1, v4; \
	VFMADD231PS kTwo, v3, v4; \
	VMOVAPS     v5, e;       \
	VFMADD231PS kA3, t, e;   \
	VFMADD231PS kB3, o, e

// POINTS loads column q of M, whose lines of six are 6·ld apart.
#define POINTS(q) \
	LEAQ    (ld)(ld*2), tmp;   \
	ADDQ    tmp, tmp;          \
	VMOVUPS (at), v0;          \
	VMOVUPS (at)(tmp*1), v1;   \
	VMOVUPS (at)(tmp*2), v2;   \
	LEAQ    (at)(tmp*4), base; \
	VMOVUPS (base), v4;        \
	VMOVUPS (base)(tmp*1), v5; \
	SUBQ    tmp, base;         \
	VMOVUPS (base), v3;        \
	ADDQ    ld, at

#define COLUMNBACK(q) \
	POINTS(q);                        \
	BACK;                             \
	VMOVUPS v0, (WIDTH*q)(half);      \
	VMOVUPS v2, (WIDTH*(6+q))(half);  \
	VMOVUPS v4, (WIDTH*(12+q))(half); \
	VMOVUPS e, (WIDTH*(18+q))(half)

// ADDRES, CLAMP and STORE work on the pixels of a row; done follows the last.
// CLAMP keeps NaN: of two operands one of which is NaN, VMAXPS and VMINPS
// return the second, which Go writes first.
#define ADDRES(done) \
	MOVQ   res, tmp;       \
	VADDPS (tmp), v0, v0;  \
	CMPQ   cols, $2;       \
	JLT    done;           \
	ADDQ   ldx, tmp;       \
	VADDPS (tmp), v2, v2;  \
	CMPQ   cols, $3;       \
	JLT    done;           \
	ADDQ   ldx, tmp;       \
	VADDPS (tmp), v4, v4;  \
	CMPQ   cols, $4;       \
	JLT    done;           \
	VADDPS (tmp)(ldx*1), e, e

#define CLAMP(v) \
	VMAXPS v, v1, v; \
	VMINPS v, v3, v

#define STORE(done) \
	MOVQ    to, tmp;    \
	VMOVUPS v0, (tmp);  \
	CMPQ    cols, $2;   \
	JLT     done;       \
	ADDQ    ldx, tmp;   \
	VMOVUPS v2, (tmp);  \
	CMPQ    cols, $3;   \
	JLT     done;       \
	ADDQ    ldx, tmp;   \
	VMOVUPS v4, (tmp);  \
	CMPQ    cols, $4;   \
	JLT     done;       \
	VMOVUPS e, (tmp)(ldx*1)

// OUTPUT keeps the bytes done of each row of channels at 0(SP).
#define OUTPUT \
	MOVQ a+0(FP), args;                               \
	NUMBERS;                                          \
	VBROADCASTSS 20(tmp), kA3;                        \
	VBROADCASTSS 24(tmp), kB3;                        \
	MOVQ WinogradF32OutputArgs_M(args), from;         \
	MOVQ WinogradF32OutputArgs_LDM(args), ld;         \
	MOVQ WinogradF32OutputArgs_LDX(args), ldx;        \
	MOVQ WinogradF32OutputArgs_N(args), left;         \
	MOVQ WinogradF32OutputArgs_Tmp(args), half;       \
	MOVQ WinogradF32OutputArgs_Cols(args), cols;      \
	MOVQ $0, done-8(SP);                              \
block:                                                \
	MOVQ from, at;                                    \
	COLUMNBACK(0);                                    \
	COLUMNBACK(1);                                    \
	COLUMNBACK(2);                                    \
	COLUMNBACK(3);                                    \
	COLUMNBACK(4);                                    \
	COLUMNBACK(5);                                    \
	MOVQ done-8(SP), tmp;                             \
	MOVQ WinogradF32OutputArgs_Out(args), to;         \
	ADDQ tmp, to;                                     \
	MOVQ WinogradF32OutputArgs_Res(args), res;        \
	ADDQ tmp, res;                                    \
	MOVQ WinogradF32OutputArgs_Bias(args), bias;      \
	VMOVUPS (bias)(tmp*1), v9;                        \
	MOVQ half, at;                                    \
	MOVQ WinogradF32OutputArgs_Rows(args), rows;      \
row:                                                  \
	VMOVUPS (at), v0;                                 \
	VMOVUPS WIDTH(at), v1;                            \
	VMOVUPS (2*WIDTH)(at), v2;                        \
	VMOVUPS (3*WIDTH)(at), v3;                        \
	VMOVUPS (4*WIDTH)(at), v4;                        \
	VMOVUPS (5*WIDTH)(at), v5;                        \
	ADDQ $(6*WIDTH), at;                              \
	BACK;                                             \
	VADDPS v9, v0, v0;                                \
	VADDPS v9, v2, v2;                                \
	VADDPS v9, v4, v4;                                \
	VADDPS v9, e, e;                                  \
	CMPQ WinogradF32OutputArgs_Res(args), $0;         \
	JEQ  clamp;                                       \
	ADDRES(clamp);                                    \
clamp:                                                \
	VBROADCASTSS WinogradF32OutputArgs_Lo(args), v1;  \
	VBROADCASTSS WinogradF32OutputArgs_Hi(args), v3;  \
	CLAMP(v0);                                        \
	CLAMP(v2);                                        \
	CLAMP(v4);                                        \
	CLAMP(e);                                         \
	STORE(stored);                                    \
stored:                                               \
	ADDQ WinogradF32OutputArgs_LDY(args), to;         \
	ADDQ WinogradF32OutputArgs_LDY(args), res;        \
	DECQ rows;                                        \
	JNE  row;                                         \
	ADDQ $WIDTH, from;                                \
	ADDQ $WIDTH, done-8(SP);                          \
	SUBQ $(WIDTH/4), left;                            \
	JNE  block;                                       \
	VZEROUPPER;                                       \
	RET
