package kernels

import "slices"

// Known answers of the rows that take a picture to a network's input: integers
// and single roundings, so that every row gives the bits of generic Go.

func knownAnswersPicture(f Features) []Answer {
	var all []Answer
	add := func(table, row, failed string) {
		a := Answer{Table: table, Row: row}
		if failed != "" {
			a.Err = &ErrKernel{table, row, failed}
		}
		all = append(all, a)
	}
	for _, r := range PictureRows(f) {
		add("picture", r.Name, r.knownAnswer())
	}
	for _, r := range ColourRows(f) {
		add("colour", r.Name, r.knownAnswer())
	}
	return all
}

// knownAnswer of both returns the case that fails, or "".
func (p *Picture) knownAnswer() string {
	const n, width = 37, 90
	for _, taps := range []int{2, 3, 6} {
		s := sequence(taps)
		src, start, weights := s.fill(make([]uint8, width*3)), make([]int32, n), make([]int32, n*taps)
		for i := range start {
			start[i] = int32(i * (width - taps) / (n - 1))
		}
		for i := range weights {
			weights[i] = int32(s.next()) << 8
		}
		var sums, mixed [2][]int32
		var planes, pixels [2][]float32
		for i, row := range []*Picture{p, &genericPicture} {
			sums[i], mixed[i] = make([]int32, n*3), make([]int32, n*3)
			planes[i], pixels[i] = make([]float32, n*3), make([]float32, n*3)
			row.Sample(&SampleI8Args{Dst: &sums[i][0], A: &src[0], Start: &start[0], Weights: &weights[0], N: n, Taps: taps, Width: width})
			row.Mix(&MixI32Args{Dst: &mixed[i][0], A: &sums[i][0], B: &weights[0], WA: 40000, WB: -3, N: n * min(taps, 3)})
			a := ScaleI32Args{A: &mixed[i][0], Dst: [3]*float32{&planes[i][0], &planes[i][n], &planes[i][2*n]}, N: n,
				Mul: [3]float32{0x1p-23, 0.3, -2.7e-9}, Add: [3]float32{-2.1, 0.4, 7}}
			row.ToPlanes(&a)
			a.Dst[0] = &pixels[i][0]
			row.ToPixels(&a)
		}
		switch {
		case !slices.Equal(sums[0], sums[1]):
			return "a row sampled"
		case !slices.Equal(mixed[0], mixed[1]):
			return "two rows mixed"
		case !slices.Equal(planes[0], planes[1]):
			return "planes of floats"
		case !slices.Equal(pixels[0], pixels[1]):
			return "pixels of floats"
		}
	}
	return ""
}

func (c *Colour) knownAnswer() string {
	const n = 83
	s := sequence(1)
	a, b, third := s.fill(make([]uint8, 2*n+2)), s.fill(make([]uint8, n+1)), s.fill(make([]uint8, n/2+1))
	m := &YCC{76309, 16, 104597, 25674, 53279, 132201}
	for op := range numColourOps {
		var results [2][]uint8
		for i, row := range []*Colour{c, &genericColour} {
			results[i] = make([]uint8, n*3)
			row.Funcs[op](&results[i][0], &a[0], &b[0], &third[0], n, m)
		}
		if !slices.Equal(results[0], results[1]) {
			return colourNames[op]
		}
	}
	return ""
}

// colourNames are what a message calls the ways that samples lie.
var colourNames = [numColourOps]string{"YUYV", "UYVY", "luma and pairs of chroma", "planes of luma and chroma"}
