package cli

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// pictureNet is a graph with one input of that shape.
func pictureNet(t *testing.T, dims ...nn.Dim) *nn.Graph {
	t.Helper()
	b := nn.NewBuilder("net")
	b.Output(b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, dims...)))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func fixed(t *testing.T) *nn.Graph { return pictureNet(t, nn.D(1), nn.D(3), nn.D(240), nn.D(320)) }
func open(t *testing.T) *nn.Graph {
	return pictureNet(t, nn.D(1), nn.D(3), nn.Sym("height"), nn.Sym("width"))
}
func interleaved(t *testing.T) *nn.Graph { return pictureNet(t, nn.D(1), nn.D(64), nn.D(96), nn.D(3)) }

func TestDescribe(t *testing.T) {
	labels := filepath.Join(t.TempDir(), "labels")
	if err := os.WriteFile(labels, []byte("cat\r\ndog\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one, half := [3]float32{1, 1, 1}, float32(0.5)
	anchors := [][]head.Size{{{W: 81, H: 82}, {W: 135, H: 169.5}}, {{W: 10, H: 14}}}
	yolo := head.Defaults(head.YOLO)
	yolo.Strides, yolo.Anchors, yolo.IoU = []int{32, 16}, anchors, half
	yunet := head.Defaults(head.YuNet)
	ultra := head.Defaults(head.UltraFace)
	v2 := head.Defaults(head.FastestV2)
	v2.Anchors = [][]head.Size{{{W: 1, H: 2}}, {{W: 3, H: 4}}}
	for _, c := range []struct {
		name  string
		flags DescribeFlags
		graph *nn.Graph
		was   meta.Model
		want  meta.Model
	}{
		{name: "nothing", graph: fixed(t), was: meta.Model{Task: "embed"}, want: meta.Model{Task: "embed"}},
		{
			name: "yunet", graph: open(t), flags: DescribeFlags{Head: "yunet", Size: "320", Colour: "bgr"},
			want: meta.Model{Task: "detect", Head: &yunet, Labels: []string{"face"}, Landmarks: &meta.Landmarks{Names: head.YuNetLandmarks()},
				Preprocess: &vision.Preprocess{Width: 320, Height: 320, Colour: vision.BGR, Scale: one}},
		},
		{
			name: "size from the model", graph: fixed(t),
			flags: DescribeFlags{Head: "ultraface", Colour: "rgb", Mean: "127", Scale: "1/128", Fit: "stretch"},
			want: meta.Model{Task: "detect", Head: &ultra, Labels: []string{"face"}, Preprocess: &vision.Preprocess{Width: 320, Height: 240, Fit: vision.Stretch,
				Mean: [3]float32{127, 127, 127}, Scale: [3]float32{1. / 128, 1. / 128, 1. / 128}}},
		},
		{
			name: "all of it", graph: interleaved(t),
			flags: DescribeFlags{Head: "yolo", Colour: "grey", Size: "96x64", Mean: "1,2,3", Scale: "1,1/2,0.25", Fit: "crop", Labels: labels,
				Strides: "32, 16", Anchors: "81,82 135,169.5; 10,14", IoU: &half},
			want: meta.Model{Task: "detect", Head: &yolo, Labels: []string{"cat", "dog"}, Preprocess: &vision.Preprocess{Width: 96, Height: 64,
				Fit: vision.Crop, Colour: vision.Gray, Mean: [3]float32{1, 2, 3}, Scale: [3]float32{1, 0.5, 0.25}, Layout: vision.NHWC}},
		},
		{
			name: "head as JSON", graph: fixed(t), flags: DescribeFlags{Colour: "rgb", Labels: "coco",
				Head: `{"kind":"yolo-fastestv2","strides":[16,32],"anchors":[[[1,2]],[[3,4]]],"score":0.3,"iou":0.4}`},
			want: meta.Model{Task: "detect", Head: &v2, Labels: meta.COCO(), Preprocess: &vision.Preprocess{Width: 320, Height: 240, Scale: one}},
		},
		{
			name: "head for a model that says the rest", graph: fixed(t), flags: DescribeFlags{Head: "ultraface"},
			was:  meta.Model{Task: "detect", Labels: []string{"mask"}, Preprocess: &vision.Preprocess{Width: 320, Height: 240, Colour: vision.BGR, Scale: one, Pad: 9}},
			want: meta.Model{Task: "detect", Head: &ultra, Labels: []string{"mask"}, Preprocess: &vision.Preprocess{Width: 320, Height: 240, Colour: vision.BGR, Scale: one, Pad: 9}},
		},
		{
			name: "another size", graph: open(t), flags: DescribeFlags{Size: "64x32"},
			was:  meta.Model{Head: &ultra, Preprocess: &vision.Preprocess{Width: 320, Height: 240, Scale: one}},
			want: meta.Model{Head: &ultra, Preprocess: &vision.Preprocess{Width: 64, Height: 32, Scale: one}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.was
			if err := c.flags.Describe(c.graph, &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v %+v %+v\nwant %+v %+v %+v", got, got.Head, got.Preprocess, c.want, c.want.Head, c.want.Preprocess)
			}
			if err := got.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDescribeRefuses(t *testing.T) {
	over := float32(2)
	unclear := pictureNet(t, nn.D(1), nn.D(3), nn.Sym("h"), nn.D(3))
	two := nn.NewBuilder("two")
	two.Output(two.Node("y", &nn.Add{}, two.Input("a", nn.Float32, nn.D(1)), two.Input("b", nn.Float32, nn.D(1))))
	inputs2, err := two.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		flags DescribeFlags
		graph *nn.Graph
		why   string
	}{
		{"no head", DescribeFlags{Size: "320"}, fixed(t), "give --head KIND as well, one of blazeface"},
		{"unknown head", DescribeFlags{Head: "yolo9", Colour: "rgb"}, fixed(t), "--head yolo9 is unknown"},
		{"head of another field", DescribeFlags{Head: `{"kind":"yunet","size":3}`, Colour: "rgb"}, fixed(t), "size"},
		{"no colour", DescribeFlags{Head: "yunet"}, fixed(t), "give --colour"},
		{"unknown colour", DescribeFlags{Head: "yunet", Colour: "cmyk"}, fixed(t), "none of rgb, bgr, grey"},
		{"no size", DescribeFlags{Head: "yunet", Colour: "bgr"}, open(t), "give --size"},
		{"size 0", DescribeFlags{Head: "yunet", Colour: "bgr", Size: "0"}, open(t), "want W or WxH"},
		{"size of three", DescribeFlags{Head: "yunet", Colour: "bgr", Size: "1x2x3"}, open(t), "want W or WxH"},
		{"other size", DescribeFlags{Head: "yunet", Colour: "bgr", Size: "320"}, fixed(t), "does not fit"},
		{"huge", DescribeFlags{Head: "yunet", Colour: "bgr", Size: "999999"}, open(t), "outside"},
		{"order of dimensions", DescribeFlags{Head: "yunet", Colour: "bgr", Size: "3"}, unclear, "give --layout"},
		{"no picture", DescribeFlags{Head: "yunet", Colour: "bgr", Layout: "nchw"}, pictureNet(t, nn.D(1), nn.D(8)), "no picture's"},
		{"two inputs", DescribeFlags{Head: "yunet", Colour: "bgr"}, inputs2, "2 inputs"},
		{"layout", DescribeFlags{Head: "yunet", Colour: "bgr", Layout: "chw"}, fixed(t), "--layout"},
		{"fit", DescribeFlags{Head: "yunet", Colour: "bgr", Fit: "squash"}, fixed(t), "--fit"},
		{"mean", DescribeFlags{Head: "yunet", Colour: "bgr", Mean: "1,2"}, fixed(t), "one number or three"},
		{"scale", DescribeFlags{Head: "yunet", Colour: "bgr", Scale: "1/0"}, fixed(t), "no number"},
		{"scale 0", DescribeFlags{Head: "yunet", Colour: "bgr", Scale: "0"}, fixed(t), "scale 0"},
		{"no strides", DescribeFlags{Head: "yolo", Colour: "bgr"}, fixed(t), "see --head, --strides, --anchors"},
		{"strides", DescribeFlags{Head: "yolo", Colour: "bgr", Strides: "32;16"}, fixed(t), "no number"},
		{"anchors", DescribeFlags{Head: "yolo", Colour: "bgr", Strides: "32", Anchors: "1x2"}, fixed(t), "no size W,H"},
		{"anchors of two layers", DescribeFlags{Head: "yolo", Colour: "bgr", Strides: "32", Anchors: "1,2; 3,4"}, fixed(t), "2 layers, but 1 strides"},
		{"iou", DescribeFlags{Head: "yunet", Colour: "bgr", IoU: &over}, fixed(t), "iou"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.flags.Describe(c.graph, &meta.Model{})
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("error %v, want one with %q", err, c.why)
			}
			if code := CodeOf(err); code != Usage {
				t.Errorf("exit code %d, want %d", code, Usage)
			}
		})
	}
	f := DescribeFlags{Head: "yunet", Colour: "bgr", Labels: filepath.Join(t.TempDir(), "gone")}
	if err := f.Describe(fixed(t), &meta.Model{}); !errors.Is(err, os.ErrNotExist) || CodeOf(err) != Missing {
		t.Errorf("error %v for labels that are not there", err)
	}
}

// TestLacking checks that the error names each flag, and the size only where
// it must be given.
func TestLacking(t *testing.T) {
	var f DescribeFlags
	for _, c := range []struct {
		graph *nn.Graph
		want  string
	}{{fixed(t), "the model fixes the size of its input: 320×240"}, {interleaved(t), "96×64"}, {open(t), "--size W[xH]"}} {
		err := f.Lacking("other", c.graph)
		for _, w := range []string{"model other", "--head KIND", "--colour ORDER", "--mean M --scale S", "--labels FILE|coco", "--anchors", "yunet", c.want} {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("the error lacks %q:\n%v", w, err)
			}
		}
		if CodeOf(err) != Usage {
			t.Errorf("exit code %d", CodeOf(err))
		}
	}
}
