package jpeg

// A block is scaled by keeping its n×n lowest coefficients and transforming
// those with n points: that is a low-pass filter and decimation at once.

// transformScaled writes the n×n samples, n = 4, 2 or 1, of a block whose last
// coefficient other than zero is number last, and clears the block.
func transformScaled(b *[64]int32, last, n int, dst []byte, stride int) {
	switch {
	case last == 0 || n == 1:
		flat(b[0], dst, stride, n)
	case n == 2:
		s, d := b[0]+b[1]+4+128<<3, b[0]-b[1]+4+128<<3
		t, u := b[8]+b[9], b[8]-b[9]
		dst[0], dst[1] = clamp((s+t)>>3), clamp((d+u)>>3)
		dst[stride], dst[stride+1] = clamp((s-t)>>3), clamp((d-u)>>3)
	default:
		transform4(b, dst, stride)
	}
	if last == 0 {
		b[0] = 0
		return
	}
	*b = [64]int32{}
}

func transform4(b *[64]int32, dst []byte, stride int) {
	for x := range 4 {
		p, m := (b[x]+b[16+x])<<constBits+half1, (b[x]-b[16+x])<<constBits+half1
		o0, o1 := b[8+x]*c2+b[24+x]*c6, b[8+x]*c6-b[24+x]*c2
		b[x], b[24+x] = (p+o0)>>shift1, (p-o0)>>shift1
		b[8+x], b[16+x] = (m+o1)>>shift1, (m-o1)>>shift1
	}
	for y := range 4 {
		r, d := b[y*8:y*8+4:y*8+4], dst[y*stride:y*stride+4:y*stride+4]
		p, m := (r[0]+r[2])<<constBits+half2, (r[0]-r[2])<<constBits+half2
		o0, o1 := r[1]*c2+r[3]*c6, r[1]*c6-r[3]*c2
		d[0], d[3] = clamp((p+o0)>>shift2), clamp((p-o0)>>shift2)
		d[1], d[2] = clamp((m+o1)>>shift2), clamp((m-o1)>>shift2)
	}
}
