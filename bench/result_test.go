package main

import (
	"math"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

func TestStatistics(t *testing.T) {
	v := []float64{4, 1, 3, 2}
	for _, c := range []struct{ q, want float64 }{{0, 1}, {0.25, 1.75}, {0.5, 2.5}, {1, 4}} {
		if got := quantile(v, c.q); got != c.want {
			t.Errorf("quantile %v is %v, want %v", c.q, got, c.want)
		}
	}
	if v[0] != 4 {
		t.Error("quantile reorders its argument")
	}
	if got := geometricMean([]float64{0.5, 8}); math.Abs(got-2) > 1e-12 {
		t.Errorf("geometric mean %v, want 2", got)
	}
	if got := geometricMean(nil); got != 0 {
		t.Errorf("geometric mean of nothing is %v", got)
	}
}

func TestMeans(t *testing.T) {
	r := result{Nets: []netTime{
		{Precision: fp32, Ratio: 1, Peak: 90}, {Precision: weightsInt8, Ratio: 4, Peak: 100},
		{Precision: int8Static, Ratio: 16, WeakSpots: 0.5, Peak: 95},
	}}
	r.finish()
	if r.Peak != 100 {
		t.Errorf("peak %v", r.Peak)
	}
	want := []mean{{"all", 3, 4, 1}, {"all, without", 2, 2, 1}, {"fp32", 2, 2, 1}, {"int8", 1, 16, 16}}
	if len(r.Means) != len(want) {
		t.Fatalf("%+v", r.Means)
	}
	for i, m := range r.Means {
		if !strings.HasPrefix(m.Of, want[i].Of) || m.Nets != want[i].Nets || math.Abs(m.Ratio-want[i].Ratio) > 1e-9 || m.Worst != want[i].Worst {
			t.Errorf("%+v, want %+v", m, want[i])
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Setenv("OCELLUS_CPU", "avx2")
	got := commandLine([]string{"bin/peers", "--dim", "height=320", "a b.onnx", "it's", ""})
	if want := `OCELLUS_CPU=avx2 bin/peers --dim height=320 'a b.onnx' 'it'\''s' ''`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRevision(t *testing.T) {
	for _, c := range []struct {
		b    cli.Build
		want string
	}{
		{cli.Build{Version: "v1-dirty"}, "v1-dirty"},
		{cli.Build{Version: "v1", Revision: "abc"}, "abc"},
		{cli.Build{Revision: "abc", Modified: true}, "abc-dirty"},
	} {
		if got := revision(c.b); got != c.want {
			t.Errorf("%+v: %q, want %q", c.b, got, c.want)
		}
	}
}
