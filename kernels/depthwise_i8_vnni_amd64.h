// The pixels of one block of channels, for vectors of any width.

	MOVQ TapsI8Args_Off(args), o
	MOVQ TapsI8Args_Pixels(args), left

PIXEL:
	VMOVDQA64 bias0, q0
	VMOVDQA64 bias1, q1
	VMOVDQA64 bias2, q2
	VMOVDQA64 bias3, q3
	MOVQ weights-8(SP), w
	MOVQ TapsI8Args_Taps(args), taps
	SUBQ $4, taps
	JLT  REST

	PCALIGN $32
GROUP:
	MOVLQSX (o), r0
	MOVLQSX 4(o), r1
	MOVLQSX 8(o), r2
	MOVLQSX 12(o), r3
	ADDQ    $16, o
	VMOVDQU64 (base)(r0*1), x0
	VMOVDQU64 (base)(r1*1), x1
	VMOVDQU64 (base)(r2*1), x2
	VMOVDQU64 (base)(r3*1), x3
	VPUNPCKLBW x1, x0, t0
	VPUNPCKHBW x1, x0, t1
	VPUNPCKLBW x3, x2, t2
	VPUNPCKHBW x3, x2, t3
	FOUR
	SUBQ $4, taps
	JGE  GROUP

REST:
	CMPQ taps, $-3
	JLT  FINISH // none
	JEQ  ONE
	MOVLQSX (o), r0
	MOVLQSX 4(o), r1
	ADDQ    $8, o
	VMOVDQU64 (base)(r0*1), x0
	VMOVDQU64 (base)(r1*1), x1
	VMOVDQA64 none, x2
	CMPQ taps, $-2
	JEQ  TWO
	MOVLQSX (o), r0
	ADDQ    $4, o
	VMOVDQU64 (base)(r0*1), x2

TWO:
	VPUNPCKLBW x1, x0, t0
	VPUNPCKHBW x1, x0, t1
	VPUNPCKLBW none, x2, t2
	VPUNPCKHBW none, x2, t3
	FOUR
	JMP FINISH

ONE:
	MOVLQSX (o), r0
	ADDQ    $4, o
	VMOVDQU64 (base)(r0*1), x0
	VPUNPCKLBW none, x0, t0
	VPUNPCKHBW none, x0, t1
	VPUNPCKLWD none, t0, x0
	VPUNPCKHWD none, t0, x1
	VPUNPCKLWD none, t1, x2
	VPUNPCKHWD none, t1, x3
	DOTS

FINISH:
	VCVTDQ2PS q0, q0
	VCVTDQ2PS q1, q1
	VCVTDQ2PS q2, q2
	VCVTDQ2PS q3, q3
	CMPQ TapsI8Args_ScaleNeg(args), $0
	JNE  SLOPED
	VMULPS scale0, q0, q0
	VMULPS scale1, q1, q1
	VMULPS scale2, q2, q2
	VMULPS scale3, q3, q3

SCALED:
	VMINPS hi, q0, q0
	VMINPS hi, q1, q1
	VMINPS hi, q2, q2
	VMINPS hi, q3, q3
	VCVTPS2DQ q0, q0
	VCVTPS2DQ q1, q1
	VCVTPS2DQ q2, q2
	VCVTPS2DQ q3, q3
	VPACKSSDW q1, q0, q0
	VPACKSSDW q3, q2, q2
	VPADDSW   zero, q0, q0
	VPADDSW   zero, q2, q2
	VPACKUSWB q2, q0, q0
	VPMAXUB   lo, q0, q0
	VMOVDQU8  q0, K1, (out)
	ADDQ TapsI8Args_LDO(args), out
	DECQ left
	JNE  PIXEL
	JMP  BLOCKDONE

SLOPED:
	VPMOVD2M  q0, K2
	VPMOVD2M  q1, K3
	VPMOVD2M  q2, K4
	VPMOVD2M  q3, K5
	VBLENDMPS neg0, scale0, K2, x0
	VBLENDMPS neg1, scale1, K3, x1
	VBLENDMPS neg2, scale2, K4, x2
	VBLENDMPS neg3, scale3, K5, x3
	VMULPS x0, q0, q0
	VMULPS x1, q1, q1
	VMULPS x2, q2, q2
	VMULPS x3, q3, q3
	JMP SCALED

BLOCKDONE:

#undef PIXEL
#undef GROUP
#undef REST
#undef TWO
#undef ONE
#undef FINISH
#undef SCALED
#undef SLOPED
#undef BLOCKDONE
#undef q0
#undef q1
#undef q2
#undef q3
#undef x0
#undef x1
#undef x2
#undef x3
#undef t0
#undef t1
#undef t2
#undef t3
#undef bias0
#undef bias1
#undef bias2
#undef bias3
#undef scale0
#undef scale1
#undef scale2
#undef scale3
#undef neg0
#undef neg1
#undef neg2
#undef neg3
#undef hi
#undef zero
#undef lo
#undef none
