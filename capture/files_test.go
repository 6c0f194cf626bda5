package capture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture/avi"
	"github.com/ocellus-vision/ocellus/vision"
)

// jpegOf returns a JPEG with a pattern, and what the standard library reads
// in it.
func jpegOf(t testing.TB, w, h, seed int) ([]byte, image.Image) {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			i := m.PixOffset(x, y)
			m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = uint8(4*x+seed), uint8(5*y), uint8(x/8*30+y/8*50), 255
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	data := bytes.Clone(b.Bytes())
	back, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return data, back
}

// clip writes an AVI of n frames, the i'th of which ends in the byte i.
func clip(t testing.TB, n int, fps float64) (path string, frames [][]byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "clip.AVI")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := avi.NewWriter(f, avi.Header{W: 32, H: 16, FPS: fps})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		data, _ := jpegOf(t, 32, 16, 20*i)
		data = append(data, byte(i))
		frames = append(frames, data)
		if err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path, frames
}

func open(t testing.TB, spec string, o Options) Source {
	t.Helper()
	s, err := Open(spec, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAVI(t *testing.T) {
	path, frames := clip(t, 5, 25)
	s := open(t, path, Options{AsFast: true})
	if i := s.Info(); i.W != 32 || i.H != 16 || i.FPS != 25 || i.Format != MJPEG || i.Live {
		t.Errorf("%+v", i)
	}
	held := make([]Frame, 5)
	for i := range frames {
		f := &held[i]
		if err := s.Next(t.Context(), f); err != nil || f.Sequence != uint64(i) || f.Dropped != 0 {
			t.Fatalf("frame %d: number %d, %d lost, %v", i, f.Sequence, f.Dropped, err)
		}
	}
	var last Frame
	if err := s.Next(t.Context(), &last); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	for i := range frames {
		if !bytes.Equal(held[i].Planes[0].Pix, frames[i]) {
			t.Errorf("frame %d, held to the end, is another", i)
		}
		held[i].Release()
	}
}

func TestAVILoops(t *testing.T) {
	path, frames := clip(t, 3, 25)
	s := open(t, path, Options{AsFast: true, Loop: true})
	var f Frame
	for i := range 10 {
		if err := s.Next(t.Context(), &f); err != nil || f.Sequence != uint64(i) || f.Dropped != 0 || !bytes.Equal(f.Planes[0].Pix, frames[i%3]) {
			t.Fatalf("frame %d: number %d, %d lost, %v", i, f.Sequence, f.Dropped, err)
		}
	}
}

// TestPaced plays as if live: at the rate, and a taker who is late finds
// frames gone.
func TestPaced(t *testing.T) {
	path, frames := clip(t, 120, 100)
	s := open(t, path, Options{})
	var f Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	first := f.Captured
	time.Sleep(95 * time.Millisecond)
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	if f.Dropped < 7 || f.Sequence != uint64(f.Dropped)+1 || !bytes.Equal(f.Planes[0].Pix, frames[f.Sequence]) {
		t.Errorf("after 95 ms at 100 frames a second: number %d, %d lost", f.Sequence, f.Dropped)
	}
	want := first.Add(time.Duration(f.Sequence) * 10 * time.Millisecond)
	if d := f.Captured.Sub(want).Abs(); d > time.Millisecond || time.Since(f.Captured) < 0 {
		t.Errorf("frame %d was captured %v from when it was due", f.Sequence, d)
	}
	n, lost := f.Sequence, 0
	for {
		err := s.Next(t.Context(), &f)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		lost += f.Dropped
		if f.Sequence != n+1+uint64(f.Dropped) {
			t.Fatalf("number %d after %d, %d lost", f.Sequence, n, f.Dropped)
		}
		n = f.Sequence
	}
	if took := time.Since(first); took < 1100*time.Millisecond {
		t.Errorf("120 frames at 100 a second took %v", took)
	}
}

func TestAVIAllocatesNothing(t *testing.T) {
	path, _ := clip(t, 4, 25)
	s := open(t, path, Options{AsFast: true, Loop: true})
	var f Frame
	var d Decoder
	ctx := t.Context()
	next := func() {
		if err := s.Next(ctx, &f); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Raster(&f); err != nil {
			t.Fatal(err)
		}
	}
	for range 8 {
		next()
	}
	if n := testing.AllocsPerRun(50, next); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"b.png", "a.jpg", "d.png"} {
		m := vision.NewImage(10+i, 8)
		m.Set(3, 3, 255, 0, 0)
		if err := m.Save(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "c.png"), []byte("\x89PNG\r\n\x1a\nrubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, Options{AsFast: true})
	var f Frame
	for i, w := range []int{11, 10, 0, 12} {
		err := s.Next(t.Context(), &f)
		if w == 0 {
			if reasonOf(err) != Torn || !strings.Contains(err.Error(), "c.png") {
				t.Errorf("a damaged picture: %v", err)
			}
			continue
		}
		if err != nil || f.W != w || f.H != 8 || f.Sequence != uint64(i) {
			t.Errorf("picture %d: %d x %d, number %d, %v", i, f.W, f.H, f.Sequence, err)
		}
		row := make([]uint8, f.W*3)
		f.Row(row, 3)
		if i > 0 && (row[9] != 255 || row[10] != 0) { // JPEG blurs a single pixel
			t.Errorf("picture %d: the red pixel is %v", i, row[9:12])
		}
	}
	if err := s.Next(t.Context(), &f); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	one := open(t, filepath.Join(dir, "b.png"), Options{AsFast: true})
	if i := one.Info(); i.W != 10 || i.H != 8 {
		t.Errorf("one picture: %+v", i)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no program of others is installed
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spec   string
		o      Options
		reason Reason
		says   string
	}{
		{"", Options{}, Invalid, "synthetic"},
		{filepath.Join(dir, "none"), Options{}, NotFound, "check the path"},
		{"none.avi", Options{}, NotFound, "check the path"},
		{"none", Options{}, NotFound, "camera:2"},
		{"none:", Options{}, NotFound, "camera:2"},
		{empty, Options{}, NotFound, "picture"},
		{write("a.txt", "x"), Options{}, Unsupported, "a.txt"},
		{write("a.mp4", "x"), Options{}, Unsupported, "apt install ffmpeg"},
		{write("a.avi", "x"), Options{}, Unsupported, "no AVI"},
		{"rtsp://user:secret@host/s", Options{}, Unsupported, "apt install ffmpeg"},
		{"csi:0", Options{}, Unsupported, "rpicam-apps"},
		{"csi:left", Options{}, Invalid, "csi:0"},
		{"gopher://user:secret@host/", Options{}, Unsupported, "rtsp://"},
		{"raw:yuyv", Options{Stdin: strings.NewReader("")}, Invalid, "raw:yuyv:640x480"},
		{"raw:mjpeg:8x8", Options{Stdin: strings.NewReader("")}, Unsupported, "ffmpeg"},
		{"raw:yuyv:8x8", Options{}, Invalid, "standard input"},
		{"-", Options{Stdin: strings.NewReader("")}, Invalid, "raw:"},
		{"synthetic:0x0", Options{}, Invalid, "synthetic:640x480"},
		{"synthetic:8x8", Options{}, Invalid, "64"},
		{"synthetic", Options{Format: MJPEG}, Unsupported, "compressed"},
		{"synthetic", Options{W: 5}, Invalid, "5 x 0"},
		{"synthetic", Options{FPS: -1}, Invalid, "rate"},
		{"synthetic", Options{Buffers: 1}, Invalid, "buffers"},
		{"http://%zz", Options{}, Invalid, "address"},
		{"gocv:0", Options{}, Unsupported, "make build-gocv"},
		{"jetson-csi:0", Options{}, Unsupported, "make build-gocv"},
		{"jetson-csi:left", Options{}, Invalid, "jetson-csi:0"},
	} {
		if gocvBuilt && (strings.Contains(c.says, "ffmpeg") || strings.Contains(c.says, "gocv")) {
			continue // OpenCV tries
		}
		s, err := Open(c.spec, c.o)
		if s != nil || reasonOf(err) != c.reason || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v (%s), want %s that says %q", c.spec, err, reasonOf(err), c.reason, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("a password is told: %v", err)
		}
	}
	var e *ErrCapture
	if _, err := Open(filepath.Join(dir, "none"), Options{}); !errors.As(err, &e) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the cause beneath is lost: %v", err)
	}
}

// A clip that was cut off within its first picture is no empty clip.
func TestClipWithoutAWholePicture(t *testing.T) {
	path, _ := clip(t, 1, 25)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("00dc"))
	if at < 0 {
		t.Fatal("no picture in the clip")
	}
	for _, loop := range []bool{false, true} {
		if err := os.WriteFile(path, data[:at+40], 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, Options{AsFast: true, Loop: loop})
		if err != nil {
			t.Fatal(err)
		}
		var f Frame
		if err := s.Next(t.Context(), &f); reasonOf(err) != Torn {
			t.Errorf("loop %v: the picture that is cut off: %v", loop, err)
		}
		if err := s.Next(t.Context(), &f); reasonOf(err) != Unsupported || !strings.Contains(err.Error(), "no whole picture") {
			t.Errorf("loop %v: %v", loop, err)
		}
		s.Close()
	}
}
