package tfjs

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
)

// sample has a weight of each kind of storage, one of them across two shards.
const sample = `[{"paths":["a.bin","b.bin"],"weights":[
 {"name":"q8","shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}},
 {"name":"f","shape":[2],"dtype":"float32"},
 {"name":"q16","shape":[1],"dtype":"float32","quantization":{"dtype":"uint16","scale":2,"min":0}}]},
 {"paths":["c.bin"],"weights":[
 {"name":"i","shape":[],"dtype":"int32"},
 {"name":"h","shape":[1],"dtype":"float32","quantization":{"dtype":"float16"}}]}]`

func sampleShards() [][]byte {
	b := []byte{0, 1, 2, 255}
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(1.25))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(-3))
	b = binary.LittleEndian.AppendUint16(b, 1000)
	c := binary.LittleEndian.AppendUint32(nil, 0xFFFFFFFE)
	return [][]byte{b[:6], b[6:], binary.LittleEndian.AppendUint16(c, 0x3E00)}
}

func TestRead(t *testing.T) {
	m, err := ReadManifest("m.json", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Shards(); !slices.Equal(got, []string{"a.bin", "b.bin", "c.bin"}) {
		t.Errorf("shards %v", got)
	}
	got, err := m.Read(sampleShards())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*nn.Tensor{
		"q8":  nn.T([]float32{-1, -0.5, 0, 126.5}, 2, 2),
		"f":   nn.T([]float32{1.25, -3}, 2),
		"q16": nn.T([]float32{2000}, 1),
		"i":   nn.T([]float32{-2}),
		"h":   nn.T([]float32{1.5}, 1),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestManifestRefuses(t *testing.T) {
	one := func(weight string) string { return `[{"paths":["a"],"weights":[` + weight + `]}]` }
	for _, c := range []struct{ name, text, why string }{
		{"no JSON", `{]`, "no weight manifest"},
		{"not a list", `{"weights":[]}`, "no weight manifest"},
		{"empty", `[]`, "names no weights"},
		{"no name", one(`{"shape":[1],"dtype":"float32"}`), "no name"},
		{"twice", one(`{"name":"a","shape":[1],"dtype":"float32"},{"name":"a","shape":[1],"dtype":"float32"}`), "taken"},
		{"negative", one(`{"name":"a","shape":[-1],"dtype":"float32"}`), "weight \"a\""},
		{"huge", one(`{"name":"a","shape":[999999999,999999999],"dtype":"float32"}`), "weight \"a\""},
		{"rank", one(`{"name":"a","shape":[1,1,1,1,1,1,1,1,1],"dtype":"float32"}`), "weight \"a\""},
		{"path up", `[{"paths":["../a"],"weights":[{"name":"a","shape":[1],"dtype":"float32"}]}]`, "plain file name"},
		{"path absolute", `[{"paths":["/etc/a"],"weights":[{"name":"a","shape":[1],"dtype":"float32"}]}]`, "plain file name"},
		{"no scale", one(`{"name":"a","shape":[1],"dtype":"float32","quantization":{"dtype":"uint8","min":0}}`), "without scale"},
		{"too long", strings.Repeat(" ", maxManifest+1), "the limit is"},
	} {
		_, err := ReadManifest("m.json", []byte(c.text))
		var e *format.ErrCorrupt
		if !errors.As(err, &e) || e.File != "m.json" || !strings.Contains(e.Why, c.why) {
			t.Errorf("%s: error %v, want a *format.ErrCorrupt with %q", c.name, err, c.why)
		}
	}
	for _, text := range []string{
		one(`{"name":"a","shape":[1],"dtype":"string"}`),
		one(`{"name":"a","shape":[1],"dtype":"float32","quantization":{"dtype":"int4"}}`),
	} {
		_, err := ReadManifest("m.json", []byte(text))
		var e *nn.ErrUnsupported
		if !errors.As(err, &e) || e.Node != "a" {
			t.Errorf("%s: error %v, want an *nn.ErrUnsupported that names the weight", text, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	m, err := ReadManifest("m.json", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	nan := sampleShards()
	nan[1] = slices.Clone(nan[1])
	copy(nan[1][2:], []byte{0, 0, 0xC0, 0x7F}) // the second number of f
	for _, c := range []struct {
		name   string
		shards [][]byte
		why    string
	}{
		{"too few", sampleShards()[:2], "names 3 shards, 2 were given"},
		{"short", [][]byte{{0, 1, 2, 255}, {0}, sampleShards()[2]}, `ends within weight "f"`},
		{"long", append(sampleShards()[:2], append(sampleShards()[2], 7)), "goes on for 1 bytes"},
		{"NaN", nan, `weight "f" holds NaN`},
	} {
		_, err := m.Read(c.shards)
		var e *format.ErrCorrupt
		if !errors.As(err, &e) || !strings.Contains(e.Why, c.why) {
			t.Errorf("%s: error %v, want a *format.ErrCorrupt with %q", c.name, err, c.why)
		}
	}
}

func FuzzRead(f *testing.F) {
	s := sampleShards()
	f.Add([]byte(sample), s[0], s[1])
	f.Add([]byte(`[{"paths":["a"],"weights":[{"name":"a","shape":[0],"dtype":"float32"}]}]`), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, manifest, a, b []byte) {
		known := func(err error) {
			var corrupt *format.ErrCorrupt
			var unsupported *nn.ErrUnsupported
			if err != nil && !errors.As(err, &corrupt) && !errors.As(err, &unsupported) {
				t.Fatalf("%T: %v", err, err)
			}
		}
		m, err := ReadManifest("m", manifest)
		if known(err); err != nil {
			return
		}
		weights, err := m.Read([][]byte{a, b}[:min(len(m.Shards()), 2)])
		known(err)
		for name, w := range weights {
			if w.DType != nn.Float32 || w.Elems() > len(a)+len(b) {
				t.Fatalf("%q: %v %v", name, w.DType, w.Shape)
			}
		}
	})
}
