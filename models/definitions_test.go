package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// published lists for every definition how many trainable parameters it has
// and how many multiply-accumulates it takes, in millions, and whose figures
// those are.
var published = map[string]struct {
	params  int
	macs    float64
	outputs []nn.Shape
}{
	// 61,706: every framework's LeNet-5; 28·28·6·25 + 10·10·16·150 + 400·120 + 120·84 + 84·10.
	"lenet5": {61_706, 0.41652, []nn.Shape{nn.S(1, 10)}},
	// The paper has 0.27 million, without normalisation: 3·16·9 + 6·16·16·9 +
	// 16·32·9 + 5·32·32·9 + 32·64·9 + 5·64·64·9 + 64·10 + 10 = 268,346, and
	// 2·(7·16 + 6·32 + 6·64) = 1,376 of normalisation.
	"resnet20": {269_722, 40.8, []nn.Shape{nn.S(1, 10)}},
	// The same: option A has no parameters.
	"plain20": {269_722, 40.55, []nn.Shape{nn.S(1, 10)}},
	// Keras counts 4,231,976 as trainable; the paper has 569 million.
	"mobilenetv1": {4_231_976, 569, []nn.Shape{nn.S(1, 1000)}},
	// torchvision: 3,504,872; the paper has 300 million.
	"mobilenetv2": {3_504_872, 301, []nn.Shape{nn.S(1, 1000)}},
	// torchvision: 1,235,496; 349 million at 224 pixels, which leave 13×13 of the
	// 14×14 that 227 pixels do.
	"squeezenet1.1": {1_235_496, 388, []nn.Shape{nn.S(1, 1000)}},
	// torchvision: 11,689,512 and 1.814 billion.
	"resnet18": {11_689_512, 1814, []nn.Shape{nn.S(1, 1000)}},
	// Those of resnet18 less three convolutions of 1 pixel with normalisation:
	// 64·128 + 2·128 + 128·256 + 2·256 + 256·512 + 2·512 = 173,824.
	"plain18": {11_515_688, 1795, []nn.Shape{nn.S(1, 1000)}},
	// torchvision: 25,557,032 and 4.089 billion.
	"resnet50": {25_557_032, 4089, []nn.Shape{nn.S(1, 1000)}},
	// bvlc_googlenet without its auxiliary classifiers; the paper has 1.5 billion.
	"googlenet": {6_998_552, 1582, []nn.Shape{nn.S(1, 1000)}},
	// 96·363 + 256·2400 + 384·2304 + 384·3456 + 256·3456, their biases, and
	// 9216·4096 + 4096·4096 + 4096·1000 with theirs; the grouped form is below.
	"alexnet": {62_378_344, 1135, []nn.Shape{nn.S(1, 1000)}},
	// torchvision: 138,357,544 and 15.47 billion.
	"vgg16": {138_357_544, 15470, []nn.Shape{nn.S(1, 1000)}},
	// The paper has 0.99 million and 221 million.
	"mobilefacenet": {1_003_136, 221, []nn.Shape{nn.S(1, 128)}},
	// 9·(3·8 + 8·16 + 16·32 + 32·64 + 64·128 + 128·256) + 2·504 + 256·30 + 30.
	"tiny-yolo": {401_766, 42.6, []nn.Shape{nn.S(1, 30, 5, 5)}},
	// The author has 0.25 million and 0.212 billion operations; his file, where
	// normalisation is folded, 238.9 thousand and 106.4 million.
	"yolo-fastestv2": {243_095, 106.4, []nn.Shape{nn.S(1, 605, 95)}},
	// The author's file, where normalisation is folded, has 240.3 thousand and
	// 121.5 million.
	"fastestdet": {244_490, 121.5, []nn.Shape{nn.S(1, 85, 22, 22)}},
	// darknet's weights file has 6,056,606 with 80 classes; 6.9 billion operations.
	"yolov4-tiny": {6_056_606, 3450, []nn.Shape{nn.S(1, 255, 13, 13), nn.S(1, 255, 26, 26)}},
	// Ultralytics: 3,157,184 with a gradient; 8.7 billion operations.
	"yolov8n": {3_157_184, 4370, []nn.Shape{nn.S(1, 84, 8400)}},
}

func trainable(g *nn.Graph) int {
	n := 0
	for i := range g.Values {
		if g.Values[i].Trainable {
			n += g.Values[i].Const.Elems()
		}
	}
	return n
}

func TestPublishedFigures(t *testing.T) {
	for _, d := range Definitions() {
		t.Run(d.Name, func(t *testing.T) {
			want, ok := published[d.Name]
			if !ok {
				t.Fatal("no figures to hold it against")
			}
			if testing.Short() && want.params > 1e8 {
				t.Skip("half a gigabyte of weights")
			}
			g, err := d.Make(Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := trainable(g); got != want.params {
				t.Errorf("%d trainable parameters, want %d", got, want.params)
			}
			p, err := plan.Compile(g, plan.Bindings{})
			if err != nil {
				t.Fatal(err)
			}
			if in := p.Inputs(); len(in) != 1 || in[0].Shape != nn.S(1, d.Channels, d.Size, d.Size) {
				t.Errorf("inputs %v do not fit the definition's %d×%d×%d", in, d.Channels, d.Size, d.Size)
			}
			for i, o := range p.Outputs() {
				if i >= len(want.outputs) || o.Shape != want.outputs[i] {
					t.Errorf("output %d is %v, want %v", i, o, want.outputs)
				}
			}
			if got := float64(p.Stats().MACs) / 1e6; math.Abs(got/want.macs-1) > 0.02 {
				t.Errorf("%.6g million multiply-accumulates, want %g", got, want.macs)
			}
		})
	}
}

// TestSmallForms makes the forms that are trained on small pictures.
func TestSmallForms(t *testing.T) {
	for _, c := range []struct {
		make           func(Options) (*nn.Graph, error)
		size, channels int
		width          float64
	}{
		{LeNet5, 32, 3, 0}, {MobileNetV1, 32, 3, 0}, {MobileNetV2, 32, 3, 0}, {SqueezeNet11, 32, 3, 0},
		{ResNet18, 32, 3, 0}, {ResNet50, 32, 3, 0}, {ResNet18, 28 + 4, 1, 0}, {GoogLeNet, 32, 3, 0},
		{Plain18, 32, 3, 0}, {VGG16, 32, 3, 0.25}, {AlexNet, 32, 3, 0.25}, {GoogLeNet, 32, 3, 0.25}, {AlexNet, 28, 1, 0},
	} {
		g, err := c.make(Options{Size: c.size, Channels: c.channels, Classes: 10, Seed: 3, Width: c.width})
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(g, plan.Bindings{Dims: map[string]int{"batch": 2}})
		if err != nil {
			t.Fatalf("%s: %v", g.Name, err)
		}
		if o := p.Outputs()[0]; o.Shape != nn.S(2, 10) {
			t.Errorf("%s: output %v", g.Name, o)
		}
	}
}

// TestAlexNetGroups: 60,965,224 parameters are those of the paper, and of
// Caffe's bvlc_alexnet.
func TestAlexNetGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("a quarter of a gigabyte of weights")
	}
	g, err := AlexNet(Options{Seed: 1, Grouped: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := trainable(g); got != 60_965_224 {
		t.Errorf("%d parameters, want 60,965,224", got)
	}
}

// TestMagnitudes runs the networks: values must neither vanish nor explode,
// and different inputs must lead to different outputs.
func TestMagnitudes(t *testing.T) {
	for _, d := range Definitions() {
		if d.Name == "vgg16" || d.Name == "alexnet" {
			continue // the same layers as the others, and a quarter of a gigabyte of them or more
		}
		t.Run(d.Name, func(t *testing.T) {
			o := Options{Size: d.Size, Seed: 1}
			if d.Task == "detect" {
				o.Size = 160
			}
			g, err := d.Make(o)
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Compile(g, plan.Bindings{})
			if err != nil {
				t.Fatal(err)
			}
			r := p.NewRunner(nil)
			var first []float32
			for run := range 2 {
				x := r.Input(0).F32()
				newDraw(uint64(run), "input").uniform(x, 0, 1)
				if err := r.Run(); err != nil {
					t.Fatal(err)
				}
				out := r.Output(0).F32()
				deviation, largest := spread(out)
				if !(deviation > 0.01) || !(largest < 1000) {
					t.Errorf("output has deviation %g and largest magnitude %g", deviation, largest)
				}
				if run == 0 {
					first = append(first, out...)
					continue
				}
				for i := range out {
					out[i] -= first[i]
				}
				if d, _ := spread(out); !(d > deviation*1e-3) {
					t.Errorf("outputs of two inputs differ by %g, of deviation %g", d, deviation)
				}
			}
		})
	}
}

func spread(v []float32) (deviation, largest float64) {
	var sum, squares float64
	for _, x := range v {
		sum += float64(x)
		squares += float64(x) * float64(x)
		largest = max(largest, math.Abs(float64(x)))
	}
	n := float64(len(v))
	return math.Sqrt(squares/n - sum/n*sum/n), largest
}

// TestSameBytes holds the bytes of the files against those of the machine on
// which they were first drawn.
func TestSameBytes(t *testing.T) {
	for _, c := range []struct {
		make func(Options) (*nn.Graph, error)
		seed uint64
		want string
	}{
		{MobileFaceNet, 1, "5bf093a08d44bf77"},
		{YoloFastestV2, 7, "d58f84e29a91212e"},
	} {
		g, err := c.make(Options{Seed: c.seed})
		if err != nil {
			t.Fatal(err)
		}
		b, err := onnx.Encode(g)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		if got := hex.EncodeToString(sum[:8]); got != c.want {
			t.Errorf("%s with seed %d: %s, want %s", g.Name, c.seed, got, c.want)
		}
	}
}

func TestSeeds(t *testing.T) {
	var seen []string
	for _, seed := range []uint64{0, 1} {
		g, err := LeNet5(Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, fmt.Sprint(g.Values[1].Const.F32()[:4]))
	}
	if seen[0] == seen[1] {
		t.Errorf("two seeds draw %s", seen[0])
	}
}

func TestOptionsRefused(t *testing.T) {
	for _, d := range Definitions() {
		for _, o := range []Options{{Size: -32}, {Size: 1}, {Size: 1 << 20}, {Classes: -1}, {Classes: 1 << 30}, {Channels: -3}, {Channels: 1 << 30}, {Width: -1}, {Width: 5}, {Width: math.NaN()}} {
			_, err := d.Make(o)
			var e *ErrOption
			if !errors.As(err, &e) {
				t.Errorf("%s with %+v: error %v, want an *ErrOption", d.Name, o, err)
			}
		}
	}
}

// TestDraw checks that the draws have the moments that they are asked for.
func TestDraw(t *testing.T) {
	v := make([]float32, 1<<16)
	newDraw(5, "x").normal(v, 0.5)
	var sum, squares, fourth float64
	for _, x := range v {
		sum += float64(x)
		squares += float64(x) * float64(x)
		fourth += math.Pow(float64(x), 4)
	}
	n := float64(len(v))
	if mean, variance := sum/n, squares/n; math.Abs(mean) > 0.01 || math.Abs(variance-0.25) > 0.005 {
		t.Errorf("mean %g and variance %g, want 0 and 0.25", mean, variance)
	}
	// A sum of four uniform variables has kurtosis 3 - 6/20.
	if k := fourth / n / (squares / n * squares / n); math.Abs(k-2.7) > 0.05 {
		t.Errorf("kurtosis %g, want 2.7", k)
	}
	newDraw(5, "x").uniform(v, -0.25, 0.75)
	sum = 0
	for _, x := range v {
		if x < -0.25 || x >= 0.75 {
			t.Fatalf("%g is outside -0.25 to 0.75", x)
		}
		sum += float64(x)
	}
	if mean := sum / n; math.Abs(mean-0.25) > 0.01 {
		t.Errorf("mean %g, want 0.25", mean)
	}
}

// TestFresh checks the weights with which training begins: those of He et al.,
// biases of zero, normalisation that changes nothing.
func TestFresh(t *testing.T) {
	for _, d := range []Definition{{Name: "resnet20", Make: ResNet20}, {Name: "mobilefacenet", Make: MobileFaceNet}, {Name: "lenet5", Make: LeNet5}} {
		g, err := d.Make(Options{Seed: 4, Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range g.Values {
			if v.Const == nil || v.Const.DType != nn.Float32 {
				continue
			}
			var mean, squares float64
			for _, x := range v.Const.F32() {
				mean += float64(x) / float64(v.Const.Elems())
				squares += float64(x) * float64(x) / float64(v.Const.Elems())
			}
			name := v.Name[strings.LastIndex(v.Name, ".")+1:]
			switch {
			case strings.Contains(v.Name, ".shortcut"):
			case strings.Contains(v.Name, ".prelu"):
				near(t, d.Name, v.Name, mean, 0.25, 0)
			case v.Const.Shape.Rank > 1:
				fan := v.Const.Elems() / v.Const.Shape.Dims[0]
				near(t, d.Name, v.Name, squares*float64(fan)/2, 1, 8/math.Sqrt(float64(v.Const.Elems())))
			case name == "weight" || name == "running_var":
				near(t, d.Name, v.Name, mean, 1, 0)
			case name == "bias" || name == "running_mean":
				near(t, d.Name, v.Name, squares, 0, 0)
			default:
				t.Errorf("%s: what is %s?", d.Name, v.Name)
			}
		}
	}
}

func near(t *testing.T, network, name string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s: %s has %v, want %v", network, name, got, want)
	}
}
