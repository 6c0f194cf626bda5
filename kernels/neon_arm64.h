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

// bit vd.16b, vn.16b, vm.16b
#define VBIT16B(m, n, d) WORD $(0x6ea01c00 | (m)<<16 | (n)<<5 | (d))
