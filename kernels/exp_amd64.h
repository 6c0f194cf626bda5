// The exponential in AVX2 and FMA, for the kernels that are made of it.
//
// e^x is 2^k·e^r with k = x∕ln 2 rounded and r = x − k·ln 2, so that |r| ≤ ½ ln 2.
// ln 2 is taken in two parts, of which k times the first is exact (W. Cody and
// W. Waite, "Software Manual for the Elementary Functions", 1980). e^r − 1 is the Taylor
// sum up to r⁷∕7!, whose first omitted term is 5·10⁻⁹: far below a rounding.
// 2^k is multiplied on in two halves, so that results below 2⁻¹²⁶ are rounded
// once and those past the largest number become infinite.

#define k    Y4  // exponent, as integers; later half of 2^k
#define q    Y5  // e^r − 1
#define s    Y6  // half of 2^k
#define e    Y7  // argument of the exponential, and it

#define VECTOR(name, twice) \
	DATA  name<>+0(SB)/8, twice;  \
	DATA  name<>+8(SB)/8, twice;  \
	DATA  name<>+16(SB)/8, twice; \
	DATA  name<>+24(SB)/8, twice; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

VECTOR(expLog2e, $0x3fb8aa3b3fb8aa3b) // log2 e
VECTOR(expLn2hi, $0x3f3172003f317200) // ln 2, its first 15 bits,
VECTOR(expLn2lo, $0x35bfbe8e35bfbe8e) // and the rest
VECTOR(expC2, $0x3f0000003f000000) // 1∕2!
VECTOR(expC3, $0x3e2aaaab3e2aaaab) // 1∕3!
VECTOR(expC4, $0x3d2aaaab3d2aaaab) // 1∕4!
VECTOR(expC5, $0x3c0888893c088889) // 1∕5!
VECTOR(expC6, $0x3ab60b613ab60b61) // 1∕6!
VECTOR(expC7, $0x39500d0139500d01) // 1∕7!
VECTOR(expBias, $0x0000007f0000007f) // of the exponent

#define NUMBER(name, bits) \
	DATA  name<>+0(SB)/4, bits; \
	GLOBL name<>(SB), RODATA|NOPTR, $4

NUMBER(expOne, $0x3f800000)
NUMBER(expMin, $0xc2d00000)  // −104: e^x is 0 below

// REDUCE takes x apart into k and r, left in x, and makes q of r.
#define REDUCE(x) \
	VMULPS       expLog2e<>(SB), x, k; \
	VROUNDPS     $8, k, k;             \
	VFNMADD231PS expLn2hi<>(SB), k, x; \
	VFNMADD231PS expLn2lo<>(SB), k, x; \
	VCVTPS2DQ    k, k;                 \
	VMOVUPS      expC7<>(SB), q;       \
	VFMADD213PS  expC6<>(SB), x, q;    \
	VFMADD213PS  expC5<>(SB), x, q;    \
	VFMADD213PS  expC4<>(SB), x, q;    \
	VFMADD213PS  expC3<>(SB), x, q;    \
	VFMADD213PS  expC2<>(SB), x, q;    \
	VMULPS       x, q, q;              \
	VFMADD213PS  x, x, q

// POWER turns an integer vector into that power of two.
#define POWER(v) \
	VPADDD expBias<>(SB), v, v; \
	VPSLLD $23, v, v

// EXPONENTIAL replaces x, within expMin..expMax, by e^x.
#define EXPONENTIAL(x) \
	REDUCE(x);        \
	VPSRAD $1, k, s;  \
	VPSUBD s, k, k;   \
	POWER(s);         \
	POWER(k);         \
	VADDPS one, q, x; \
	VMULPS s, x, x;   \
	VMULPS k, x, x
