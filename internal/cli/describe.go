package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// DescribeFlags say of a model what its metadata does not: how a picture
// becomes its input, and how its outputs are read. What they say goes before
// what the file says. Nothing is guessed: what is neither in the file nor in
// the flags is asked for.
type DescribeFlags struct {
	Head    string   `help:"How the outputs are read: ${heads}; or the JSON of ocellus.head." placeholder:"KIND|JSON" group:"describe"`
	Size    string   `help:"Size of the input, where the model leaves it open." placeholder:"W[xH]" group:"describe"`
	Colour  string   `help:"Channels of the input, in their order: rgb, bgr or grey." placeholder:"ORDER" group:"describe"`
	Mean    string   `help:"Taken from each pixel, 0 to 255: one number, or one a channel. 0 unless given." placeholder:"M[,M,M]" group:"describe"`
	Scale   string   `help:"What is left is multiplied by this, as 1/255. 1 unless given." placeholder:"S[,S,S]" group:"describe"`
	Fit     string   `help:"How a picture meets the input's shape: letterbox, stretch or crop. letterbox unless given." placeholder:"FIT" group:"describe"`
	Layout  string   `help:"Order of the input's dimensions, nchw or nhwc, where the model leaves it open." placeholder:"ORDER" group:"describe"`
	Labels  string   `help:"Names of the classes: a file with a name a line, or coco." placeholder:"FILE|coco" group:"describe"`
	Strides string   `help:"Pixels per cell, of each output: 32,16." placeholder:"S,…" group:"describe"`
	Anchors string   `help:"Sizes of the anchors in pixels, of each output: '81,82 135,169; 10,14 23,27'." placeholder:"W,H …; …" group:"describe"`
	IoU     *float32 `name:"iou" help:"Overlap from which two boxes are one object, 0 to 1." placeholder:"IOU" group:"describe"`
}

// Describe changes m, the metadata of the model g, as the flags say. It is
// for ocellus.WithMeta. Errors are of exit code Usage.
func (f *DescribeFlags) Describe(g *nn.Graph, m *meta.Model) error {
	if *f == (DescribeFlags{}) {
		return nil
	}
	for _, step := range []func(*nn.Graph, *meta.Model) error{f.head, f.picture, f.anchors, f.labels} {
		if err := step(g, m); err != nil {
			return err
		}
	}
	return nil
}

// head makes ocellus.head where --head says so.
func (f *DescribeFlags) head(_ *nn.Graph, m *meta.Model) error {
	switch {
	case f.Head == "" && m.Head == nil:
		return Usagef("the model's metadata does not say how its outputs are read: give --head KIND as well, one of %s", heads())
	case f.Head == "":
		return nil
	}
	c := head.Defaults(head.Kind(f.Head))
	if strings.HasPrefix(strings.TrimSpace(f.Head), "{") {
		h, err := meta.ParseHead(f.Head)
		if err != nil {
			return Usagef("--head: %w", err)
		}
		c = *h
	} else if !known(c.Kind) {
		return Usagef("--head %s is unknown; it is one of %s, or the JSON of ocellus.head", f.Head, heads())
	}
	m.Head, m.Task = &c, "detect"
	if len(m.Labels) == 0 {
		m.Labels = c.Kind.Labels()
	}
	if names := c.Kind.Landmarks(); m.Landmarks == nil && names != nil {
		m.Landmarks = &meta.Landmarks{Names: names}
	}
	return nil
}

// anchors fills in what --head left open, and checks the whole.
func (f *DescribeFlags) anchors(_ *nn.Graph, m *meta.Model) error {
	var err error
	if f.Strides != "" {
		if m.Head.Strides, err = parseInts(f.Strides); err != nil {
			return Usagef("--strides %s: %w", f.Strides, err)
		}
	}
	if f.Anchors != "" {
		if m.Head.Anchors, err = parseAnchors(f.Anchors); err != nil {
			return Usagef("--anchors %s: %w", f.Anchors, err)
		}
	}
	if f.IoU != nil {
		m.Head.IoU = *f.IoU
	}
	if err := m.Head.Check(); err != nil {
		return Usagef("%w; see --head, --strides, --anchors and --iou", err)
	}
	return nil
}

func (f *DescribeFlags) labels(_ *nn.Graph, m *meta.Model) error {
	switch f.Labels {
	case "":
		return nil
	case "coco":
		m.Labels = meta.COCO()
		return nil
	}
	names, err := ReadLabels(f.Labels)
	m.Labels = names
	return err
}

// ReadLabels reads names of classes, a name a line.
func ReadLabels(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		names = append(names, strings.TrimSpace(line))
	}
	return names, nil
}

// Lacking is the error for a model of which neither its metadata nor a flag
// says how it is used: it lists the flags to give.
func (f *DescribeFlags) Lacking(name string, g *nn.Graph) error {
	size := "--size W[xH]          size of the input"
	if len(g.Inputs) == 1 {
		if l, ok := pictureLayout(g.Inputs[0].Dims); ok {
			if w, h := sides(g.Inputs[0].Dims, l); w > 0 && h > 0 {
				size = fmt.Sprintf("                      (the model fixes the size of its input: %d×%d)", w, h)
			}
		}
	}
	return Usagef(`model %s does not say how it finds things, and is no file that is known by its hash. Say it by
    --head KIND           how the outputs are read: %s
    --colour ORDER        channels of the input: rgb, bgr or grey
    %s
    --mean M --scale S    input = (pixel - M) · S; unless given, 0 and 1
    --fit FIT             letterbox (unless given), stretch or crop
    --labels FILE|coco    names of the classes; unless given, their numbers
    --strides, --anchors  for ssd, yolo and yolo-fastestv2`, name, heads(), size)
}

// heads lists the kinds of heads.
func heads() string {
	var names []string
	for _, k := range head.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func known(kind head.Kind) bool {
	for _, k := range head.Kinds() {
		if k == kind {
			return true
		}
	}
	return false
}

// pictureLayout tells the order of the dimensions of an input for pictures by
// which of them is 1 or 3; not where both might be, or neither.
func pictureLayout(dims []nn.Dim) (vision.Layout, bool) {
	if len(dims) != 4 {
		return 0, false
	}
	channels := func(d nn.Dim) bool { return d.Size == 1 || d.Size == 3 }
	first, last := channels(dims[1]), channels(dims[3])
	if last {
		return vision.NHWC, !first
	}
	return vision.NCHW, first
}

// sides returns the width and the height of such an input, -1 where open.
func sides(dims []nn.Dim, l vision.Layout) (w, h int) {
	if l == vision.NHWC {
		return dims[2].Size, dims[1].Size
	}
	return dims[3].Size, dims[2].Size
}
