package avi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// memory is a file that is held in memory.
type memory struct {
	b   []byte
	pos int64
}

func (m *memory) Write(p []byte) (int, error) {
	if need := m.pos + int64(len(p)); need > int64(len(m.b)) {
		m.b = append(m.b, make([]byte, need-int64(len(m.b)))...)
	}
	copy(m.b[m.pos:], p)
	m.pos += int64(len(p))
	return len(p), nil
}

func (m *memory) Seek(at int64, from int) (int64, error) {
	if from != io.SeekStart {
		return 0, errors.New("seeks from the start only")
	}
	m.pos = at
	return at, nil
}

var pictures = [][]byte{[]byte("even"), []byte("odd"), bytes.Repeat([]byte{7}, 1001)}

func written(t testing.TB, closed bool) []byte {
	t.Helper()
	var m memory
	w, err := NewWriter(&m, Header{W: 640, H: 480, FPS: 29.97})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if closed {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return m.b
}

func all(t testing.TB, b []byte) (h Header, got [][]byte, err error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return h, nil, err
	}
	for i := 0; ; i++ {
		p, _, err := r.Next(nil)
		if err == io.EOF {
			return r.Header(), got, nil
		}
		if err != nil {
			return r.Header(), got, err
		}
		got = append(got, p)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, closed := range []bool{true, false} {
		h, got, err := all(t, written(t, closed))
		if err != nil || h.W != 640 || h.H != 480 || h.FPS < 29.969 || h.FPS > 29.971 || len(got) != len(pictures) {
			t.Fatalf("closed %v: %+v, %d pictures, %v", closed, h, len(got), err)
		}
		for i, p := range pictures {
			if !bytes.Equal(p, got[i]) {
				t.Errorf("closed %v: picture %d has %d bytes, want %d", closed, i, len(got[i]), len(p))
			}
		}
	}
}

// TestLengths holds what Close fills in against the chunks of the file.
func TestLengths(t *testing.T) {
	b := written(t, true)
	word := func(at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }
	if word(atRIFF) != len(b)-8 {
		t.Errorf("RIFF of %d bytes, the file has %d", word(atRIFF), len(b))
	}
	movi := bytes.Index(b, []byte("movi"))
	index := movi + word(movi-4)
	if string(b[index:index+4]) != "idx1" || word(index+4) != 16*len(pictures) || index+8+word(index+4) != len(b) {
		t.Fatalf("no index at %d", index)
	}
	for i, p := range pictures {
		e := index + 8 + 16*i
		at := movi + word(e+8)
		if string(b[e:e+4]) != "00dc" || string(b[at:at+4]) != "00dc" || word(e+12) != len(p) || !bytes.Equal(b[at+8:at+8+len(p)], p) {
			t.Errorf("index entry %d leads to %d", i, at)
		}
	}
	strh := bytes.Index(b, []byte("strh")) + 8
	avih := bytes.Index(b, []byte("avih")) + 8
	if word(avih+16) != 3 || word(strh+32) != 3 || word(strh+36) != 1001 || word(avih+28) != 1001 {
		t.Errorf("%d and %d pictures, the largest of %d and %d bytes", word(avih+16), word(strh+32), word(avih+28), word(strh+36))
	}
	if hdrl := bytes.Index(b, []byte("hdrl")); hdrl+word(hdrl-4) != movi-8 {
		t.Errorf("the header's list of %d bytes ends elsewhere than where the pictures begin", word(hdrl-4))
	}
}

// A picture that is repeated counts as one, in the index as for the reader,
// and Size says how large the file gets.
func TestRepeat(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "a.avi"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := NewWriter(f, Header{W: 64, H: 48, FPS: 25})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{func() error { return w.Write(pictures[0]) }, w.Repeat, w.Repeat, func() error { return w.Write(pictures[1]) }} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	size, count := w.Size(), w.Count()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if info, _ := f.Stat(); info.Size() != size || count != 4 {
		t.Errorf("%d bytes and %d pictures, want %d and 4", info.Size(), count, size)
	}
	r, err := NewReader(f, size)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 3} {
		if p, index, err := r.Next(nil); err != nil || index != want || !bytes.Equal(p, pictures[i]) {
			t.Errorf("picture %d, want %d: %v", index, want, err)
		}
	}
}

func TestCutOff(t *testing.T) {
	b := written(t, false)
	for n := range b {
		h, got, err := all(t, b[:n])
		var wrong *ErrFile
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if err == nil && (h.W != 640 || len(got) > len(pictures)) || n < 100 && err == nil {
			t.Fatalf("%d bytes: %d pictures, no error", n, len(got))
		}
		for i := range got {
			if !bytes.Equal(got[i], pictures[i]) {
				t.Fatalf("%d bytes: picture %d differs", n, i)
			}
		}
	}
}

// TestForeign reads what others write: an audio stream first, lists of
// records, empty pictures, a second RIFF.
func TestForeign(t *testing.T) {
	b := written(t, false)
	strl := bytes.Index(b, []byte("strl")) - 8
	movi := bytes.Index(b, []byte("movi")) + 4
	ck := func(id string, body string) string {
		return id + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + "\x00"[:len(body)&1]
	}
	audio := ck("LIST", "strl"+ck("strh", "auds"+string(make([]byte, 52)))+ck("strf", string(make([]byte, 18))))
	file := string(b[:strl]) + audio + string(b[strl:movi]) +
		ck("00wb", "sound") + ck("LIST", "rec "+ck("01dc", "one")) + ck("01dc", "") + ck("ix01", "01dc") + ck("01db", "three") +
		ck("idx1", "01dc0123") + ck("RIFF", "AVIX"+ck("LIST", "movi"+ck("01dc", "four"))) + ck("JUNK", "tail")
	r, err := NewReader(bytes.NewReader([]byte(file)), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for i, want := range []string{"one", "", "three", "four"} {
			if want == "" {
				continue
			}
			if p, index, err := r.Next(nil); err != nil || string(p) != want || index != i {
				t.Errorf("picture %d is %q, number %d (%v), want %q", i, p, index, err, want)
			}
		}
		if _, _, err := r.Next(nil); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		r.Rewind()
	}
	if err := r.Skip(); err != nil {
		t.Fatal(err)
	}
	if p, index, err := r.Next(nil); err != nil || string(p) != "three" || index != 2 {
		t.Errorf("after a skip: %q, number %d, %v", p, index, err)
	}
}

func TestRefuses(t *testing.T) {
	good := written(t, true)
	h264 := bytes.Replace(good, []byte("\x18\x00MJPG"), []byte("\x18\x00H264"), 1)
	var wrong *ErrFile
	if _, _, err := all(t, h264); !errors.As(err, &wrong) || wrong.Codec != "H264" {
		t.Errorf("H264: %v", err)
	}
	for name, b := range map[string][]byte{
		"nothing":  nil,
		"not AVI":  bytes.Replace(good, []byte("AVI "), []byte("WAVE"), 1),
		"no video": bytes.Replace(good, []byte("vids"), []byte("auds"), 1),
	} {
		if _, _, err := all(t, b); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, h := range []Header{{0, 1, 1}, {1, 1 << 17, 1}, {1, 1, 0}, {1, 1, 1e9}} {
		if _, err := NewWriter(&memory{}, h); err == nil {
			t.Errorf("%+v is taken", h)
		}
	}
}

func TestFull(t *testing.T) {
	w, err := NewWriter(&memory{}, Header{W: 1, H: 1, FPS: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.size = maxFile - 70
	if err := w.Write([]byte("1234567")); !errors.Is(err, ErrFull) {
		t.Errorf("%v, want ErrFull", err)
	}
	if err := w.Write(nil); err == nil {
		t.Error("an empty picture is taken")
	}
}

// TestDiskFull: that nothing could be written is told.
func TestDiskFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := NewWriter(f, Header{W: 1, H: 1, FPS: 1}); err == nil {
		t.Error("writing to a full disk succeeds")
	}
}

func TestReusesMemory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.avi")
	if err := os.WriteFile(name, written(t, true), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, _ := f.Stat()
	r, err := NewReader(f, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, 2000)
	if n := testing.AllocsPerRun(10, func() {
		r.Rewind()
		for range pictures {
			if buf, _, err = r.Next(buf); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(written(f, true))
	f.Add(written(f, false))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, got, err := all(t, b)
		var wrong *ErrFile
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("an error of type %T: %v", err, err)
		}
		total := 0
		for _, p := range got {
			total += len(p)
		}
		if total > len(b) || err == nil && (h.W < 1 || h.H < 1) {
			t.Fatalf("%d bytes of pictures in %d, %+v", total, len(b), h)
		}
	})
}
