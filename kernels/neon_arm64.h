// The NEON instructions that Go's assembler lacks, as macros around WORD.
//
// Arguments are register numbers, sources first and the destination last, as
// everywhere in Go's assembly: VFADD4S(2, 1, 0) is V0 = V1 + V2. Lanes are
// those of the destination, as the name ends: four of 32 bits (4S), eight of 16
// (8H) or sixteen of 8 (16B). The comment above a macro is the instruction in
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

// Products of bytes.

// sdot vd.4s, vn.16b, vm.4b[i]
#define VSDOTE4S(m, i, n, d) WORD $(0x4f80e000 | ((i)&1)<<21 | (m)<<16 | ((i)>>1)<<11 | (n)<<5 | (d))

// smull vd.8h, vn.8b, vm.8b
#define VSMULL8H(m, n, d) WORD $(0x0e20c000 | (m)<<16 | (n)<<5 | (d))

// smull2 vd.8h, vn.16b, vm.16b
#define VSMULL28H(m, n, d) WORD $(0x4e20c000 | (m)<<16 | (n)<<5 | (d))

// smlal vd.8h, vn.8b, vm.8b
#define VSMLAL8H(m, n, d) WORD $(0x0e208000 | (m)<<16 | (n)<<5 | (d))

// smlal2 vd.8h, vn.16b, vm.16b
#define VSMLAL28H(m, n, d) WORD $(0x4e208000 | (m)<<16 | (n)<<5 | (d))

// sadalp vd.4s, vn.8h
#define VSADALP4S(n, d) WORD $(0x4e606800 | (n)<<5 | (d))

// saddw vd.4s, vn.4s, vm.4h
#define VSADDW4S(m, n, d) WORD $(0x0e601000 | (m)<<16 | (n)<<5 | (d))

// saddw2 vd.4s, vn.4s, vm.8h
#define VSADDW24S(m, n, d) WORD $(0x4e601000 | (m)<<16 | (n)<<5 | (d))

// Between bytes and what is computed with.

// usubl vd.8h, vn.8b, vm.8b
#define VUSUBL8H(m, n, d) WORD $(0x2e202000 | (m)<<16 | (n)<<5 | (d))

// usubl2 vd.8h, vn.16b, vm.16b
#define VUSUBL28H(m, n, d) WORD $(0x6e202000 | (m)<<16 | (n)<<5 | (d))

// sshll vd.4s, vn.4h, #0
#define VSXTL4S(n, d) WORD $(0x0f10a400 | (n)<<5 | (d))

// sshll2 vd.4s, vn.8h, #0
#define VSXTL24S(n, d) WORD $(0x4f10a400 | (n)<<5 | (d))

// smull vd.4s, vn.4h, vm.4h
#define VSMULL4S(m, n, d) WORD $(0x0e60c000 | (m)<<16 | (n)<<5 | (d))

// smull2 vd.4s, vn.8h, vm.8h
#define VSMULL24S(m, n, d) WORD $(0x4e60c000 | (m)<<16 | (n)<<5 | (d))

// smlal vd.4s, vn.4h, vm.4h
#define VSMLAL4S(m, n, d) WORD $(0x0e608000 | (m)<<16 | (n)<<5 | (d))

// smlal2 vd.4s, vn.8h, vm.8h
#define VSMLAL24S(m, n, d) WORD $(0x4e608000 | (m)<<16 | (n)<<5 | (d))

// mul vd.4s, vn.4s, vm.4s
#define VMUL4S(m, n, d) WORD $(0x4ea09c00 | (m)<<16 | (n)<<5 | (d))

// mla vd.4s, vn.4s, vm.4s
#define VMLA4S(m, n, d) WORD $(0x4ea09400 | (m)<<16 | (n)<<5 | (d))

// urshr vd.4s, vn.4s, #s
#define VURSHR4S(s, n, d) WORD $(0x6f002400 | (64-(s))<<16 | (n)<<5 | (d))

// fcmeq vd.4s, vn.4s, vm.4s
#define VFCMEQ4S(m, n, d) WORD $(0x4e20e400 | (m)<<16 | (n)<<5 | (d))

// and vd.16b, vn.16b, vm.16b
#define VAND16B(m, n, d) WORD $(0x4e201c00 | (m)<<16 | (n)<<5 | (d))

// add vd.8h, vn.8h, vm.8h
#define VADD8H(m, n, d) WORD $(0x4e608400 | (m)<<16 | (n)<<5 | (d))

// uzp1 vd.8h, vn.8h, vm.8h
#define VUZP18H(m, n, d) WORD $(0x4e401800 | (m)<<16 | (n)<<5 | (d))

// uzp1 vd.16b, vn.16b, vm.16b
#define VUZP116B(m, n, d) WORD $(0x4e001800 | (m)<<16 | (n)<<5 | (d))

// sqxtun vd.8b, vn.8h
#define VSQXTUN8B(n, d) WORD $(0x2e212800 | (n)<<5 | (d))
