package nn

// DepthToSpace turns every BlockSize² channels of an NCHW picture into a
// square of pixels. In mode DCR the square is the slowest part of the channel
// number, in mode CRD the fastest.
type DepthToSpace struct {
	BlockSize int    `onnx:"blocksize"`
	Mode      string `onnx:"mode,DCR"`
	perm      layout
}

// maxBlock keeps the square of a block size within an int.
const maxBlock = 1 << 15

// Infer returns [N, C/b², H·b, W·b].
func (o *DepthToSpace) Infer(in []Arg, _ int) ([]Type, error) {
	if err := checkBlocks(in, o.BlockSize); err != nil {
		return nil, err
	}
	if o.Mode != "DCR" && o.Mode != "CRD" {
		return nil, Unsupportedf("mode", "%q", o.Mode)
	}
	s, c, h, w := in[0].Shape, o.perm.stored(1), o.perm.stored(2), o.perm.stored(3)
	if s.Dims[c]%(o.BlockSize*o.BlockSize) != 0 {
		return nil, Invalidf("blocksize", "%d channels are no multiple of %d²", s.Dims[c], o.BlockSize)
	}
	s.Dims[c] /= o.BlockSize * o.BlockSize
	s.Dims[h] *= o.BlockSize
	s.Dims[w] *= o.BlockSize
	return oneType(in[0].DType, s.Slice())
}

func checkBlocks(in []Arg, size int) error {
	if in[0].Shape.Rank != 4 {
		return Unsupportedf("", "rank %d, want 4", in[0].Shape.Rank)
	}
	if size < 1 || size > maxBlock {
		return Invalidf("blocksize", "%d is outside 1..%d", size, maxBlock)
	}
	return nil
}

// blockBox pairs a picture of few channels with its form of many, whose
// strides are deep, in the order (n, h, y, w, x, c) for a block's rows y and
// columns x: to is the wide picture, from the deep one.
func blockBox(wide, deep Shape, perm layout, size int, squareFirst bool) box {
	n, c, h, w := perm.stored(0), perm.stored(1), perm.stored(2), perm.stored(3)
	ws, ds := wide.Strides(), deep.Strides()
	square, channel := ds[c], size*size*ds[c]
	if squareFirst {
		square, channel = wide.Dims[c]*ds[c], ds[c]
	}
	b := box{
		rank: 6,
		dims: [MaxRank]int{wide.Dims[n], deep.Dims[h], size, deep.Dims[w], size, wide.Dims[c]},
		to:   [MaxRank]int{ws[n], size * ws[h], ws[h], size * ws[w], ws[w], ws[c]},
		from: [MaxRank]int{ds[n], ds[h], size * square, ds[w], square, channel},
	}
	if c < w { // channels come before rows in memory: so they do here
		for i := 5; i > 1; i-- {
			b.swap(i, i-1)
		}
	}
	return b
}

func (o *DepthToSpace) box(out, in Shape) box {
	return blockBox(out, in, o.perm, o.BlockSize, o.Mode == "DCR")
}

// Forward moves the elements.
func (o *DepthToSpace) Forward(r *Run) error {
	copyBox(r.Out[0], r.In[0], o.box(r.Out[0].Shape, r.In[0].Shape))
	return nil
}

// Permute keeps the order of the dimensions.
func (o *DepthToSpace) Permute(perm []int, in []Arg) (Op, bool) {
	return &DepthToSpace{o.BlockSize, o.Mode, o.perm.then(perm)}, in[0].Shape.Rank == len(perm)
}

func (o *DepthToSpace) backward(g *Grad) {
	addBox(g.DIn[0], g.DOut[0], o.box(g.Out[0].Shape, g.In[0].Shape).reversed())
}

// SpaceToDepth turns every square of BlockSize² pixels of an NCHW picture into
// channels; the square is the slowest part of the channel number.
type SpaceToDepth struct {
	BlockSize int `onnx:"blocksize"`
	perm      layout
}

// Infer returns [N, C·b², H/b, W/b].
func (o *SpaceToDepth) Infer(in []Arg, _ int) ([]Type, error) {
	if err := checkBlocks(in, o.BlockSize); err != nil {
		return nil, err
	}
	s, c, h, w := in[0].Shape, o.perm.stored(1), o.perm.stored(2), o.perm.stored(3)
	if s.Dims[h]%o.BlockSize != 0 || s.Dims[w]%o.BlockSize != 0 {
		return nil, Invalidf("blocksize", "%d does not divide the picture of %v", o.BlockSize, s)
	}
	s.Dims[c] *= o.BlockSize * o.BlockSize
	s.Dims[h] /= o.BlockSize
	s.Dims[w] /= o.BlockSize
	return oneType(in[0].DType, s.Slice())
}

func (o *SpaceToDepth) box(out, in Shape) box {
	return blockBox(in, out, o.perm, o.BlockSize, true).reversed()
}

// Forward moves the elements.
func (o *SpaceToDepth) Forward(r *Run) error {
	copyBox(r.Out[0], r.In[0], o.box(r.Out[0].Shape, r.In[0].Shape))
	return nil
}

// Permute keeps the order of the dimensions.
func (o *SpaceToDepth) Permute(perm []int, in []Arg) (Op, bool) {
	return &SpaceToDepth{o.BlockSize, o.perm.then(perm)}, in[0].Shape.Rank == len(perm)
}

func (o *SpaceToDepth) backward(g *Grad) {
	addBox(g.DIn[0], g.DOut[0], o.box(g.Out[0].Shape, g.In[0].Shape).reversed())
}
