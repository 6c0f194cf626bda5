package head

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

// specimen is a head with outputs of its shapes, and the inverse of its
// decoder.
type specimen struct {
	name    string
	conf    Config
	in      Input
	classes int
	out     []Output
	// clear makes outputs in which there is nothing.
	clear func(out []Output)
	// put writes what a net would put out that has found d. It picks the cell
	// and the anchor, and may change d to what the head can say.
	put func(rng *rand.Rand, out []Output, d *vision.Detection)
}

func output(name string, dims ...int) Output {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return Output{name, dims, make([]float32, n)}
}

func fill(o Output, v float32) {
	for i := range o.Data {
		o.Data[i] = v
	}
}

func ln(x float32) float32 { return float32(math.Log(float64(x))) }

// random returns a detection that lies in the input, with a score well above
// the thresholds here.
func (s *specimen) random(rng *rand.Rand) vision.Detection {
	w, h := float32(s.in.Width), float32(s.in.Height)
	return vision.Detection{
		Class: rng.IntN(s.classes), Score: 0.5 + 0.49*rng.Float32(),
		Box: vision.BoxAround(rng.Float32()*w, rng.Float32()*h, 4+rng.Float32()*w/2, 4+rng.Float32()*h/2),
	}
}

func specimens() []specimen {
	return []specimen{
		blazeFaceSpecimen(), ultraFaceSpecimen(), ssdSpecimen(""), ssdSpecimen(Sigmoid), ssdSpecimen(Softmax), yuNetSpecimen(),
		yoloSpecimen("nchw", vision.NCHW, Sigmoid, 7, func(g grid, a, per int) []int { return []int{1, a * per, g.rows, g.cols} }),
		yoloSpecimen("nchw by anchor", vision.NCHW, Softmax, 7, func(g grid, a, per int) []int { return []int{1, a, per, g.rows, g.cols} }),
		yoloSpecimen("nhwc", vision.NHWC, Sigmoid, 7, func(g grid, a, per int) []int { return []int{1, g.rows, g.cols, a * per} }),
		yoloSpecimen("rows", vision.NHWC, Softmax, 7, func(g grid, a, per int) []int { return []int{g.cells() * a, per} }),
		yoloSpecimen("no classes", vision.NHWC, Sigmoid, 0, func(g grid, a, per int) []int { return []int{1, g.rows, g.cols, a * per} }),
		fastestV2Specimen(), fastestDetSpecimen(),
	}
}

func blazeFaceSpecimen() specimen {
	in := Input{128, 128}
	anchors := blazeAnchors(in, blazeConfig().Strides)
	return specimen{
		name: "blazeface", in: in, classes: 1, conf: blazeConfig(), out: blazeOutputs(),
		clear: func(out []Output) {
			for i, o := range blazeOutputs() {
				copy(out[i].Data, o.Data)
			}
		},
		put: func(rng *rand.Rand, out []Output, d *vision.Detection) {
			i := rng.IntN(len(anchors))
			score, box, row := out[1].Data, out[2].Data, i
			if i >= 512 {
				score, box, row = out[3].Data, out[0].Data, i-512
			}
			for range blazePoints {
				d.Landmarks = append(d.Landmarks, vision.Point{X: rng.Float32() * 128, Y: rng.Float32() * 128})
			}
			score[row] = logit(d.Score)
			encode(box[row*blazeRow:], anchors[i], *d)
		},
	}
}

func ultraFaceSpecimen() specimen {
	const n = 50
	return specimen{
		name: "ultraface", in: Input{320, 240}, classes: 3, conf: Defaults(UltraFace),
		out:   []Output{output("boxes", 1, n, 4), output("scores", 1, n, 4)},
		clear: func(out []Output) { fill(out[0], 0.5); fill(out[1], 0.1) },
		put: func(rng *rand.Rand, out []Output, d *vision.Detection) {
			d.Score = max(d.Score, 0.71)
			i := rng.IntN(n)
			copy(out[0].Data[4*i:], []float32{d.Box.X1 / 320, d.Box.Y1 / 240, d.Box.X2 / 320, d.Box.Y2 / 240})
			out[1].Data[4*i+1+d.Class] = d.Score
		},
	}
}

func ssdSpecimen(how ClassScores) specimen {
	c := Defaults(SSD)
	c.Strides, c.ClassScores, c.ClipAnchors = []int{32, 64}, how, true
	c.Anchors = [][]Size{{{32, 48}, {64, 64}}, {{128, 100}, {192, 300}, {256, 256}}}
	in := Input{320, 240}
	const n, width = 10*8*2 + 5*4*3, 4
	ps := priors(&c, in, n)
	none := map[ClassScores]float32{"": 0, Sigmoid: -9, Softmax: 0}[how]
	return specimen{
		name: "ssd " + string(how), in: in, classes: width - 1, conf: c,
		out: []Output{output("boxes", 1, n, 4), output("scores", 1, n, width)},
		clear: func(out []Output) {
			fill(out[0], 0)
			fill(out[1], none)
			for i := 0; i < len(out[1].Data); i += width {
				out[1].Data[i] += 9 // the background
			}
		},
		put: func(rng *rand.Rand, out []Output, d *vision.Detection) {
			i := rng.IntN(n)
			p, at := ps[i], d.Box.Centre()
			copy(out[0].Data[4*i:], []float32{(at.X - p.x) / p.w / 0.1, (at.Y - p.y) / p.h / 0.1,
				ln(d.Box.Width()/p.w) / 0.2, ln(d.Box.Height()/p.h) / 0.2})
			row := out[1].Data[width*i : width*(i+1)]
			switch how {
			case "":
				row[1+d.Class] = d.Score
			case Sigmoid:
				row[1+d.Class] = logit(d.Score)
			case Softmax:
				row[0] = 0 // beside two more classes at 0
				row[1+d.Class] = logit(d.Score) + ln(width-1)
			}
		},
	}
}

func yuNetSpecimen() specimen {
	c, in := Defaults(YuNet), Input{96, 64}
	s := specimen{name: "yunet", in: in, classes: 1, conf: c}
	for _, stride := range c.Strides {
		n := newGrid(in, stride).cells()
		s.out = append(s.out, output("kps", 1, n, 10), output("cls", 1, n, 1), output("obj", 1, n, 1), output("bbox", 1, n, 4))
	}
	for i := range c.Strides {
		for k, names := range [][]string{c.Points, c.Scores, c.Objects, c.Boxes} {
			s.out[4*i+k].Name = names[i]
		}
	}
	s.clear = func(out []Output) {
		for i := range out {
			fill(out[i], 0.2)
		}
	}
	s.put = func(rng *rand.Rand, out []Output, d *vision.Detection) {
		layer := rng.IntN(3)
		d.Score = max(d.Score, 0.71)
		g := newGrid(in, c.Strides[layer])
		cell := rng.IntN(g.cells())
		col, row := g.at(cell)
		o := out[4*layer:]
		share := d.Score + (1-d.Score)*rng.Float32() // one factor of score²
		o[1].Data[cell], o[2].Data[cell] = share, d.Score*d.Score/share
		at := d.Box.Centre()
		copy(o[3].Data[4*cell:], []float32{at.X/g.stride - col, at.Y/g.stride - row, ln(d.Box.Width() / g.stride), ln(d.Box.Height() / g.stride)})
		for k := range yuNetPoints {
			p := vision.Point{X: rng.Float32() * 96, Y: rng.Float32() * 64}
			d.Landmarks = append(d.Landmarks, p)
			copy(o[0].Data[10*cell+2*k:], []float32{p.X/g.stride - col, p.Y/g.stride - row})
		}
	}
	return s
}

func yoloSpecimen(name string, layout vision.Layout, how ClassScores, n int, dims func(g grid, anchors, per int) []int) specimen {
	in := Input{128, 96}
	c := Defaults(YOLO)
	c.Strides, c.Layout, c.ClassScores, c.ScaleXY = []int{32, 16}, layout, how, []float32{1.05, 2}
	c.Anchors = [][]Size{{{40, 60}, {80, 30}, {90, 90}}, {{10, 14}, {20, 20}}}
	per := yoloFixed + n
	s := specimen{name: "yolo " + name, in: in, classes: max(n, 1), conf: c}
	for i, stride := range c.Strides {
		s.out = append(s.out, output(string(rune('a'+i)), dims(newGrid(in, stride), len(c.Anchors[i]), per)...))
	}
	s.clear = func(out []Output) {
		for i := range out {
			fill(out[i], -9)
		}
	}
	s.put = func(rng *rand.Rand, out []Output, d *vision.Detection) {
		layer := rng.IntN(2)
		g := newGrid(in, c.Strides[layer])
		at, data := d.Box.Centre(), out[layer].Data
		col, row := int(at.X/g.stride), int(at.Y/g.stride)
		k := rng.IntN(len(c.Anchors[layer]))
		anchor, cell := c.Anchors[layer][k], row*g.cols+col
		index := func(value int) int {
			if layout == vision.NCHW {
				return (k*per+value)*g.cells() + cell
			}
			return (cell*len(c.Anchors[layer])+k)*per + value
		}
		stretch := c.ScaleXY[layer]
		place := func(v float32) float32 { return logit((v-0.5)/stretch + 0.5) }
		data[index(0)], data[index(1)] = place(at.X/g.stride-float32(col)), place(at.Y/g.stride-float32(row))
		data[index(2)], data[index(3)] = ln(d.Box.Width()/anchor.W), ln(d.Box.Height()/anchor.H)
		if n == 0 {
			data[index(4)] = logit(d.Score)
			return
		}
		object := d.Score + (1-d.Score)*0.9*rng.Float32()
		data[index(4)] = logit(object)
		class := logit(d.Score / object)
		if how == Softmax {
			class += ln(float32(n-1)) - 9
		}
		data[index(5+d.Class)] = class
	}
	return s
}

func fastestV2Specimen() specimen {
	in := Input{96, 64}
	c := Defaults(FastestV2)
	c.Anchors = [][]Size{{{12, 19}, {37, 51}}, {{126, 78}, {131, 214}}}
	const n = 5
	const width = 2*yoloFixed + n
	rows := newGrid(in, 16).cells() + newGrid(in, 32).cells()
	return specimen{
		name: "yolo-fastestv2", in: in, classes: n, conf: c, out: []Output{output("845", rows, width)},
		clear: func(out []Output) { fill(out[0], 0.1) },
		put: func(rng *rand.Rand, out []Output, d *vision.Detection) {
			layer, k := rng.IntN(2), rng.IntN(2)
			g, anchor := newGrid(in, c.Strides[layer]), c.Anchors[layer][k]
			at := d.Box.Centre()
			col, row := int(at.X/g.stride), int(at.Y/g.stride)
			cell := row*g.cols + col
			if layer == 1 {
				cell += newGrid(in, 16).cells()
			}
			r := out[0].Data[cell*width : (cell+1)*width]
			half := func(v float32) float32 { return float32(math.Sqrt(float64(v))) / 2 }
			copy(r[4*k:], []float32{(at.X/g.stride - float32(col) + 0.5) / 2, (at.Y/g.stride - float32(row) + 0.5) / 2,
				half(d.Box.Width() / anchor.W), half(d.Box.Height() / anchor.H)})
			object := d.Score + (1-d.Score)*rng.Float32()
			r[8+k], r[10+d.Class] = object, d.Score/object
		},
	}
}

func fastestDetSpecimen() specimen {
	in := Input{96, 64}
	c := Defaults(FastestDet)
	const n = 5
	g := newGrid(in, 16)
	return specimen{
		name: "fastestdet", in: in, classes: n, conf: c, out: []Output{output("758", 1, 5+n, g.rows, g.cols)},
		clear: func(out []Output) { fill(out[0], 0.1) },
		put: func(rng *rand.Rand, out []Output, d *vision.Detection) {
			at := d.Box.Centre()
			col, row := int(at.X/16), int(at.Y/16)
			cell := row*g.cols + col
			d.Score = max(d.Score, 0.51)
			object := d.Score + (1-d.Score)*rng.Float32()
			for i, v := range []float32{object, artanh(at.X/16 - float32(col)), artanh(at.Y/16 - float32(row)),
				logit(d.Box.Width() / 96), logit(d.Box.Height() / 64)} {
				out[0].Data[i*g.cells()+cell] = v
			}
			share := math.Pow(float64(d.Score)/math.Pow(float64(object), 0.6), 1/0.4)
			out[0].Data[(5+d.Class)*g.cells()+cell] = float32(share)
		},
	}
}

func artanh(x float32) float32 { return float32(math.Atanh(float64(x))) }

// TestInverse puts random objects into the outputs of every head, and reads
// them back.
func TestInverse(t *testing.T) {
	for _, s := range specimens() {
		t.Run(s.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 1))
			d := mustNew(t, s.conf, s.in, s.out)
			if d.Classes() != s.classes {
				t.Fatalf("%d classes, want %d", d.Classes(), s.classes)
			}
			s.clear(s.out)
			if got := d.Decode(nil, s.out); len(got) != 0 {
				t.Fatalf("%d detections in outputs without any: %+v", len(got), got[0])
			}
			for i := range 300 {
				s.clear(s.out)
				want := s.random(rng)
				s.put(rng, s.out, &want)
				d.Reset()
				got := d.Decode(nil, s.out)
				if len(got) != 1 {
					t.Fatalf("number %d: %d detections, want 1: %+v", i, len(got), want)
				}
				same(t, &got[0], &want)
			}
		})
	}
}

func same(t *testing.T, got, want *vision.Detection) {
	t.Helper()
	if got.Class != want.Class || math.Abs(float64(got.Score-want.Score)) > 2e-3 {
		t.Fatalf("class %d at %v, want %d at %v", got.Class, got.Score, want.Class, want.Score)
	}
	if iou := got.Box.IoU(want.Box); iou < 0.999 {
		t.Fatalf("box %v, want %v", got.Box, want.Box)
	}
	if len(got.Landmarks) != len(want.Landmarks) {
		t.Fatalf("%d landmarks, want %d", len(got.Landmarks), len(want.Landmarks))
	}
	for k, p := range got.Landmarks {
		if w := want.Landmarks[k]; math.Hypot(float64(p.X-w.X), float64(p.Y-w.Y)) > 1e-3 {
			t.Fatalf("landmark %d at %v, want %v", k, p, w)
		}
	}
}

// TestDamagedOutputs gives every head outputs of nonsense: nothing may come of
// it but detections that can be used.
func TestDamagedOutputs(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	bad := []float32{nan, inf, -inf, 1e38, -1e38, 1e-44, 0, 1, -1, 50, 0.7}
	for _, s := range specimens() {
		t.Run(s.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 2))
			for _, score := range []float32{0, s.conf.Score, 1} {
				c := s.conf
				c.Score = score
				d := mustNew(t, c, s.in, s.out)
				for _, v := range bad {
					for i := range s.out {
						fill(s.out[i], v)
					}
					usable(t, d, s.out)
				}
				for range 20 {
					for i := range s.out {
						for j := range s.out[i].Data {
							s.out[i].Data[j] = bad[rng.IntN(len(bad))]
						}
					}
					usable(t, d, s.out)
				}
			}
		})
	}
}

func usable(t *testing.T, d Decoder, out []Output) {
	t.Helper()
	d.Reset()
	for _, det := range d.Decode(nil, out) {
		if !det.Box.Finite() || det.Box.Empty() || !(det.Score >= 0 && det.Score <= 1) || det.Class < 0 || det.Class >= d.Classes() {
			t.Fatalf("a detection that cannot be used: %+v", det)
		}
		for _, p := range det.Landmarks {
			if !finite(p.X, p.Y) {
				t.Fatalf("landmarks that cannot be used: %+v", det)
			}
		}
	}
}

// TestNaNBesideAnObject checks that damage at one place takes nothing from
// another.
func TestNaNBesideAnObject(t *testing.T) {
	for _, s := range specimens() {
		t.Run(s.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 3))
			d := mustNew(t, s.conf, s.in, s.out)
			found := 0
			for range 50 {
				s.clear(s.out)
				for i := range s.out {
					s.out[i].Data[rng.IntN(len(s.out[i].Data))] = float32(math.NaN())
				}
				want := s.random(rng)
				s.put(rng, s.out, &want)
				d.Reset()
				found += len(d.Decode(nil, s.out))
			}
			if found < 45 { // the NaN may have met the object itself
				t.Errorf("%d of 50 objects found", found)
			}
		})
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	for _, s := range specimens() {
		t.Run(s.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 4))
			d := mustNew(t, s.conf, s.in, s.out)
			s.clear(s.out)
			for range 20 {
				want := s.random(rng)
				s.put(rng, s.out, &want)
			}
			dst := d.Decode(nil, s.out)
			if len(dst) < 5 {
				t.Fatalf("%d detections only", len(dst))
			}
			if n := testing.AllocsPerRun(10, func() {
				d.Reset()
				dst = d.Decode(dst[:0], s.out)
			}); n != 0 {
				t.Errorf("Decode allocates %v times", n)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, s := range specimens() {
		b.Run(s.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(4, 5))
			d := mustNew(b, s.conf, s.in, s.out)
			s.clear(s.out)
			want := s.random(rng)
			s.put(rng, s.out, &want)
			var dst []vision.Detection
			for b.Loop() {
				d.Reset()
				dst = d.Decode(dst[:0], s.out)
			}
		})
	}
}
