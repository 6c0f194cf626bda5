// VNNI in VEX form (the feature AVX-VNNI), which Go's assembler lacks.
// Arguments are numbers of Y registers. encoding_amd64_test.go holds it
// against llvm-mc.

// {vex} vpdpbusd %ymmb, %ymma, %ymmc
#define VEXDPBUSD(b, a, c) BYTE $0xC4; BYTE $(0x42|((c>>3)^1)<<7|((b>>3)^1)<<5); BYTE $(0x05|(a^15)<<3); BYTE $0x50; BYTE $(0xC0|(c&7)<<3|(b&7))
