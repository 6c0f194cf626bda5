package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func picture(t testing.TB, encode func(io.Writer, image.Image) error, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(60 + x*120/w), uint8(90 + y*90/h), 150, 255})
		}
	}
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
func asGIF(w io.Writer, m image.Image) error  { return gif.Encode(w, m, nil) }

// example uses every kind of block.
func example(t testing.TB) *Page {
	photo := picture(t, asJPEG, 320, 200)
	roc := Curve{Name: "BlazeFace back"}
	other := Curve{Name: "BlazeFace front"}
	for i := range 21 {
		x := float64(i) / 20
		roc.Points = append(roc.Points, [2]float64{x, math.Pow(x, 0.2)})
		other.Points = append(other.Points, [2]float64{x, math.Pow(x, 0.5)})
	}
	other.Points[10][1] = math.NaN()
	return &Page{
		Title: "Faces in six photographs",
		Lead:  "Each photograph was searched by both BlazeFace nets, on one core. <b>Nothing here is markup.</b>",
		Foot:  "Made by ocellus on an example.",
		Blocks: []Block{
			Facts{{"faces found", "23"}, {"photographs", "6"}, {"time for a photograph", "41.3 ms"}, {"processor", "AMD EPYC, AVX2 and FMA"}},
			Heading("What was found"),
			Text("A box is drawn around each face, with its score. A score is the net's own confidence & no probability."),
			Gallery{{Data: photo, Caption: "sample1.jpg: 3 faces"}, {Data: photo, Caption: "sample2.jpg: 1 face"}, {Data: photo, Caption: "sample3.jpg: 7 faces", Alt: "A crowd, seven faces boxed"}, {Data: photo, Caption: "sample4.jpg: 2 faces"}},
			Heading("Where the time goes"),
			Bars{Title: "Milliseconds by stage", Unit: "ms", Labels: []string{"decode", "prepare", "run", "head and suppression"}, Series: []Series{{"one thread", []float64{12.4, 1.1, 27.5, 0.31}}, {"two threads", []float64{12.1, 1.1, 15.2, math.NaN()}}}},
			Table{Caption: "The same, for each photograph", Columns: []Column{{"photograph", false}, {"pixels", true}, {"faces", true}, {"ms", true}}, Rows: [][]string{{"sample1.jpg", "1280 × 720", "3", "40.2"}, {"sample2.jpg", "640 × 480", "1", "9.8"}, {"a <script>alert(1)</script>.jpg", "6000 × 4000", "12", "1204.0"}}},
			Heading("How good it is"),
			Lines{Title: "Share of faces found against false alarms", XLabel: "false alarms a photograph", YLabel: "share found", Series: []Curve{roc, other}},
			Bars{Title: "Change of score", Labels: []string{"turned", "dark"}, Series: []Series{{Values: []float64{-0.12, 0.03}}}},
			Figure{Data: picture(t, png.Encode, 600, 200), Caption: "The colours of the example.", Alt: "A smooth gradient from green to violet"},
			Matrix{Caption: "Who looks like whom", Labels: []string{"one", "<two>"}, Pictures: []Figure{{Data: photo, Alt: "one"}, {Data: photo, Alt: "two"}},
				Cells: [][]string{{"", "0.71"}, {"0.71", ""}}, Shade: [][]float64{{math.NaN(), 0.9}, {2, math.NaN()}}},
			Code("ocellus detect demo/*.jpg --out found\nocellus inspect blazeface-back   # <every op>"),
		},
	}
}

// outline returns a page's elements, one a line, with what matters of them. It
// fails the test where the page is not well-formed.
func outline(t *testing.T, html []byte) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(html))
	depth := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			fmt.Fprintf(&b, "%s%s", strings.Repeat(" ", depth), v.Name.Local)
			for _, a := range v.Attr {
				switch a.Name.Local {
				case "class", "role", "alt", "aria-label", "lang", "scope", "width", "height", "viewBox":
					fmt.Fprintf(&b, " %s=%q", a.Name.Local, a.Value)
				case "src":
					fmt.Fprintf(&b, " src=%.22s…", a.Value)
				}
			}
			b.WriteByte('\n')
			if depth++; v.Name.Local == "style" {
				if err := d.Skip(); err != nil {
					t.Fatal(err)
				}
				depth--
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if s := strings.Join(strings.Fields(string(v)), " "); s != "" {
				fmt.Fprintf(&b, "%s| %s\n", strings.Repeat(" ", depth), s)
			}
		}
	}
}

func TestStructure(t *testing.T) {
	var b bytes.Buffer
	if err := example(t).Write(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("<!DOCTYPE html>\n")) {
		t.Error("no document type")
	}
	check.Golden(t, "testdata/example.outline", []byte(outline(t, b.Bytes())))
}

// A page needs nothing but itself, and what was text stays text.
func TestSelfContainedAndEscaped(t *testing.T) {
	var b bytes.Buffer
	if err := example(t).Write(&b); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	for _, bad := range []string{"<script", "<b>", "http:", "https:", "@import", "url(", "ZgotmplZ", "NaN", "Inf"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(m[1], "data:") {
			t.Errorf("the page refers to %q", m[1])
		}
	}
	evil := `"><script>x</script>&'` + "`"
	hostile := &Page{Title: evil, Lead: evil, Lang: evil, Foot: evil, Blocks: []Block{Heading(evil), Text(evil), Code(evil), Facts{{evil, evil}},
		Table{evil, []Column{{evil, true}}, [][]string{{evil}}}, Figure{picture(t, asJPEG, 3, 3), evil, evil},
		Bars{evil, evil, []string{evil}, []Series{{evil, []float64{1}}, {evil, []float64{2}}}, ""},
		Lines{evil, evil, evil, true, []Curve{{evil, [][2]float64{{1, 1}}}, {evil, nil}}, ""}}}
	b.Reset()
	if err := hostile.Write(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "<script") {
		t.Error("text became markup")
	}
	outline(t, b.Bytes())
}

func TestRefuses(t *testing.T) {
	photo := picture(t, asJPEG, 4, 4)
	for name, block := range map[string]Block{
		"ragged table":      Table{Columns: []Column{{Name: "a"}}, Rows: [][]string{{"1", "2"}}},
		"no picture":        Figure{Data: []byte("text"), Alt: "x"},
		"empty picture":     Figure{Alt: "x"},
		"a GIF":             Figure{Data: picture(t, asGIF, 4, 4), Alt: "x"},
		"no alternative":    Figure{Data: photo},
		"gallery, the same": Gallery{{Data: photo, Alt: "x"}, {Data: photo}},
		"no bars":           Bars{},
		"short series":      Bars{Labels: []string{"a", "b"}, Series: []Series{{"s", []float64{1}}}},
		"no labels":         Matrix{},
		"ragged matrix":     Matrix{Labels: []string{"a"}, Cells: [][]string{{"1", "2"}}, Shade: [][]float64{{0, 0}}},
		"matrix, no face":   Matrix{Labels: []string{"a"}, Pictures: []Figure{{Alt: "x"}}, Cells: [][]string{{"1"}}, Shade: [][]float64{{0}}},
		"no points":         Lines{Series: []Curve{{"a", [][2]float64{{math.NaN(), 1}}}}},
		"nil":               nil,
	} {
		var b bytes.Buffer
		if err := (&Page{Title: "x", Blocks: []Block{block}}).Write(&b); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes written", name, err, b.Len())
		}
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.html")
	if err := (&Page{Title: "first"}).Save(path); err != nil {
		t.Fatal(err)
	}
	if err := (&Page{Title: "second", Blocks: []Block{Bars{}}}).Save(path); err == nil {
		t.Fatal("no error")
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, []byte("<h1>first</h1>")) {
		t.Errorf("%v; the page that stood there is lost", err)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{{0, "0"}, {1, "1"}, {12.345, "12.3"}, {0.04567, "0.0457"}, {99.96, "100"}, {1234, "1234"}, {12345.6, "12\u202f346"}, {-1234567, "−1\u202f234\u202f567"}, {-0.5, "−0.5"}, {1e20, "1e+20"}, {math.Inf(1), "–"}, {math.NaN(), "–"}} {
		if got := number(c.v); got != c.want {
			t.Errorf("number(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{0, 27.5, 5, "0 10 20 30"},
		{0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-0.12, 0.03, 3, "−0.15 −0.10 −0.05 0.00 0.05"},
		{3, 3, 4, "1 2 3 4 5"},
		{0, 12000, 3, "0 5000 10\u202f000 15\u202f000"},
	} {
		s := newScale(c.lo, c.hi, c.n)
		var got []string
		for _, v := range s.ticks() {
			got = append(got, s.label(v))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%v..%v: %s, want %s", c.lo, c.hi, g, c.want)
		}
	}
	// Whatever is asked for, a handful of ticks that cover it.
	for _, lo := range []float64{-1e300, -3, 0, 1e-310, 5e-324, 1, 1e16, 1e300} {
		for _, hi := range []float64{-1e300, 0, 5e-324, 1 + 1e-15, 1e16 + 2, 1e300} {
			s := newScale(lo, hi, 5)
			if n := len(s.ticks()); n < 2 || n > 13 || (hi > lo && (s.lo-lo > s.step/1e6 || hi-s.hi > s.step/1e6)) {
				t.Errorf("%v..%v: %v..%v in %d ticks", lo, hi, s.lo, s.hi, n)
			}
		}
	}
}

// TestWholeTicks: an axis that counts has no ticks between whole numbers.
func TestWholeTicks(t *testing.T) {
	for _, whole := range []bool{false, true} {
		var b bytes.Buffer
		p := Page{Title: "x", Blocks: []Block{Lines{Title: "y", XWhole: whole, Series: []Curve{{"a", [][2]float64{{1, 10}, {4, 20}}}}}}}
		if err := p.Write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), ">1.5<") == whole {
			t.Errorf("whole numbers: %v, and 1.5 is marked: %v", whole, !whole)
		}
	}
}
