// The NEON instructions that Go's assembler lacks, as macros around WORD.
//
// Arguments are register numbers, sources first and the destination last, as
// everywhere in Go's assembly: VFADD4S(2, 1, 0) is V0 = V1 + V2. Lanes are
// four floats (4S) throughout. The comment above a macro is the instruction in
// Arm's syntax, which encoding_test.go holds the word against.
// Source: Arm Architecture Reference Manual for A-profile (DDI 0487), C7.

// fmla vd.4s, vn.4s, vm.s[i]
#define VFMLAE4S(m, i, n, d) WORD $(0x4f801000 | ((i)&1)<<21 | (m)<<16 | ((i)>>1)<<11 | (n)<<5 | (d))

// fadd vd.4s, vn.4s, vm.4s
#define VFADD4S(m, n, d) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))

// fmax vd.4s, vn.4s, vm.4s
#define VFMAX4S(m, n, d) WORD $(0x4e20f400 | (m)<<16 | (n)<<5 | (d))

// fmin vd.4s, vn.4s, vm.4s
#define VFMIN4S(m, n, d) WORD $(0x4ea0f400 | (m)<<16 | (n)<<5 | (d))

// fmul vd.4s, vn.4s, vm.4s
#define VFMUL4S(m, n, d) WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d))

// fcmgt vd.4s, vn.4s, vm.4s
#define VFCMGT4S(m, n, d) WORD $(0x6ea0e400 | (m)<<16 | (n)<<5 | (d))

// fmla vd.4s, vn.4s, vm.4s
#define VFMLA4S(m, n, d) WORD $(0x4e20cc00 | (m)<<16 | (n)<<5 | (d))

// fsub vd.4s, vn.4s, vm.4s
#define VFSUB4S(m, n, d) WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d))

// fmul vd.4s, vn.4s, vm.s[i]
#define VFMULE4S(m, i, n, d) WORD $(0x4f809000 | ((i)&1)<<21 | (m)<<16 | ((i)>>1)<<11 | (n)<<5 | (d))

// fdiv vd.4s, vn.4s, vm.4s
#define VFDIV4S(m, n, d) WORD $(0x6e20fc00 | (m)<<16 | (n)<<5 | (d))

// frecpe vd.4s, vn.4s
#define VFRECPE4S(n, d) WORD $(0x4ea1d800 | (n)<<5 | (d))

// frecps vd.4s, vn.4s, vm.4s
#define VFRECPS4S(m, n, d) WORD $(0x4e20fc00 | (m)<<16 | (n)<<5 | (d))

// fmls vd.4s, vn.4s, vm.4s
#define VFMLS4S(m, n, d) WORD $(0x4ea0cc00 | (m)<<16 | (n)<<5 | (d))

// fabs vd.4s, vn.4s
#define VFABS4S(n, d) WORD $(0x4ea0f800 | (n)<<5 | (d))

// fneg vd.4s, vn.4s
#define VFNEG4S(n, d) WORD $(0x6ea0f800 | (n)<<5 | (d))

// fcmlt vd.4s, vn.4s, #0.0
#define VFCMLTZ4S(n, d) WORD $(0x4ea0e800 | (n)<<5 | (d))

// fcvtns vd.4s, vn.4s
#define VFCVTNS4S(n, d) WORD $(0x4e21a800 | (n)<<5 | (d))

// scvtf vd.4s, vn.4s
#define VSCVTF4S(n, d) WORD $(0x4e21d800 | (n)<<5 | (d))

// sshr vd.4s, vn.4s, #s
#define VSSHR4S(s, n, d) WORD $(0x4f000400 | (64-(s))<<16 | (n)<<5 | (d))

// Halfs of the lower four lanes to floats, and of the upper four.

// fcvtl vd.4s, vn.4h
#define VFCVTL4S(n, d) WORD $(0x0e217800 | (n)<<5 | (d))

// fcvtl2 vd.4s, vn.8h
#define VFCVTL24S(n, d) WORD $(0x4e217800 | (n)<<5 | (d))

// Floats to halfs in the lower four lanes, clearing the upper, and in the upper.

// fcvtn vd.4h, vn.4s
#define VFCVTN4S(n, d) WORD $(0x0e216800 | (n)<<5 | (d))

// fcvtn2 vd.8h, vn.4s
#define VFCVTN24S(n, d) WORD $(0x4e216800 | (n)<<5 | (d))

// The rest Go's assembler has, but with registers by name only, while macros
// of kernels count registers.

// shl vd.4s, vn.4s, #s
#define VSHL4S(s, n, d) WORD $(0x4f005400 | (32+(s))<<16 | (n)<<5 | (d))

// add vd.4s, vn.4s, vm.4s
#define VADD4S(m, n, d) WORD $(0x4ea08400 | (m)<<16 | (n)<<5 | (d))

// sub vd.4s, vn.4s, vm.4s
#define VSUB4S(m, n, d) WORD $(0x6ea08400 | (m)<<16 | (n)<<5 | (d))

// dup vd.4s, vn.s[i]
#define VDUP4S(n, i, d) WORD $(0x4e040400 | (i)<<19 | (n)<<5 | (d))

// mov vd.16b, vn.16b
#define VMOV16B(n, d) WORD $(0x4ea01c00 | (n)<<16 | (n)<<5 | (d))

// bsl vd.16b, vn.16b, vm.16b
#define VBSL16B(m, n, d) WORD $(0x6e601c00 | (m)<<16 | (n)<<5 | (d))

// bit vd.16b, vn.16b, vm.16b
#define VBIT16B(m, n, d) WORD $(0x6ea01c00 | (m)<<16 | (n)<<5 | (d))
