// What the products of bytes in NEON have in common: the map of registers, and
// how they begin and go from tap to tap.

#define ARGS R0
#define BASE R1 // what offsets count from
#define OFF R2 // next tap's offsets
#define B R3 // in the packed panel
#define KLEFT R4
#define K R5 // groups of 16 in a row of A
#define TAPS R6
#define TMP R7
// The rows of A, later of C.
#define ROW0 R8
#define ROW1 R9
#define ROW2 R10
#define ROW3 R11
#define ROW4 R12
#define ROW5 R13
#define ROW6 R14
#define ROW7 R15
#define REST R16 // steps of 4 after the groups
// At the end:
#define STRIDE R1
#define M R2
#define N R3 // columns, later bytes of a row
#define FROM R4
#define STEP R5
#define TO R6
// V0–V15: the sums; row m has columns 0–3 in V(2m) and 4–7 in V(2m+1).
// V31: the top bit of every byte.

// BEGIN reads the arguments and sets all rows' sums to the bias.
#define BEGIN \
	MOVD a+0(FP), ARGS; \
	MOVD GemmI8Args_Bias(ARGS), TMP; \
	MOVD GemmI8Args_B(ARGS), B; \
	FLDPQ (TMP), (F0, F1); \
	FLDPQ.P 32(B), (F2, F3); \
	VADD V2.S4, V0.S4, V0.S4; \
	VADD V3.S4, V1.S4, V1.S4; \
	VMOV V0.B16, V2.B16; \
	VMOV V1.B16, V3.B16; \
	VMOV V0.B16, V4.B16; \
	VMOV V1.B16, V5.B16; \
	VMOV V0.B16, V6.B16; \
	VMOV V1.B16, V7.B16; \
	VMOV V0.B16, V8.B16; \
	VMOV V1.B16, V9.B16; \
	VMOV V0.B16, V10.B16; \
	VMOV V1.B16, V11.B16; \
	VMOV V0.B16, V12.B16; \
	VMOV V1.B16, V13.B16; \
	VMOV V0.B16, V14.B16; \
	VMOV V1.B16, V15.B16; \
	VMOVI $0x80, V31.B16; \
	MOVD GemmI8Args_A(ARGS), BASE; \
	MOVD GemmI8Args_Off(ARGS), OFF; \
	MOVD GemmI8Args_K(ARGS), K; \
	MOVD GemmI8Args_Taps(ARGS), TAPS

// TAPROWS points at the rows of the next tap.
#define TAPROWS \
	LDPSW (OFF), (ROW0, ROW1); \
	LDPSW 8(OFF), (ROW2, ROW3); \
	LDPSW 16(OFF), (ROW4, ROW5); \
	LDPSW 24(OFF), (ROW6, ROW7); \
	ADD $32, OFF; \
	ADD BASE, ROW0; \
	ADD BASE, ROW1; \
	ADD BASE, ROW2; \
	ADD BASE, ROW3; \
	ADD BASE, ROW4; \
	ADD BASE, ROW5; \
	ADD BASE, ROW6; \
	ADD BASE, ROW7
