package jpeg

// The inverse transform is that of Loeffler, Ligtenberg and Moschytz
// ("Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989)
// in 32-bit integers: constants have constBits fraction bits, and what lies
// between the two passes has passBits.
const (
	constBits = 13
	passBits  = 2
	shift1    = constBits - passBits
	half1     = 1 << (shift1 - 1)
	shift2    = constBits + passBits + 3
	half2     = 1<<(shift2-1) + 128<<shift2 // rounds, and lifts 0 to mid-grey
)

// The constants are sums of c(k) = √2·cos(kπ/16), in 1/8192.
const (
	c6       = 4433  // c(6)
	c2m6     = 6270  // c(2)-c(6)
	c2p6     = 15137 // c(2)+c(6)
	c2       = 10703 // c(2)
	c3       = 9633  // c(3)
	odd7     = 2446  // -c(1)+c(3)+c(5)-c(7)
	odd5     = 16819 // c(1)+c(3)-c(5)+c(7)
	odd3     = 25172 // c(1)+c(3)+c(5)-c(7)
	odd1     = 12299 // c(1)+c(3)-c(5)-c(7)
	minus7p1 = 7373  // c(3)-c(7)
	minus5p3 = 20995 // c(1)+c(3)
	minus7p3 = 16069 // c(3)+c(5)
	minus5p1 = 3196  // c(3)-c(5)
)

// transform writes the 8×8 samples of a block, whose last coefficient other
// than zero is number last in coded order, and clears the block.
func transform(b *[64]int32, last int, dst []byte, stride int) {
	switch {
	case last == 0:
		flat(b[0], dst, stride, 8)
		b[0] = 0
		return
	case last < 10: // only the upper left 4×4
		corner(b)
		for y := range 8 {
			rowOf4(b[y*8:y*8+8:y*8+8], dst[y*stride:y*stride+8:y*stride+8])
		}
	default:
		columns(b)
		for y := range 8 {
			rowOf8(b[y*8:y*8+8:y*8+8], dst[y*stride:y*stride+8:y*stride+8])
		}
	}
	*b = [64]int32{}
}

// flat writes the n×n samples of a block that has a mean only.
func flat(dc int32, dst []byte, stride, n int) {
	v := clamp((dc + 4 + 128<<3) >> 3)
	for y := range n {
		d := dst[y*stride : y*stride+n]
		for x := range d {
			d[x] = v
		}
	}
}

func clamp(v int32) uint8 {
	if uint32(v) > 255 {
		v = ^(v >> 31)
	}
	return uint8(v)
}

// odd returns the odd half of a pass from coefficients 1, 3, 5 and 7: what is
// added for the samples 0..3 and taken away for 7..4.
func odd(x1, x3, x5, x7 int32) (t3, t2, t1, t0 int32) {
	z5 := (x7 + x3 + x5 + x1) * c3
	z1, z2 := (x7+x1)*-minus7p1, (x5+x3)*-minus5p3
	z3, z4 := (x7+x3)*-minus7p3+z5, (x5+x1)*-minus5p1+z5
	return x1*odd1 + z1 + z4, x3*odd3 + z2 + z3, x5*odd5 + z2 + z4, x7*odd7 + z1 + z3
}

func columns(b *[64]int32) {
	for x := range 8 {
		x1, x2, x3, x4 := b[8+x], b[16+x], b[24+x], b[32+x]
		x5, x6, x7 := b[40+x], b[48+x], b[56+x]
		if x1|x2|x3|x4|x5|x6|x7 == 0 {
			v := b[x] << passBits
			b[x], b[8+x], b[16+x], b[24+x] = v, v, v, v
			b[32+x], b[40+x], b[48+x], b[56+x] = v, v, v, v
			continue
		}
		z := (x2 + x6) * c6
		e2, e3 := z-x6*c2p6, z+x2*c2m6
		p, m := (b[x]+x4)<<constBits+half1, (b[x]-x4)<<constBits+half1
		s0, s3, s1, s2 := p+e3, p-e3, m+e2, m-e2
		o3, o2, o1, o0 := odd(x1, x3, x5, x7)
		b[x], b[56+x] = (s0+o3)>>shift1, (s0-o3)>>shift1
		b[8+x], b[48+x] = (s1+o2)>>shift1, (s1-o2)>>shift1
		b[16+x], b[40+x] = (s2+o1)>>shift1, (s2-o1)>>shift1
		b[24+x], b[32+x] = (s3+o0)>>shift1, (s3-o0)>>shift1
	}
}

// corner is columns for a block whose coefficients lie in its upper left 4×4.
func corner(b *[64]int32) {
	for x := range 4 {
		x1, x2, x3 := b[8+x], b[16+x], b[24+x]
		if x1|x2|x3 == 0 {
			v := b[x] << passBits
			b[x], b[8+x], b[16+x], b[24+x] = v, v, v, v
			b[32+x], b[40+x], b[48+x], b[56+x] = v, v, v, v
			continue
		}
		e2, e3 := x2*c6, x2*c2
		p := b[x]<<constBits + half1
		s0, s3, s1, s2 := p+e3, p-e3, p+e2, p-e2
		z5 := (x3 + x1) * c3
		z3, z4 := z5-x3*minus7p3, z5-x1*minus5p1
		o3, o2 := x1*(odd1-minus7p1)+z4, x3*(odd3-minus5p3)+z3
		o1, o0 := z4-x3*minus5p3, z3-x1*minus7p1
		b[x], b[56+x] = (s0+o3)>>shift1, (s0-o3)>>shift1
		b[8+x], b[48+x] = (s1+o2)>>shift1, (s1-o2)>>shift1
		b[16+x], b[40+x] = (s2+o1)>>shift1, (s2-o1)>>shift1
		b[24+x], b[32+x] = (s3+o0)>>shift1, (s3-o0)>>shift1
	}
}

func rowOf8(r []int32, d []uint8) {
	_, _ = r[7], d[7]
	z := (r[2] + r[6]) * c6
	e2, e3 := z-r[6]*c2p6, z+r[2]*c2m6
	p, m := (r[0]+r[4])<<constBits+half2, (r[0]-r[4])<<constBits+half2
	s0, s3, s1, s2 := p+e3, p-e3, m+e2, m-e2
	o3, o2, o1, o0 := odd(r[1], r[3], r[5], r[7])
	d[0], d[7] = clamp((s0+o3)>>shift2), clamp((s0-o3)>>shift2)
	d[1], d[6] = clamp((s1+o2)>>shift2), clamp((s1-o2)>>shift2)
	d[2], d[5] = clamp((s2+o1)>>shift2), clamp((s2-o1)>>shift2)
	d[3], d[4] = clamp((s3+o0)>>shift2), clamp((s3-o0)>>shift2)
}

// rowOf4 is rowOf8 where the last four coefficients are zero.
func rowOf4(r []int32, d []uint8) {
	_, _ = r[7], d[7]
	x1, x2, x3 := r[1], r[2], r[3]
	e2, e3 := x2*c6, x2*c2
	p := r[0]<<constBits + half2
	s0, s3, s1, s2 := p+e3, p-e3, p+e2, p-e2
	z5 := (x3 + x1) * c3
	z3, z4 := z5-x3*minus7p3, z5-x1*minus5p1
	o3, o2 := x1*(odd1-minus7p1)+z4, x3*(odd3-minus5p3)+z3
	o1, o0 := z4-x3*minus5p3, z3-x1*minus7p1
	d[0], d[7] = clamp((s0+o3)>>shift2), clamp((s0-o3)>>shift2)
	d[1], d[6] = clamp((s1+o2)>>shift2), clamp((s1-o2)>>shift2)
	d[2], d[5] = clamp((s2+o1)>>shift2), clamp((s2-o1)>>shift2)
	d[3], d[4] = clamp((s3+o0)>>shift2), clamp((s3-o0)>>shift2)
}
