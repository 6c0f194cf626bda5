package out

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture/avi"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// readFilm reads a recording: its header, how many pictures it has, and the place
// of the last.
func readFilm(t testing.TB, path string) (h avi.Header, pictures, last int, err error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := avi.NewReader(f, info.Size())
	if err != nil {
		return h, 0, 0, err
	}
	for {
		_, index, err := r.Next(nil)
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return r.Header(), pictures, last, err
		}
		pictures, last = pictures+1, index
	}
}

func recorder(t testing.TB, o RecorderOptions) *Recorder {
	t.Helper()
	r, err := NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecordEveryFrame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seen.avi")
	r := recorder(t, RecorderOptions{File: path, FPS: 30, Every: true})
	run(t, "synthetic:320x240@30", 45, r)
	closeIn(t, r)
	h, n, _, err := readFilm(t, path)
	if err != nil || h != (avi.Header{W: 320, H: 240, FPS: 30}) || n != 45 {
		t.Errorf("%+v, %d pictures, %v", h, n, err)
	}
	if s := r.Stats(); s.Written != 45 || s.Files != 1 || s.Dropped+s.Failed != 0 {
		t.Errorf("%+v", s)
	}
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("there is no ffprobe to read it by as well")
	}
	got, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames,r_frame_rate", "-of", "csv=p=0", path).CombinedOutput()
	if err != nil || strings.TrimSpace(string(got)) != "30/1,45" {
		t.Errorf("ffprobe: %s, %v", got, err)
	}
}

// Files end at their size, and go on in another.
func TestRecordInPieces(t *testing.T) {
	const size = 400_000
	for _, dir := range []bool{false, true} {
		folder := t.TempDir()
		o := RecorderOptions{File: filepath.Join(folder, "seen.avi"), FPS: 30, MaxSize: size, Every: true}
		if dir {
			o.File, o.Dir, o.Name, o.Limits = "", folder, "the door", Limits{Files: 2}
		}
		r := recorder(t, o)
		run(t, "synthetic:320x240@30", 60, r)
		closeIn(t, r)
		list, all := names(t, folder), 0
		for _, name := range list {
			_, n, _, err := readFilm(t, filepath.Join(folder, name))
			info, _ := os.Stat(filepath.Join(folder, name))
			if err != nil || n == 0 || info.Size() > size {
				t.Errorf("%s: %d pictures, %d bytes, %v", name, n, info.Size(), err)
			}
			all += n
		}
		s := r.Stats()
		switch {
		case s.Files < 3 || s.Written != 60:
			t.Errorf("%+v", s)
		case dir && (len(list) != 2 || !strings.HasSuffix(list[0], "Z-the_door.avi")):
			t.Errorf("%v", list)
		case !dir && (all != 60 || list[0] != "seen-2.avi" || list[len(list)-1] != "seen.avi"):
			t.Errorf("%v with %d pictures", list, all)
		}
	}
}

// at adds a black frame of a moment.
func (m *film) at(t testing.TB, moment time.Duration, w, h int) bool {
	t.Helper()
	s := &still{moment: time.Unix(1e9, 0).Add(moment)}
	s.Captured, s.W, s.H = s.moment, w, h
	s.Picture.W, s.Picture.H, s.Picture.Pix = w, h, make([]uint8, w*h*3)
	written, err := m.add(s)
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// Two files of a folder that begin at one moment, as where pictures change
// their size, have names of their own.
func TestFilesOfOneMoment(t *testing.T) {
	dir := t.TempDir()
	m, err := newFilm(&RecorderOptions{Dir: dir, Name: "door", FPS: 30})
	if err != nil {
		t.Fatal(err)
	}
	m.at(t, 0, 64, 48)
	m.at(t, 0, 80, 60)
	if err := m.end(); err != nil {
		t.Fatal(err)
	}
	list := names(t, dir)
	if len(list) != 2 {
		t.Fatalf("%v, want two files", list)
	}
	for i, w := range []int{64, 80} {
		if h, n, _, err := readFilm(t, filepath.Join(dir, list[i])); h.W != w || n != 1 || err != nil {
			t.Errorf("%s: %d pictures %d wide, %v", list[i], n, h.W, err)
		}
	}
}

// Pictures lie in the video when they were seen, at whatever rate they came.
func TestFilmKeepsTime(t *testing.T) {
	for _, rate := range []float64{10, 30, 60} {
		path := filepath.Join(t.TempDir(), "a.avi")
		m, err := newFilm(&RecorderOptions{File: path, FPS: 30})
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(3 * rate) {
			m.at(t, time.Duration(float64(i)/rate*1e9), 64, 48)
		}
		if err := m.end(); err != nil {
			t.Fatal(err)
		}
		want := int((3 - 1/rate) * 30)
		if _, _, last, err := readFilm(t, path); err != nil || last < want-ahead || last > want+ahead {
			t.Errorf("at %v frames a second the last of 3 s is number %d, want %d; %v", rate, last, want, err)
		}
	}
}

// A long pause, another size and a clock that goes back begin another file.
func TestFilmBeginsAnother(t *testing.T) {
	dir := t.TempDir()
	m, err := newFilm(&RecorderOptions{File: filepath.Join(dir, "a.avi"), FPS: 10})
	if err != nil {
		t.Fatal(err)
	}
	m.at(t, 0, 64, 48)
	m.at(t, 5*time.Second, 64, 48)
	m.at(t, time.Minute, 64, 48)
	m.at(t, time.Minute, 32, 32)
	m.at(t, 0, 32, 32)
	if err := m.end(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"a.avi": 2, "a-2.avi": 1, "a-3.avi": 1, "a-4.avi": 1} {
		if _, n, _, err := readFilm(t, filepath.Join(dir, name)); n != want || err != nil {
			t.Errorf("%s has %d pictures, want %d; %v", name, n, want, err)
		}
	}
}

// What is there stays: a recording takes the names that are free.
func TestFilmKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.avi", "a-2.avi", "a-4.avi"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	m, err := newFilm(&RecorderOptions{File: filepath.Join(dir, "a.avi"), FPS: 10})
	if err != nil {
		t.Fatal(err)
	}
	if m.name != "a-3.avi" {
		t.Errorf("it begins with %s", m.name)
	}
	m.at(t, 0, 64, 48)
	m.at(t, time.Minute, 64, 48)
	if err := m.end(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.avi", "a-2.avi", "a-4.avi"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); string(b) != name {
			t.Errorf("%s was written over, %v", name, err)
		}
	}
	for _, name := range []string{"a-3.avi", "a-5.avi"} {
		if _, n, _, err := readFilm(t, filepath.Join(dir, name)); n != 1 || err != nil {
			t.Errorf("%s has %d pictures, %v", name, n, err)
		}
	}
	if list := names(t, dir); len(list) != 5 {
		t.Errorf("%v", list)
	}
}

// A process that is killed leaves a file that is read as far as it goes.
func TestRecordingThatWasKilled(t *testing.T) {
	if path := os.Getenv("OCELLUS_TEST_RECORD"); path != "" {
		m, err := newFilm(&RecorderOptions{File: path, FPS: 30})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			m.at(t, time.Duration(i)*time.Second/30, 64, 48)
		}
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	}
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "a.avi")
	cmd := exec.Command(self, "-test.run=^TestRecordingThatWasKilled$")
	cmd.Env = append(os.Environ(), "OCELLUS_TEST_RECORD="+path)
	var killed *exec.ExitError
	if err := cmd.Run(); err == nil {
		t.Fatal("it was not killed")
	} else if !errors.As(err, &killed) {
		t.Skip("the test cannot start itself, as under emulation: ", err)
	}
	if h, n, _, err := readFilm(t, path); n != 20 || err != nil || h.W != 64 {
		t.Fatalf("%d pictures, %v", n, err)
	}
	info, _ := os.Stat(path)
	if err := os.Truncate(path, info.Size()-100); err != nil {
		t.Fatal(err)
	}
	if _, n, _, _ := readFilm(t, path); n != 19 {
		t.Errorf("of a file that ends in its last picture %d are read", n)
	}
}

// A disk without room stops the recording, which is told once, and not the
// loop; when there is room again it goes on in another file.
func TestRecordOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	r := recorder(t, RecorderOptions{Dir: dir, Name: "door", FPS: 30, Every: true, Limits: Limits{MinFree: 1000}})
	told := make(chan error, 10)
	r.State.Tell = func(err error) { told <- err }
	r.film.folder.free = func(string) (int64, error) { return 0, nil }
	if s := run(t, "synthetic:320x240", 10, r); s.Processed != 10 {
		t.Errorf("%d frames", s.Processed)
	}
	closeErr := r.Close(context.Background())
	if s := r.Stats(); s.Failed != 10 || s.Written != 0 || !errors.Is(closeErr, ErrNoRoom) || len(told) != 1 {
		t.Errorf("%+v, %v, told %d times", s, closeErr, len(told))
	}
	r = recorder(t, RecorderOptions{Dir: dir, Name: "door", FPS: 30, Every: true})
	r.film.create = func(string) (*os.File, error) { return nil, errFull }
	r.film.problem, r.film.retry = errFull, time.Time{}
	run(t, "synthetic:320x240", 3, r)
	time.Sleep(10 * time.Millisecond)
	if s := r.Stats(); s.Written != 0 {
		t.Errorf("%+v", s)
	}
	_ = r.Close(context.Background())
}

// Who looks too slowly holds nobody up: what it misses is counted.
func TestRecorderThatIsBehind(t *testing.T) {
	r := recorder(t, RecorderOptions{File: filepath.Join(t.TempDir(), "a.avi"), FPS: 1000})
	var taken []*still
	for range stills {
		taken = append(taken, <-r.free)
	}
	if s := run(t, "synthetic:320x240", 25, r); s.Processed != 25 || s.SinkErrors != 0 {
		t.Errorf("%d frames, %d errors", s.Processed, s.SinkErrors)
	}
	if s := r.Stats(); s.Dropped != 25 || s.Written != 0 {
		t.Errorf("%+v", s)
	}
	for _, s := range taken {
		r.free <- s
	}
	closeIn(t, r)
	closeIn(t, r)
	if err := r.Event(context.Background(), &pipeline.Event{}); err != nil {
		t.Error(err)
	}
}

func TestRecorderRefuses(t *testing.T) {
	var option *ErrOption
	for _, o := range []RecorderOptions{{FPS: 30}, {File: "a", Dir: "b", FPS: 30}, {File: "a"}, {File: "a", FPS: 30, MaxSize: -1}, {File: "a", FPS: 30, Side: 1}} {
		if _, err := NewRecorder(o); !errors.As(err, &option) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := NewRecorder(RecorderOptions{File: filepath.Join(t.TempDir(), "no", "a.avi"), FPS: 30}); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
	dir := t.TempDir()
	if _, err := NewRecorder(RecorderOptions{File: dir, FPS: 30}); err == nil {
		t.Error("a folder was taken for the file")
	}
	if _, err := newFilm(&RecorderOptions{File: filepath.Join(dir, "a.avi"), FPS: 30}); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("asking left %v, %v", left, err)
	}
}
