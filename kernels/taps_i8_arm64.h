// What depthwise convolution and pooling of bytes in NEON have in common.

#define ARGS R0
#define BASE R1 // what offsets count from, at the block's first channel
#define OFF R2 // the pixel's offsets
#define OUT R3 // the pixel's result
#define TAPS R4
#define C R5
#define PIXELS R6
#define LDO R7
#define LEFT R8 // channels
#define TO R9 // OUT, at the block's first channel
#define TAP R10
#define CUR R11 // in OFF
#define ROW R12
#define TMP R14

// SHARED reads what all kernels here have in common.
#define SHARED \
	MOVD a+0(FP), ARGS; \
	MOVD TapsI8Args_Off(ARGS), OFF; \
	MOVD TapsI8Args_Out(ARGS), OUT; \
	MOVD TapsI8Args_Taps(ARGS), TAPS; \
	MOVD TapsI8Args_C(ARGS), C; \
	MOVD TapsI8Args_Pixels(ARGS), PIXELS; \
	MOVD TapsI8Args_LDO(ARGS), LDO

// STORE writes the first LEFT bytes, fewer than 16, of V(v) to (to).
#define STORE(v, f, to, four, two, one, done) \
	TBZ $3, LEFT, four; \
	FMOVD.P f, 8(to); \
	VEXT $8, v.B16, v.B16, v.B16; \
four: \
	TBZ $2, LEFT, two; \
	FMOVS.P f, 4(to); \
	VEXT $4, v.B16, v.B16, v.B16; \
two: \
	TBZ $1, LEFT, one; \
	VST1.P v.H[0], 2(to); \
	VEXT $2, v.B16, v.B16, v.B16; \
one: \
	TBZ $0, LEFT, done; \
	VST1 v.B[0], (to); \
done:
