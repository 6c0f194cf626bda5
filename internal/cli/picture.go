package cli

import (
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// PictureFlags are the part of DescribeFlags that says how a picture becomes
// the input, for commands that do not read the outputs.
type PictureFlags struct {
	Size   string `help:"Size of the input, where the model leaves it open." placeholder:"W[xH]" group:"describe"`
	Colour string `help:"Channels of the input, in their order: rgb, bgr or grey." placeholder:"ORDER" group:"describe"`
	Mean   string `help:"Taken from each pixel, 0 to 255: one number, or one a channel. 0 unless given." placeholder:"M[,M,M]" group:"describe"`
	Scale  string `help:"What is left is multiplied by this, as 1/255. 1 unless given." placeholder:"S[,S,S]" group:"describe"`
	Fit    string `help:"How a picture meets the input's shape: letterbox, stretch or crop. letterbox unless given." placeholder:"FIT" group:"describe"`
	Layout string `help:"Order of the input's dimensions, nchw or nhwc, where the model leaves it open." placeholder:"ORDER" group:"describe"`
}

// Describe changes m, the metadata of the model g, as the flags say. Errors are
// of exit code Usage.
func (f *PictureFlags) Describe(g *nn.Graph, m *meta.Model) error {
	if *f == (PictureFlags{}) {
		return nil
	}
	d := DescribeFlags{Size: f.Size, Colour: f.Colour, Mean: f.Mean, Scale: f.Scale, Fit: f.Fit, Layout: f.Layout}
	return d.picture(g, m)
}
