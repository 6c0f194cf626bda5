package out

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/capture/avi"
)

// film is the files of a recording, one after another. It serves one
// goroutine.
type film struct {
	o      RecorderOptions
	folder *folder
	create func(path string) (*os.File, error)

	f       *os.File // nil: none is open
	name    string
	w       *avi.Writer
	width   int
	height  int
	first   time.Time // the moment of the file's first picture
	looked  time.Time // when room on the disk was looked for
	retry   time.Time // when writing is tried again after it failed
	problem error     // that it failed with
	begun   uint64
	number  int // of names of File that are known to be taken
	jpeg    bytes.Buffer
}

const (
	// longGap is a pause between frames that ends a file, so that it is not
	// filled up with repetitions.
	longGap = 10 * time.Second
	// ahead is how many frames too many are taken before one is left out:
	// frames never come quite evenly.
	ahead = 2
	// lookPeriod is how often it is seen to that the disk has room.
	lookPeriod = time.Second
	// retryAfter is how long after a failure a new file is tried.
	retryAfter = 5 * time.Second
	// filmQuality of the pictures: at 30 a second, size counts.
	filmQuality = 80
)

func newFilm(o *RecorderOptions) (m film, err error) {
	m = film{o: *o, create: createNew}
	if o.Dir != "" {
		m.folder, err = openFolder(o.Dir, "-"+safeName(o.Name)+".avi", o.Limits)
		return m, err
	}
	m.folder = &folder{dir: filepath.Dir(o.File), limits: Limits{MinFree: o.Limits.MinFree}, free: Free}
	if st, err := os.Stat(o.File); err == nil && !st.Mode().IsRegular() {
		return m, &fs.PathError{Op: "write", Path: o.File, Err: errors.New("this is no file")}
	}
	m.name = m.unused()
	return m, m.probe()
}

// createNew makes a file, and never touches one that is there.
func createNew(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

// probe returns why the first file cannot be begun, and leaves nothing behind.
func (m *film) probe() error {
	path := m.folder.path(m.name)
	f, err := m.create(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(path))
}

// add writes a frame; false: it was left out, because frames come faster than
// the video has them.
func (m *film) add(s *still) (bool, error) {
	now := time.Now()
	if now.Before(m.retry) {
		return false, m.problem
	}
	written, err := m.try(s, now)
	if err != nil {
		_ = m.end() // what was written before can be read
		m.problem, m.retry = err, now.Add(retryAfter)
	}
	return written, err
}

func (m *film) try(s *still, now time.Time) (bool, error) {
	if m.f != nil && m.early(s) {
		return false, nil
	}
	if err := s.Draw(); err != nil {
		return false, err
	}
	m.jpeg.Reset()
	if err := s.Picture.EncodeJPEG(&m.jpeg, filmQuality); err != nil {
		return false, err
	}
	if m.f != nil && m.over(s) {
		if err := m.end(); err != nil {
			return false, err
		}
	}
	if err := m.ready(s, now); err != nil {
		return false, err
	}
	err := m.write(s)
	if errors.Is(err, avi.ErrFull) { // the frame at hand is the price
		return false, m.end()
	}
	return err == nil, err
}

// ready sees to it that there is a file, and room for it.
func (m *film) ready(s *still, now time.Time) error {
	if m.f == nil {
		return m.begin(s)
	}
	if now.Sub(m.looked) < lookPeriod {
		return nil
	}
	m.looked = now
	return m.folder.room(0, m.name)
}

// write writes the picture that is encoded at its place, or as near as frames
// before it allow.
func (m *film) write(s *still) error {
	for place := m.place(s); m.w.Count() < place-ahead; {
		if err := m.w.Repeat(); err != nil {
			return err
		}
	}
	return m.w.Write(m.jpeg.Bytes())
}

// place is the number that a frame would have in the file if it were exact.
func (m *film) place(s *still) int { return int(s.moment.Sub(m.first).Seconds()*m.o.FPS + 0.5) }

// early says that frames come faster than the video has them, and that one
// can be left out.
func (m *film) early(s *still) bool {
	n := m.w.Count() - m.place(s)
	return n > ahead && n < int(longGap.Seconds()*m.o.FPS)
}

// over says whether the picture that is encoded is for another file.
func (m *film) over(s *still) bool {
	const entry = 32 // what a picture takes besides itself
	gap := time.Duration(float64(m.place(s)-m.w.Count()) / m.o.FPS * float64(time.Second))
	return s.Picture.W != m.width || s.Picture.H != m.height || gap > longGap || gap < -longGap ||
		m.o.MaxSize > 0 && m.w.Size()+int64(m.jpeg.Len())+entry > m.o.MaxSize
}

// begin makes a file for pictures such as s.
func (m *film) begin(s *still) error {
	m.name = m.next(s)
	if err := m.folder.room(0, m.name); err != nil {
		return err
	}
	f, err := m.create(m.folder.path(m.name))
	if err != nil {
		return err
	}
	w, err := avi.NewWriter(f, avi.Header{W: s.Picture.W, H: s.Picture.H, FPS: m.o.FPS})
	if err != nil {
		return errors.Join(err, f.Close())
	}
	m.f, m.w, m.width, m.height, m.first, m.looked = f, w, s.Picture.W, s.Picture.H, s.moment, time.Now()
	m.begun++
	if m.o.Dir != "" {
		m.folder.add(m.name, w.Size())
	}
	return nil
}

// next returns the name of the next file. In a Dir it is that of the moment of
// its first picture or, where that is taken, of the next that is not: pictures
// read as fast as can be may come within one millisecond, and clocks are set
// back.
func (m *film) next(s *still) string {
	if m.o.Dir == "" {
		return m.unused()
	}
	for at := s.Captured.UTC(); ; at = at.Add(time.Millisecond) {
		name := at.Format(stampForm) + "-" + safeName(m.o.Name) + ".avi"
		if !m.taken(name) {
			return name
		}
	}
}

// taken says whether there is a file of that name. Of a path that cannot be
// looked at, making the file tells why.
func (m *film) taken(name string) bool {
	_, err := os.Lstat(m.folder.path(name))
	return err == nil
}

// unused returns the first of FILE, FILE-2, FILE-3 and so on that is not there,
// after those that the recording has had: what an earlier run recorded stays.
func (m *film) unused() string {
	base := filepath.Base(m.o.File)
	ending := filepath.Ext(base)
	stem := strings.TrimSuffix(base, ending)
	for {
		name := base
		if m.number > 0 {
			name = stem + "-" + strconv.Itoa(m.number+1) + ending
		}
		if !m.taken(name) {
			return name
		}
		m.number++
	}
}

// end completes and closes the file, if one is open.
func (m *film) end() error {
	if m.f == nil {
		return nil
	}
	err := errors.Join(m.w.Close(), m.f.Close())
	if m.o.Dir != "" {
		m.folder.add(m.name, m.w.Size())
	}
	m.f, m.w = nil, nil
	return err
}
