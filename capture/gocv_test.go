//go:build gocv && cgo

package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
)

// TestGocvReadsAVI: of an MJPEG-AVI OpenCV hands on the JPEGs as they are.
func TestGocvReadsAVI(t *testing.T) {
	path, frames := clip(t, 6, 25)
	s := open(t, "gocv:"+path, Options{AsFast: true})
	if i := s.Info(); i.W != 32 || i.H != 16 || i.FPS != 25 || i.Live || i.Kind != "gocv" || i.Format != MJPEG {
		t.Errorf("%+v", i)
	}
	var f Frame
	for i := range 6 {
		if err := s.Next(t.Context(), &f); err != nil || f.Sequence != uint64(i) || f.Dropped != 0 || !bytes.Equal(f.Planes[0].Pix, frames[i]) {
			t.Fatalf("frame %d: number %d, %v", i, f.Sequence, err)
		}
	}
	if err := s.Next(t.Context(), &f); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// TestGocvDecodes holds what OpenCV decodes against what ffmpeg does.
func TestGocvDecodes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mp4")
	made := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=20:d=1", "-c:v", "mpeg4", "-q:v", "2", path)
	if err := made.Run(); err != nil {
		t.Skip("ffmpeg makes no video here: ", err)
	}
	a, b := open(t, path, Options{AsFast: true}), open(t, "gocv:"+path, Options{AsFast: true})
	if i := b.Info(); i.Format != BGR || i.W != 160 || i.H != 120 || i.FPS != 20 {
		t.Errorf("%+v", i)
	}
	var f, g Frame
	var m, n vision.Image
	for i := range 20 {
		if err := errors.Join(a.Next(t.Context(), &f), b.Next(t.Context(), &g)); err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		f.Image(&m)
		g.Image(&n)
		sum := 0
		for j := range m.Pix {
			sum += int(max(m.Pix[j], n.Pix[j]) - min(m.Pix[j], n.Pix[j]))
		}
		if mean := float64(sum) / float64(len(m.Pix)); mean > 2 {
			t.Errorf("frame %d differs by %.1f levels on average", i, mean)
		}
	}
}

func TestGocvLoops(t *testing.T) {
	path, _ := clip(t, 3, 25)
	s := open(t, "gocv:"+path, Options{AsFast: true, Loop: true})
	var f Frame
	for i := range 10 {
		if err := s.Next(t.Context(), &f); err != nil || f.Sequence != uint64(i) {
			t.Fatalf("frame %d: number %d, %v", i, f.Sequence, err)
		}
	}
}

// TestGocvReadsClips: without ffmpeg, OpenCV reads what is no MJPEG-AVI.
func TestGocvReadsClips(t *testing.T) {
	dir := check.Shared(t, "video")
	t.Setenv("PATH", t.TempDir())
	clips, _ := filepath.Glob(filepath.Join(dir, "*.mp4"))
	for _, c := range clips {
		pictures, err := os.ReadDir(filepath.Join(dir, "frames_"+filepath.Base(c[:len(c)-len(".mp4")])))
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, c, Options{AsFast: true})
		var f Frame
		n := 0
		for err = s.Next(t.Context(), &f); err == nil; err = s.Next(t.Context(), &f) {
			n++
		}
		t.Logf("%s: %d frames, %d pictures, %+v", filepath.Base(c), n, len(pictures), s.Info())
		if err != io.EOF || n < len(pictures) {
			t.Errorf("%s: %d frames of at least %d, %v", filepath.Base(c), n, len(pictures), err)
		}
	}
	if len(clips) < 2 {
		t.Errorf("there are %d clips in %s", len(clips), dir)
	}
}

func TestGocvRefuses(t *testing.T) {
	rubbish := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(rubbish, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string]Reason{
		"gocv:/no/such/file.mp4": NotFound, "gocv:" + rubbish: Unsupported, "gocv:99": Unsupported,
		"gocv:nosuchelement ! appsink": Unsupported, "jetson-csi:0": Unsupported,
	} {
		if s, err := Open(spec, Options{}); s != nil || reasonOf(err) != want {
			t.Errorf("%s: %v (%v), want %v", spec, err, reasonOf(err), want)
		}
	}
}

func TestGocvSupervised(t *testing.T) {
	path, _ := clip(t, 4, 25)
	v, err := Supervise("gocv:"+path, Options{AsFast: true}, SuperviseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	take(t, v, 4)
	if err := v.Next(t.Context(), new(Frame)); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}
