package config

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// written is a file's text.
func written(t *testing.T, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRoundTrip writes files of random settings, and reads them.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(100) {
		want := Default()
		fillRandom(reflect.ValueOf(&want).Elem(), rand.New(rand.NewPCG(seed, 1)))
		text := written(t, &want)
		got := Default()
		d := &decoder{file: "a.yaml", nodes: maxNodes, seen: map[string]spot{}}
		d.document(text, &got)
		if len(d.errs) > 0 || !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %v\ngot  %#v\nwant %#v\n%s", seed, d.errs, got, want, text)
		}
	}
}

// fillRandom sets fields to values within their ranges; a half keep what
// they have.
func fillRandom(v reflect.Value, rng *rand.Rand) {
	for i := range v.NumField() {
		f, to := fieldOf(v.Type().Field(i)), v.Field(i)
		section, list := sectionOf(f.typ)
		switch {
		case section != nil && !list:
			fillRandom(to, rng)
		case list:
			for range rng.IntN(4) {
				one := defaultsOf(section)
				fillRandom(one, rng)
				to.Set(reflect.Append(to, one))
			}
		case rng.IntN(2) == 0:
			to.Set(randomValue(f.typ, f, rng))
		}
	}
}

func randomValue(t reflect.Type, f *field, rng *rand.Rand) reflect.Value {
	v := reflect.New(t).Elem()
	low, high := reflect.New(t).Elem(), reflect.New(t).Elem()
	if v.CanInt() || v.CanFloat() {
		if setText(low, cmp.Or(f.min, "0")) != nil || setText(high, cmp.Or(f.max, "1000")) != nil {
			panic(f.name)
		}
	}
	switch {
	case t == reflect.TypeFor[Size]():
		v.Set(reflect.ValueOf(Size{1 + rng.IntN(maxSide), 1 + rng.IntN(maxSide)}))
	case v.CanInt():
		v.SetInt(low.Int() + rng.Int64N(high.Int()-low.Int()+1))
	case v.CanFloat():
		v.SetFloat(low.Float() + rng.Float64()*(high.Float()-low.Float()))
	case v.Kind() == reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	case f.oneof != nil:
		v.SetString(f.oneof[rng.IntN(len(f.oneof))])
	case v.Kind() == reflect.String:
		v.SetString(randomText(rng))
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(randomValue(t.Elem(), f, rng))
		}
	case v.Kind() == reflect.Slice:
		for range 1 + rng.IntN(4) {
			v.Set(reflect.Append(v, randomValue(t.Elem(), f, rng)))
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(t))
		for range 1 + rng.IntN(4) {
			v.SetMapIndex(reflect.ValueOf(randomText(rng)), randomValue(t.Elem(), f, rng))
		}
	}
	return v
}

// randomText has all that quoting must get right.
func randomText(rng *rand.Rand) string {
	pieces := []string{"a", "Z", "7", ".", "-", " ", "#", ":", ": ", "\"", "'", "\\", "\n", "\t", "é", "☃", "\U0001F441", "\u2028", "\x00", "\x7f", "{", "[", "*", "&", "!", "%", "@", "true", "null", "0x1", "~", "<<", "1e3", "=", "\ufeff"}
	s := ""
	for range rng.IntN(5) {
		s += pieces[rng.IntN(len(pieces))]
	}
	return s
}

func TestStarter(t *testing.T) {
	text := written(t, Starter("synthetic:640x480@30"))
	got := parse(t, string(text))
	if !reflect.DeepEqual(got, Starter("synthetic:640x480@30")) {
		t.Errorf("%+v", got)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if len(line) > width {
			t.Errorf("line %d has %d characters", i+1, len(line))
		}
	}
	// Every setting that is commented out is one that may be given.
	awake := strings.NewReplacer("\n#zones", "\nzones", "\n#  ", "\n  ").Replace(strings.TrimPrefix(string(text), heading))
	var lines []string
	for _, line := range strings.Split(awake, "\n") {
		lead := strings.TrimLeft(line, " ")
		if strings.HasPrefix(lead, "#") && !strings.HasPrefix(lead, "# ") {
			line = line[:len(line)-len(lead)] + lead[1:]
		}
		lines = append(lines, line)
	}
	f := Default()
	d := &decoder{file: "a.yaml", nodes: maxNodes, seen: map[string]spot{}}
	d.document([]byte(strings.Join(lines, "\n")), &f)
	if len(d.errs) > 0 || len(f.Zones) != 1 || f.Models != "/var/lib/ocellus/models" {
		t.Errorf("%v: %+v", Errors(d.errs), f)
	}
}

// TestReference holds docs/configuration.md against the table.
func TestReference(t *testing.T) {
	var b bytes.Buffer
	if err := WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	check.Golden(t, "../docs/configuration.md", b.Bytes())
}

func TestFields(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if f.Doc == "" || f.Kind == "" || !strings.HasSuffix(f.Doc, ".") && !strings.HasSuffix(f.Doc, "…") {
			t.Errorf("%s is not explained: %q", f.Path, f.Doc)
		}
		if seen[f.Env()] {
			t.Errorf("%s is the variable of two settings", f.Env())
		}
		seen[f.Env()] = true
	}
	if !seen["OCELLUS_PREVIEW_LISTEN"] || !seen["OCELLUS_SOURCES_0_SOURCE"] {
		t.Errorf("%v", seen)
	}
}
