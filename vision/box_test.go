package vision

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

func TestIoU(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	unit := Box{0, 0, 2, 2}
	for _, c := range []struct {
		a, b Box
		want float32
	}{
		{unit, unit, 1},
		{unit, Box{1, 0, 3, 2}, 1.0 / 3},
		{unit, Box{1, 1, 3, 3}, 1.0 / 7},
		{unit, Box{0.5, 0.5, 1.5, 1.5}, 0.25},
		{unit, Box{2, 0, 4, 2}, 0}, // edges touch
		{unit, Box{1, 1, 1, 1}, 0},
		{unit, Box{2, 2, 0, 0}, 0}, // inverted
		{unit, Box{nan, 0, 2, 2}, 0},
		{unit, Box{0, 0, nan, nan}, 0},
		{unit, Box{-inf, -inf, inf, inf}, 0},
		{Box{-3e38, -3e38, 3e38, 3e38}, Box{-3e38, -3e38, 3e38, 3e38}, 1},
		{Box{}, Box{}, 0},
	} {
		for _, p := range [2][2]Box{{c.a, c.b}, {c.b, c.a}} {
			if got := p[0].IoU(p[1]); math.Abs(float64(got-c.want)) > 1e-6 || got != got {
				t.Errorf("IoU(%v, %v) = %v, want %v", p[0], p[1], got, c.want)
			}
		}
	}
	if d := unit.DIoU(Box{1, 0, 3, 2}); math.Abs(float64(d)-(1.0/3-1.0/13)) > 1e-6 {
		t.Errorf("DIoU = %v", d)
	}
	if d := unit.DIoU(Box{nan, 0, 1, 1}); d != 0 {
		t.Errorf("DIoU with NaN = %v", d)
	}
}

func TestBoxMeasures(t *testing.T) {
	b := Box{1, 2, 5, 10}
	nan := float32(math.NaN())
	check := func(name string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	check("area", b.Area(), float32(32))
	check("area inverted", Box{5, 2, 1, 10}.Area(), float32(0))
	check("centre", b.Centre(), Point{3, 6})
	check("square", b.Square(), Box{-1, 2, 7, 10})
	check("scale", b.Scale(0.5, 2), Box{2, -2, 4, 14})
	check("shift", b.Shift(1, -1), Box{2, 1, 6, 9})
	check("union", b.Union(Box{0, 3, 2, 4}), Box{0, 2, 5, 10})
	check("union with nothing", b.Union(Box{nan, 3, 2, 4}), b)
	check("intersect", b.Intersect(Box{0, 3, 2, 4}), Box{1, 3, 2, 4})
	check("intersect nothing", b.Intersect(Box{5, 3, 9, 4}), Box{})
	check("clip", b.Clip(Box{2, 0, 4, 4}), Box{2, 2, 4, 4})
	check("clip outside", b.Clip(Box{20, 20, 30, 30}), Box{20, 20, 20, 20})
	check("clip NaN", Box{nan, nan, nan, 3}.Clip(Box{0, 0, 4, 4}), Box{0, 0, 0, 3})
	check("coverage", b.Coverage(Box{1, 2, 3, 10}), float32(0.5))
	check("contains", b.Contains(Point{1, 2}) && !b.Contains(Point{5, 3}) && !b.Contains(Point{nan, 3}), true)
	check("around", BoxAround(3, 6, 4, 8), b)
}

func TestDetectionJSON(t *testing.T) {
	for _, c := range []struct {
		d    Detection
		want string
	}{
		{Detection{Label: "face", Score: 0.5, Box: Box{1, 2, 3.25, 4}},
			`{"label":"face","score":0.5,"box":[1,2,3.25,4],"landmarks":[]}`},
		{Detection{Label: "a \"dog\"", Class: 3, Score: 0.1, Box: Box{-1, 0, 1e6, 4}, Landmarks: []Point{{1, 2}, {3, 4.5}}, Track: 9, AgeMS: 12.5, Model: "m"},
			`{"label":"a \"dog\"","class":3,"score":0.1,"box":[-1,0,1000000,4],"landmarks":[[1,2],[3,4.5]],"track":9,"age_ms":12.5,"model":"m"}`},
	} {
		b, err := json.Marshal(c.d)
		if err != nil || string(b) != c.want {
			t.Errorf("%v\n got %s\nwant %s", err, b, c.want)
		}
		var back Detection
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, c.d) {
			t.Errorf("%v, %+v, want %+v", err, back, c.d)
		}
	}
	for _, bad := range []string{`{"box":[1,2,3]}`, `{"box":[1,2,3,4,5]}`, `{"landmarks":[[1]]}`, `{"box":"x"}`, `{"score":1e99}`} {
		if err := json.Unmarshal([]byte(bad), new(Detection)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if _, err := json.Marshal(Detection{Score: float32(math.NaN())}); err == nil {
		t.Error("NaN written as JSON")
	}
}

func TestPreprocessJSON(t *testing.T) {
	p := Preprocess{Width: 128, Height: 96, Fit: Crop, Resample: Area, Colour: BGR, Mean: [3]float32{1, 2, 3}, Scale: [3]float32{0.5, 0.25, 0.125}, Pad: 114, Layout: NHWC}
	const want = `{"size":[128,96],"fit":"crop","resample":"area","colour":"bgr","mean":[1,2,3],"scale":[0.5,0.25,0.125],"pad":114,"layout":"nhwc"}`
	b, err := json.Marshal(p)
	if err != nil || string(b) != want {
		t.Fatalf("%v %s", err, b)
	}
	var back Preprocess
	if err := json.Unmarshal(b, &back); err != nil || back != p {
		t.Errorf("%v %+v", err, back)
	}
	if err := json.Unmarshal([]byte(`{"size":[4,4],"mean":127.5}`), &back); err != nil || back.Mean != [3]float32{127.5, 127.5, 127.5} || back.Scale != [3]float32{1, 1, 1} {
		t.Errorf("%v %+v", err, back)
	}
	for _, bad := range []string{`{}`, `{"size":[0,4]}`, `{"size":[4,4],"fit":"cover"}`, `{"size":[4,4],"scale":[1,2]}`, `{"size":[4,4],"scale":0}`, `{"size":[4,4],"pad":-1}`, `{"size":[99999,4]}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestModeNames(t *testing.T) {
	for m := Hard; m <= DIoU; m++ {
		b, err := json.Marshal(NMSConfig{IoU: 0.5, Mode: m})
		var back NMSConfig
		if err != nil || json.Unmarshal(b, &back) != nil || back.Mode != m {
			t.Errorf("%v: %s, %v", m, b, err)
		}
	}
	if json.Unmarshal([]byte(`{"mode":"none"}`), new(NMSConfig)) == nil {
		t.Error("an unknown mode is read")
	}
}

// A coordinate that is a product must not lose its finiteness to a fused
// multiply-subtract, as arm64 has it.
func TestFiniteProducts(t *testing.T) {
	for i := range 1000 {
		x, w := float32(i)/999, float32(317)
		if b := (Box{x * w, x * w, x*w + 1, x*w + 1}); !b.Finite() {
			t.Fatalf("%v is not finite", b)
		}
	}
}
