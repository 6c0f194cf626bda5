// The frame of every element-wise kernel in NEON: by 16 floats, then 4, then 1.
//
// An operation on vector i, i = 0..3, computes V(16+i) from V(i), and from
// V(4+i) where there are two operands. It may use V(4+i), V(8+i) and V(12+i) as
// it likes, keeps V(i), and has its constants in V20–V31. WIDE is the operation
// on all four vectors, NARROW on vector 0. A single float travels in lane 0
// with zeros in the other lanes.

// ALL and ONE expand a step, a macro of i, for WIDE and for NARROW. An
// operation of many steps takes one of them as its argument, so that the four
// chains go side by side: in-order cores do not find that themselves.
#define ALL(STEP) STEP(0); STEP(1); STEP(2); STEP(3)
#define ONE(STEP) STEP(0)

#define ARGS R0
#define DST R1
#define A R2
#define B R3
#define N R4
#define TMP R5

#define UNARY(WIDE, NARROW) \
	MOVD ElementF32Args_Dst(ARGS), DST; \
	MOVD ElementF32Args_A(ARGS), A; \
	MOVD ElementF32Args_N(ARGS), N; \
	SUBS $16, N; \
	BLT narrow; \
wide: \
	FLDPQ.P 32(A), (F0, F1); \
	FLDPQ.P 32(A), (F2, F3); \
	WIDE; \
	FSTPQ.P (F16, F17), 32(DST); \
	FSTPQ.P (F18, F19), 32(DST); \
	SUBS $16, N; \
	BGE wide; \
narrow: \
	ADDS $12, N; \
	BLT rest; \
four: \
	FMOVQ.P 16(A), F0; \
	NARROW; \
	FMOVQ.P F16, 16(DST); \
	SUBS $4, N; \
	BGE four; \
rest: \
	ADDS $4, N; \
	BEQ done; \
one: \
	FMOVS.P 4(A), F0; \
	NARROW; \
	FMOVS.P F16, 4(DST); \
	SUBS $1, N; \
	BNE one; \
done: \
	RET

#define BINARY(WIDE, NARROW) \
	MOVD ElementF32Args_Dst(ARGS), DST; \
	MOVD ElementF32Args_A(ARGS), A; \
	MOVD ElementF32Args_B(ARGS), B; \
	MOVD ElementF32Args_N(ARGS), N; \
	SUBS $16, N; \
	BLT narrow; \
wide: \
	FLDPQ.P 32(A), (F0, F1); \
	FLDPQ.P 32(B), (F4, F5); \
	FLDPQ.P 32(A), (F2, F3); \
	FLDPQ.P 32(B), (F6, F7); \
	WIDE; \
	FSTPQ.P (F16, F17), 32(DST); \
	FSTPQ.P (F18, F19), 32(DST); \
	SUBS $16, N; \
	BGE wide; \
narrow: \
	ADDS $12, N; \
	BLT rest; \
four: \
	FMOVQ.P 16(A), F0; \
	FMOVQ.P 16(B), F4; \
	NARROW; \
	FMOVQ.P F16, 16(DST); \
	SUBS $4, N; \
	BGE four; \
rest: \
	ADDS $4, N; \
	BEQ done; \
one: \
	FMOVS.P 4(A), F0; \
	FMOVS.P 4(B), F4; \
	NARROW; \
	FMOVS.P F16, 4(DST); \
	SUBS $1, N; \
	BNE one; \
done: \
	RET
