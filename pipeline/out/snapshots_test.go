package out

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/vision"
)

func closeIn(t testing.TB, c interface{ Close(context.Context) error }) {
	t.Helper()
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func names(t testing.TB, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// Every track leaves one picture, of its own part of the scene, with what was
// seen in its comment.
func TestSnapshotsOfAScene(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	s, err := NewSnapshots(SnapshotOptions{Dir: dir, Limits: Limits{Files: 100}})
	if err != nil {
		t.Fatal(err)
	}
	stats := run(t, "synthetic:640x480", 40, s)
	closeIn(t, s)
	list := names(t, dir)
	if len(list) == 0 || uint64(len(list)) > stats.TracksBegun || s.Stats().Failed != 0 {
		t.Fatalf("%d pictures of %d tracks; %+v", len(list), stats.TracksBegun, s.Stats())
	}
	for _, name := range list {
		b := []byte(content(t, filepath.Join(dir, name)))
		m, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var e struct {
			Source    string
			Track     int64
			Detection vision.Detection
			Models    []pipeline.Model
		}
		if err := json.Unmarshal(b[6:6+int(b[4])<<8+int(b[5])-2], &e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := fmt.Sprintf("-door-%d-%s.jpg", e.Track, e.Detection.Label); e.Source != "door" || !strings.HasSuffix(name, want) || len(e.Models) != 1 {
			t.Errorf("%s has %+v", name, e)
		}
		w, h := float64(e.Detection.Box.Width())*(1+2*margin), float64(e.Detection.Box.Height())*(1+2*margin)
		if got := m.Bounds(); float64(got.Dx()) > w+2 || float64(got.Dy()) > h+2 || float64(got.Dx()) < w/2 {
			t.Errorf("%s has %v, and its object %v", name, got, e.Detection.Box)
		}
	}
}

// Of one track, the largest and sharpest picture stays.
func TestSnapshotsKeepTheBest(t *testing.T) {
	blurred, sharp := vision.NewImage(200, 200), vision.NewImage(200, 200)
	for i := range sharp.Pix {
		sharp.Pix[i] = uint8(255 * ((i / 3 / 4) & 1))
		blurred.Pix[i] = uint8(i / 3 % 200)
	}
	var q sharpness
	all := vision.Box{X2: 200, Y2: 200}
	hazy, clear := q.of(rows{blurred}, all), q.of(rows{sharp}, all)
	if !(hazy < 0.5 && clear > 0.6 && clear < 1) {
		t.Errorf("sharpness %v of a ramp and %v of stripes", hazy, clear)
	}
	if q.of(rows{sharp}, vision.Box{X1: 300, Y1: 300, X2: 400, Y2: 400}) != 0 {
		t.Error("what is outside the picture is sharp")
	}
	if a, b := sizeOf(vision.Box{X2: 20, Y2: 20}), sizeOf(vision.Box{X2: 100, Y2: 100}); !(a < b && b < 1) || sizeOf(vision.Box{X2: 900, Y2: 900}) != 1 {
		t.Errorf("sizes count as %v and %v", a, b)
	}
}

// rows is a picture that is read by rows.
type rows struct{ *vision.Image }

func (r rows) Size() (w, h int) { return r.W, r.H }

func (r rows) Row(dst []uint8, y int) { copy(dst, r.Pix[y*r.W*3:(y+1)*r.W*3]) }

func TestFolderDeletesTheOldestOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	stamp := func(i int) string { return fmt.Sprintf("20260301T0830%02d.000Z-door-1-face.jpg", i) }
	write := func(name string, n int) {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, n), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("holiday.jpg", 1000)
	write("20260301T083000.000Z-door.avi", 1000)
	for i := range 4 {
		write(stamp(i), 100)
	}
	f, err := openFolder(dir, ".jpg", Limits{Files: 5, Bytes: 600})
	if err != nil || len(f.files) != 4 || f.bytes != 400 {
		t.Fatalf("%+v, %v", f, err)
	}
	add := func(i, n int) {
		t.Helper()
		if err := f.room(int64(n), stamp(i)); err != nil {
			t.Fatal(err)
		}
		write(stamp(i), n)
		f.add(stamp(i), int64(n))
	}
	add(4, 100) // 5 files, 500 bytes
	add(4, 150) // the same once more: 550
	add(5, 100) // one too many
	if got := len(f.files); got != 5 || f.bytes != 550 {
		t.Errorf("%d files of %d bytes", got, f.bytes)
	}
	add(6, 400) // too many bytes
	want := []string{"20260301T083000.000Z-door.avi", stamp(5), stamp(6), "holiday.jpg"}
	if got := names(t, dir); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%v, want %v", got, want)
	}
	if err := f.room(601, stamp(7)); err == nil {
		t.Error("there is room for more than all may take")
	}
}

// A disk that others have filled: ours are given up first, and then nothing
// is written.
func TestFolderLeavesRoomOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	f, err := openFolder(dir, ".jpg", Limits{MinFree: 1000})
	if err != nil {
		t.Fatal(err)
	}
	free := int64(1200)
	f.free = func(string) (int64, error) {
		n := free
		for _, e := range names(t, dir) {
			_ = e
			n -= 100
		}
		return n, nil
	}
	for i := range 4 {
		name := fmt.Sprintf("20260301T0830%02d.000Z-a-1-b.jpg", i)
		if err := f.room(100, name); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.path(name), make([]byte, 100), 0o644); err != nil {
			t.Fatal(err)
		}
		f.add(name, 100)
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("%v", got)
	}
	free = 900
	if err := f.room(100, "x"); !errors.Is(err, ErrNoRoom) || len(names(t, dir)) != 0 {
		t.Errorf("%v, %v", err, names(t, dir))
	}
}

// A folder that cannot be written is told of once, and the loop goes on.
func TestSnapshotsWithoutAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a")
	s, err := NewSnapshots(SnapshotOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var told []error
	s.State.Tell = func(err error) { told = append(told, err) }
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	stats := run(t, "synthetic:320x240", 20, s)
	closeIn(t, s)
	if stats.Processed != 20 || s.Stats().Failed == 0 || s.Stats().Written != 0 || len(told) != 1 || !os.IsNotExist(told[0]) {
		t.Errorf("%d frames, %+v, told %v", stats.Processed, s.Stats(), told)
	}
}

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{"door-1": "door-1", "../../etc/passwd": ".._.._etc_passwd", "traffic light": "traffic_light", "Tür": "T_r", strings.Repeat("a", 99): strings.Repeat("a", 48)} {
		if got := safeName(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
