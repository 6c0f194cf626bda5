// From sums to bytes, as Requantise says, for every integer kernel in NEON.
// V29: the zero point, eight times. V30, V31: the limits, four times.

// LIMITS fills V29–V31 from the fields Zero, Lo and Hi of the arguments.
#define LIMITS(zero, lo, hi, args, tmp) \
	ADD $zero, args, tmp; \
	VLD1R (tmp), [V29.H8]; \
	ADD $lo, args, tmp; \
	VLD1R (tmp), [V30.S4]; \
	ADD $hi, args, tmp; \
	VLD1R (tmp), [V31.S4]

// ROUND makes whole numbers, less the zero point, of the floats in V(x). The
// limits are whole, so what is rounded after them stays within.
#define ROUND(x) \
	VFMAX4S(30, x, x); \
	VFMIN4S(31, x, x); \
	VFCVTNS4S(x, x)

// REQUANTISE does so for the sums in V(x), with the scales in V(s).
#define REQUANTISE(s, x) \
	VSCVTF4S(x, x); \
	VFMUL4S(s, x, x); \
	ROUND(x)

// SLOPED is REQUANTISE with the scales in V(n) for negative sums. Of the parts of
// a number above and below zero, z, one is zero, so that the fused sum of both rounds
// once. V(t) is lost.
#define SLOPED(s, n, z, t, x) \
	VSCVTF4S(x, x); \
	VFMIN4S(z, x, t); \
	VFMAX4S(z, x, x); \
	VFMUL4S(s, x, x); \
	VFMLA4S(n, t, x); \
	ROUND(x)

// PACK16 packs what ROUND left in V(a), V(b), V(c), V(d) into 16 bytes in V(a),
// and adds the zero point. They are whole numbers of 9 bits, so halves of lanes
// are enough.
#define PACK16(a, b, c, d) \
	VUZP18H(b, a, a); \
	VUZP18H(d, c, c); \
	VADD8H(29, a, a); \
	VADD8H(29, c, c); \
	VUZP116B(c, a, a)

// REQUANTISE4 makes the 16 sums in V(x) to V(x+3) bytes in V(x), with the scales
// in V(s) to V(s+3).
#define REQUANTISE4(s, x) \
	REQUANTISE(s, x); \
	REQUANTISE(s+1, x+1); \
	REQUANTISE(s+2, x+2); \
	REQUANTISE(s+3, x+3); \
	PACK16(x, x+1, x+2, x+3)

// SLOPED4 is REQUANTISE4 likewise, with V(n) to V(n+3).
#define SLOPED4(s, n, z, t, x) \
	SLOPED(s, n, z, t, x); \
	SLOPED(s+1, n+1, z, t, x+1); \
	SLOPED(s+2, n+2, z, t, x+2); \
	SLOPED(s+3, n+3, z, t, x+3); \
	PACK16(x, x+1, x+2, x+3)
