package jpeg

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	stdjpeg "image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// TestDjpeg holds luma against libjpeg's own, at full size and scaled. At
// less than full size libjpeg-turbo averages rather than cuts off, so that
// only the mean is held there.
func TestDjpeg(t *testing.T) {
	djpeg, err := exec.LookPath("djpeg")
	if err != nil {
		t.Skip("djpeg is not installed: it is in Debian's libjpeg-turbo-progs")
	}
	for _, s := range samplings {
		e := encoder{w: 203, h: 149, sampling: s.of, quality: 4, tables: true}
		data := e.bytes()
		for sc := Full; sc <= Eighth; sc++ {
			cmd := exec.Command(djpeg, "-grayscale", "-dct", "int", "-pnm", "-scale", fmt.Sprintf("1/%d", 1<<sc))
			cmd.Stdin = bytes.NewReader(data)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			var w, h, most int
			r := bufio.NewReader(bytes.NewReader(out))
			if _, err := fmt.Fscanf(r, "P5\n%d %d\n%d\n", &w, &h, &most); err != nil {
				t.Fatal(err)
			}
			want, err := io.ReadAll(r)
			p := decode(t, data, sc)
			if err != nil || p.W != w || p.H != h || len(want) != w*h {
				t.Fatalf("%s by %d: %d x %d, djpeg has %d x %d (%v)", s.name, 1<<sc, p.W, p.H, w, h, err)
			}
			worst, sum := 0, 0
			for i, v := range want {
				d := at(p.Y, p.YStride, i%w, i/w) - int(v)
				worst, sum = max(worst, d, -d), sum+max(d, -d)
			}
			if mean := float64(sum) / float64(len(want)); sc == Full && worst > 1 || mean > 4 {
				t.Errorf("%s by %d: %d levels off djpeg at worst, %.2f in the mean", s.name, 1<<sc, worst, mean)
			}
		}
	}
}

// TestPhotographs holds real pictures against the standard library.
func TestPhotographs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(check.Shared(t, "video"), "frames_*", "00[0-9]1.jpg"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no frames: %v", err)
	}
	var d Decoder
	var p Picture
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Decode(&p, data, Full); errors.As(err, new(*ErrUnsupported)) {
			t.Logf("%s: %v", f, err)
			continue
		} else if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		want, err := stdjpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		same(t, &p, want)
	}
}

// BenchmarkPhotograph decodes a frame of a film.
func BenchmarkPhotograph(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(check.Shared(b, "video"), "frames_short_hamilton_clip", "0041.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	var d Decoder
	var p Picture
	for b.Loop() {
		if err := d.Decode(&p, data, Full); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(p.W*p.H)/1e6*float64(b.N)/b.Elapsed().Seconds(), "Mpixel/s")
}

func BenchmarkDecode(b *testing.B) {
	for _, i := range []int{3, 5} {
		s := samplings[i]
		e := encoder{w: 640, h: 480, sampling: s.of, quality: 10, tables: true}
		data := e.bytes()
		for sc := Full; sc <= Eighth; sc++ {
			b.Run(fmt.Sprintf("640x480/%s/%d", s.name, 1<<sc), func(b *testing.B) {
				var d Decoder
				var p Picture
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if err := d.Decode(&p, data, sc); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run("640x480/"+s.name+"/image-jpeg", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := stdjpeg.Decode(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
