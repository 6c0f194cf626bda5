// The body of a 6×16 tile by VPDPBUSD on 256 bits, from args on. DOT(b, bn, x, xn,
// c, cn) adds products to c; bn, xn and cn are the numbers of the registers. The
// shape is that of gemm_avx2_amd64.s; a step takes four k.

	MOVQ GemmI8Args_K(args), base
	ADDQ $3, base
	ANDQ $-4, base
	ADDQ GemmI8Args_A(args), base
	MOVQ GemmI8Args_Off(args), off
	MOVQ GemmI8Args_B(args), b
	MOVQ GemmI8Args_Taps(args), taps
	MOVQ GemmI8Args_Bias(args), tmp
	CMPQ GemmI8Args_N(args), $8
	JLE  narrow
	DEAL(tmp, c00, c01)
	CMPQ GemmI8Args_M(args), $3
	JLE  three
	COPY

tap:
	ROWS6
	DEPTH(tail)

	PCALIGN $32
two:
	STEP(-4, 0)
	STEP(0, 64)
	ADDQ $128, b
	ADDQ $8, kk
	JLT  two
	JGT  tapped

tail:
	STEP(-4, 0)
	ADDQ $64, b

tapped:
	DECQ taps
	JNE  tap

summed:
	RESULTS

	// Three rows or fewer: every second step has accumulators of its own.
three:
	COPY
	VPXOR c30, c30, c30
	VPXOR c31, c31, c31
	VPXOR c40, c40, c40
	VPXOR c41, c41, c41
	VPXOR c50, c50, c50
	VPXOR c51, c51, c51

tap3:
	ROW(0, a0)
	ROW(1, a1)
	ROW(2, a2)
	ADDQ $24, off
	DEPTH(tail3)

	PCALIGN $32
two3:
	STEP3(-4, 0, c00, 0, c01, 1, c10, 2, c11, 3, c20, 4, c21, 5)
	STEP3(0, 64, c30, 6, c31, 7, c40, 8, c41, 9, c50, 10, c51, 11)
	ADDQ $128, b
	ADDQ $8, kk
	JLT  two3
	JGT  tapped3

tail3:
	STEP3(-4, 0, c00, 0, c01, 1, c10, 2, c11, 3, c20, 4, c21, 5)
	ADDQ $64, b

tapped3:
	DECQ taps
	JNE  tap3
	VPADDD c30, c00, c00
	VPADDD c31, c01, c01
	VPADDD c40, c10, c10
	VPADDD c41, c11, c11
	VPADDD c50, c20, c20
	VPADDD c51, c21, c21
	JMP  summed

	// Eight columns or fewer: likewise.
narrow:
	LOAD(tmp, c00, c01)
	COPY

tapN:
	ROWS6
	DEPTH(tailN)

	PCALIGN $32
twoN:
	STEP8(-4, 0, c00, 0, c10, 2, c20, 4, c30, 6, c40, 8, c50, 10)
	STEP8(0, 32, c01, 1, c11, 3, c21, 5, c31, 7, c41, 9, c51, 11)
	ADDQ $64, b
	ADDQ $8, kk
	JLT  twoN
	JGT  tappedN

tailN:
	STEP8(-4, 0, c00, 0, c10, 2, c20, 4, c30, 6, c40, 8, c50, 10)
	ADDQ $32, b

tappedN:
	DECQ taps
	JNE  tapN
	ALL(JOIN)
	JMP  summed
