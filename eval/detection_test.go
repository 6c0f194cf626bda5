package eval

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// picture is one picture of a case.
type picture struct {
	truth []data.Object
	found []vision.Detection
}

func box(x, y, w, h float32) vision.Box { return vision.Box{X1: x, Y1: y, X2: x + w, Y2: y + h} }

func object(b vision.Box) data.Object { return data.Object{Box: b} }

func crowd(b vision.Box) data.Object { return data.Object{Box: b, Crowd: true} }

func ignore(b vision.Box) data.Object { return data.Object{Box: b, Ignore: true} }

func det(score float32, b vision.Box) vision.Detection { return vision.Detection{Score: score, Box: b} }

func ofClass(class int, p picture) picture {
	for i := range p.truth {
		p.truth[i].Class = class
	}
	for i := range p.found {
		p.found[i].Class = class
	}
	return p
}

func objects(o ...data.Object) []data.Object        { return o }
func dets(d ...vision.Detection) []vision.Detection { return d }
func pics(p ...picture) []picture                   { return p }
func evaluate(t *testing.T, classes int, ps []picture) (*Detections, DetectionFigures) {
	t.Helper()
	d := NewDetections(make([]string, classes))
	for _, p := range ps {
		if err := d.Add(p.truth, p.found); err != nil {
			t.Fatal(err)
		}
	}
	return d, d.Figures()
}

// The boxes of the cases. By area, 20×20 is small, 50×50 medium and 100×100
// large; they lie apart from one another.
var (
	tiny   = box(300, 0, 20, 20)
	mid    = box(400, 0, 50, 50)
	big    = box(0, 0, 100, 100)
	big2   = box(0, 300, 100, 100)
	big3   = box(300, 300, 100, 100)
	far    = box(600, 600, 100, 100) // where nothing is
	region = box(0, 600, 400, 300)   // of a crowd
)

const none = -1 // a figure of what cannot be measured

// TestKnownAnswers holds cases that are worked out on paper in their comments.
// p/r are precision and recall after each detection, best first; precision is
// then made to never rise, and read at the recalls 0, 0.01, … 1.
func TestKnownAnswers(t *testing.T) {
	cases := []struct {
		name    string
		classes int
		in      []picture
		want    map[string]float64
	}{
		{"perfect", 1, pics( // every p is 1 up to r = 1, at every overlap
			picture{objects(object(mid)), dets(det(0.9, mid))},
			picture{objects(object(big)), dets(det(0.8, big))}),
			map[string]float64{"ap": 1, "ap50": 1, "ap75": 1, "ap_small": none, "ap_medium": 1, "ap_large": 1, "ar1": 1, "ar100": 1, "ar_small": none, "ar_large": 1}},
		{"shifted by a fifth", 1, pics( // IoU 80·100/(2·10⁴-8000) = 2/3: right at 0.50, 0.55, 0.60, 0.65 of ten overlaps
			picture{objects(object(big)), dets(det(0.9, box(20, 0, 100, 100)))}),
			map[string]float64{"ap": 0.4, "ap50": 1, "ap75": 0, "ap_large": 0.4, "ar1": 0.4, "ar100": 0.4}},
		{"duplicate last", 1, pics( // p 1, 1/2 at r 1, 1: r = 1 is reached with p = 1
			picture{objects(object(big)), dets(det(0.9, big), det(0.8, big))}),
			map[string]float64{"ap": 1, "ar100": 1}},
		{"duplicate between", 1, pics( // p 1, 1/2, 2/3 at r 1/2, 1/2, 1; 51 recalls up to 0.50 read 1, 50 read 2/3
			picture{objects(object(big), object(big2)), dets(det(0.9, big), det(0.8, big), det(0.7, big2))}),
			map[string]float64{"ap": (51 + 50*2.0/3) / 101, "ap50": (51 + 50*2.0/3) / 101, "ar1": 0.5, "ar10": 1}},
		{"one of three", 1, pics( // p 1 at r 1/3: the 34 recalls 0 to 0.33 read 1
			picture{objects(object(big), object(big2), object(big3)), dets(det(0.9, big))}),
			map[string]float64{"ap": 34.0 / 101, "ar100": 1.0 / 3}},
		{"crowd", 1, pics( // both detections within the crowd are ignored, and it need not be found
			picture{objects(object(big), crowd(region)), dets(det(0.95, box(0, 600, 50, 50)), det(0.94, box(9, 609, 50, 50)), det(0.9, big))}),
			map[string]float64{"ap": 1, "ar1": 0, "ar100": 1}},
		{"half in a crowd", 1, pics( // 62 % lie within: ignored at 0.50, 0.55, 0.60, else wrong and first: p 0, 1/2
			picture{objects(object(big), crowd(region)), dets(det(0.95, box(338, 600, 100, 100)), det(0.9, big))}),
			map[string]float64{"ap": (3 + 7*0.5) / 10, "ap50": 1, "ap75": 0.5}},
		{"only a crowd", 1, pics( // nothing counts
			picture{objects(crowd(region)), dets(det(0.9, region))}),
			map[string]float64{"ap": none, "ar100": none}},
		{"ignored", 1, pics( // found or not, it does not count
			picture{objects(object(big), ignore(big2)), dets(det(0.9, big2), det(0.8, big))},
			picture{objects(ignore(big)), nil}),
			map[string]float64{"ap": 1, "ar100": 1}},
		{"ignored twice", 1, pics( // an ignored object is no crowd: the second find of it is wrong; p 0, 1/2
			picture{objects(object(big), ignore(big2)), dets(det(0.9, big2), det(0.85, big2), det(0.8, big))}),
			map[string]float64{"ap": 0.5}},
		{"ignored overlaps more", 1, pics( // IoU 9/11 with what counts, 1 with the ignored: up to 0.80 (7 overlaps) the former is found, beyond it the latter
			picture{objects(ignore(box(10, 0, 100, 100)), object(big)), dets(det(0.9, box(10, 0, 100, 100)))}),
			map[string]float64{"ap": 0.7, "ap75": 1, "ar100": 0.7}},
		{"areas", 1, pics( // all: p 0, 1/2, 2/3, made 2/3; a wrong detection counts only in its own range of areas, which has no object
			picture{objects(object(tiny), object(mid)), dets(det(0.99, far), det(0.9, tiny), det(0.8, mid))}),
			map[string]float64{"ap": 2.0 / 3, "ap_small": 1, "ap_medium": 1, "ap_large": none, "ar_small": 1, "ar1": 0}},
		{"area of the outline", 1, pics( // a box of 2,500 pixels of which the object covers 900
			picture{[]data.Object{{Box: mid, Area: 900}}, dets(det(0.9, mid))}),
			map[string]float64{"ap": 1, "ap_small": 1, "ap_medium": none}},
		{"area on the border", 1, pics( // 32² is in both ranges
			picture{objects(object(box(0, 0, 32, 32))), dets(det(0.9, box(0, 0, 32, 32)))}),
			map[string]float64{"ap_small": 1, "ap_medium": 1, "ap_large": none}},
		{"tie, wrong first", 1, pics( // equal scores stay in the order of pictures: p 0, 1/2
			picture{nil, dets(det(0.5, far))},
			picture{objects(object(big)), dets(det(0.5, big))}),
			map[string]float64{"ap": 0.5}},
		{"tie, right first", 1, pics( // p 1, 1/2
			picture{objects(object(big)), dets(det(0.5, big))},
			picture{nil, dets(det(0.5, far))}),
			map[string]float64{"ap": 1}},
		{"tie within a picture", 1, pics( // the first in the list gets the object, with IoU 2/3; the second, exact, is wrong at 0.50 to 0.65 (p 1, 1/2: AP 1) and right beyond (p 0, 1/2: AP 1/2)
			picture{objects(object(big)), dets(det(0.5, box(20, 0, 100, 100)), det(0.5, big))}),
			map[string]float64{"ap": (4 + 6*0.5) / 10, "ar1": 0.4, "ar10": 1}},
		{"no truth", 1, pics(picture{nil, dets(det(0.9, big))}),
			map[string]float64{"ap": none, "ap50": none, "ar1": none, "ar100": none}},
		{"no detections", 1, pics(picture{objects(object(big)), nil}),
			map[string]float64{"ap": 0, "ap50": 0, "ap_large": 0, "ap_small": none, "ar100": 0}},
		{"nothing at all", 1, nil,
			map[string]float64{"ap": none, "ar100": none}},
		{"two classes", 3, pics( // means over the two classes that occur: AP 1 and 0.4; detections of the third do not count
			ofClass(0, picture{objects(object(big)), dets(det(0.9, big))}),
			ofClass(1, picture{objects(object(big)), dets(det(0.9, box(20, 0, 100, 100)))}),
			ofClass(2, picture{nil, dets(det(0.9, big))})),
			map[string]float64{"ap": 0.7, "ap50": 1, "ap75": 0.5, "ar100": 0.7}},
		{"the wrong class", 2, pics(
			picture{objects(object(big)), []vision.Detection{{Class: 1, Score: 0.9, Box: big}}}),
			map[string]float64{"ap": 0, "ar100": 0}},
	}
	for _, c := range cases {
		_, f := evaluate(t, c.classes, c.in)
		got := asMap(t, f)
		for k, want := range c.want {
			g, ok := got[k].(float64)
			if !ok {
				g = none
			}
			if math.Abs(g-want) > 1e-12 {
				t.Errorf("%s: %s = %v, want %v", c.name, k, g, want)
			}
		}
	}
}

// asMap is the figures as a reader of their JSON sees them.
func asMap(t *testing.T, f DetectionFigures) map[string]any {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMaxDetections gives a picture a hundred wrong detections before the
// right one, which is then beyond those that count.
func TestMaxDetections(t *testing.T) {
	many := picture{truth: objects(object(big))}
	for range MaxDetections {
		many.found = append(many.found, det(0.9, far))
	}
	many.found = append(many.found, det(0.8, big))
	if _, f := evaluate(t, 1, pics(many)); f.AP50 != 0 || f.Detections != MaxDetections {
		t.Errorf("AP50 %v of %d detections, want 0 of %d", f.AP50, f.Detections, MaxDetections)
	}
	many.found = many.found[1:] // 99 wrong ones: p = 1/100 at r = 1
	if _, f := evaluate(t, 1, pics(many)); math.Abs(float64(f.AP50)-0.01) > 1e-12 || f.AR10 != 0 || f.AR100 != 1 {
		t.Errorf("AP50 %v, AR10 %v, AR100 %v; want 0.01, 0, 1", f.AP50, f.AR10, f.AR100)
	}
}

func TestOverlaps(t *testing.T) {
	// NumPy's linspace(0.5, 0.95, 10), in hexadecimal so that no digit is lost.
	want := []float64{0x1p-1, 0x1.199999999999ap-1, 0x1.3333333333333p-1, 0x1.4cccccccccccdp-1, 0x1.6666666666666p-1,
		0x1.8p-1, 0x1.999999999999ap-1, 0x1.b333333333333p-1, 0x1.cccccccccccccp-1, 0x1.e666666666666p-1}
	for i, v := range ious() {
		if v != want[i] {
			t.Errorf("overlap %d is %x, want %x", i, v, want[i])
		}
	}
}

func TestBestThreshold(t *testing.T) {
	// In the order of scores: right, wrong, right (tied with a wrong one),
	// wrong; three objects. F1 is 2/(1+3), 2/(2+3), 4/(4+3), 4/(5+3).
	d, f := evaluate(t, 1, pics(picture{objects(object(big), object(big2), object(big3)), dets(
		det(0.9, big), det(0.8, far), det(0.6, big2), det(0.6, far), det(0.3, far))}))
	want := Operating{Score: 0.6, Precision: 0.5, Recall: Ratio(2.0 / 3), F1: Ratio(4.0 / 7), Hits: 2, False: 2, Missed: 1}
	if f.Best != want || f.Classes[0].Best != want {
		t.Errorf("best %+v, class %+v, want %+v", f.Best, f.Classes[0].Best, want)
	}
	if got := d.At(0.6); got != want {
		t.Errorf("at 0.6: %+v, want %+v", got, want)
	}
	if got := d.At(0.85); got.Hits != 1 || got.False != 0 || got.Missed != 2 {
		t.Errorf("at 0.85: %+v", got)
	}
	if _, f := evaluate(t, 1, pics(picture{objects(object(big)), nil})); f.Best.Score != 1 || f.Best.F1 != 0 || f.Best.Missed != 1 {
		t.Errorf("without detections: %+v", f.Best)
	}
}

func TestWorst(t *testing.T) {
	d, _ := evaluate(t, 2, pics(
		picture{objects(object(big)), dets(det(0.9, big))},
		picture{objects(object(big), object(big2)), dets(det(0.9, far), det(0.2, far))},
		picture{objects(object(big), crowd(region)), dets(det(0.9, box(0, 600, 50, 50)))},
		picture{nil, []vision.Detection{{Class: 1, Score: 0.5, Box: far}}}))
	want := []PictureErrors{{Picture: 1, False: 1, Missed: 2}, {Picture: 2, Missed: 1}, {Picture: 3, False: 1}}
	if got := d.Worst(0.5, 9); !slices.Equal(got, want) {
		t.Errorf("worst %+v, want %+v", got, want)
	}
	if got := d.Worst(0.5, 1); !slices.Equal(got, want[:1]) {
		t.Errorf("the worst one is %+v", got)
	}
}

func TestCompare(t *testing.T) {
	truth := objects(object(big), object(big2), crowd(region), ignore(mid))
	outcomes, missed := Compare(truth, dets(
		det(0.9, big), det(0.3, big2), det(0.8, box(0, 600, 50, 50)), det(0.95, big), det(0.7, far), det(0.6, mid)), 0.5, 0.5)
	if want := []Outcome{FalseAlarm, Dropped, Neutral, Hit, FalseAlarm, Neutral}; !slices.Equal(outcomes, want) {
		t.Errorf("outcomes %v, want %v", outcomes, want)
	}
	if !slices.Equal(missed, []int{1}) {
		t.Errorf("missed %v, want [1]", missed)
	}
}

func TestAddRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for _, p := range []picture{
		{truth: []data.Object{{Class: 1, Box: big}}},
		{truth: []data.Object{{Class: -1, Box: big}}},
		{truth: objects(object(vision.Box{X1: nan}))},
		{truth: []data.Object{{Box: big, Area: math.NaN()}}},
		{found: []vision.Detection{{Class: 1, Box: big}}},
		{found: dets(det(nan, big))},
		{found: dets(det(float32(math.Inf(1)), big))},
		{found: dets(det(0.5, vision.Box{X2: nan}))},
	} {
		d := NewDetections([]string{"one"})
		err := d.Add(p.truth, p.found)
		var in *ErrInput
		if !errors.As(err, &in) || !strings.Contains(err.Error(), "item 0") {
			t.Errorf("%+v: %v", p, err)
		}
		if f := d.Figures(); f.Pictures != 0 || f.Detections != 0 {
			t.Errorf("%+v was added in part: %+v", p, f)
		}
	}
}

// TestAgainstPlain holds the streamed figures against a plain rendering of the
// rules that keeps everything: random pictures with crowds, ignored objects,
// ties and near misses.
func TestAgainstPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 20 {
		var ps []picture
		for range 8 {
			var p picture
			for range r.IntN(6) {
				o := object(box(float32(r.IntN(200)), float32(r.IntN(200)), float32(5+r.IntN(120)), float32(5+r.IntN(120))))
				o.Class, o.Crowd, o.Ignore = r.IntN(2), r.IntN(6) == 0, r.IntN(6) == 0
				p.truth = append(p.truth, o)
				for range r.IntN(3) {
					b := o.Box.Shift(float32(r.IntN(20)-10), float32(r.IntN(20)-10))
					p.found = append(p.found, vision.Detection{Class: o.Class, Score: float32(r.IntN(8)) / 8, Box: b})
				}
			}
			ps = append(ps, p)
		}
		_, f := evaluate(t, 2, ps)
		for _, c := range []struct {
			name string
			got  Ratio
			area areaRange
			most int
		}{{"AP", f.AP, allAreas, 100}, {"small", f.APSmall, areaRanges()[small], 100}, {"medium", f.APMedium, areaRanges()[medium], 100}, {"large", f.APLarge, areaRanges()[large], 100}} {
			if want := plainAP(ps, 2, c.area, c.most); math.Abs(float64(c.got)-want) > 1e-12 && !(math.IsNaN(want) && !c.got.Known()) {
				t.Fatalf("%s: %v, plainly %v of %+v", c.name, float64(c.got), want, ps)
			}
		}
	}
}

func plainAP(ps []picture, classes int, r areaRange, most int) float64 {
	sum, n := 0.0, 0
	for class := range classes {
		for t := range 10 {
			if ap, ok := plainOne(ps, class, r, most, 0.5+0.05*float64(t)); ok {
				sum, n = sum+ap, n+1
			}
		}
	}
	return sum / float64(n)
}

func plainOne(ps []picture, class int, r areaRange, most int, iou float64) (float64, bool) {
	type judged struct {
		score float32
		right bool
	}
	var all []judged
	positives := 0
	for _, p := range ps {
		taken := map[int]bool{}
		counts := func(j int) bool {
			o := p.truth[j]
			return !o.Crowd && !o.Ignore && boxArea(o.Box) >= r.lo && boxArea(o.Box) <= r.hi
		}
		for j := range p.truth {
			if p.truth[j].Class == class && counts(j) {
				positives++
			}
		}
		found := slices.DeleteFunc(slices.Clone(p.found), func(d vision.Detection) bool { return d.Class != class })
		slices.SortStableFunc(found, func(a, b vision.Detection) int { return cmp.Compare(b.Score, a.Score) })
		for _, d := range found[:min(most, len(found))] {
			at := -1
			for _, want := range []bool{true, false} {
				top := iou - 1e-9
				for j := range p.truth {
					o := &p.truth[j]
					if o.Class != class || counts(j) != want || taken[j] && !o.Crowd {
						continue
					}
					if v := overlap(d.Box, o); v >= top {
						top, at = v, j
					}
				}
				if at >= 0 {
					break
				}
			}
			if at >= 0 {
				taken[at] = true
				if counts(at) {
					all = append(all, judged{d.Score, true})
				}
			} else if a := boxArea(d.Box); a >= r.lo && a <= r.hi {
				all = append(all, judged{d.Score, false})
			}
		}
	}
	if positives == 0 {
		return 0, false
	}
	slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(b.score, a.score) })
	sum := 0.0
	for k := range 101 {
		best, hits := 0.0, 0
		for i, j := range all {
			if j.right {
				hits++
			}
			if float64(hits)/float64(positives) >= float64(k)/100-1e-12 {
				best = max(best, float64(hits)/float64(i+1))
			}
		}
		sum += best
	}
	return sum / 101, true
}
