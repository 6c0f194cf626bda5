package check

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"
)

// recorder is a testing.TB that keeps what is reported instead of failing.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()                      {}
func (r *recorder) Errorf(f string, args ...any) { r.said = append(r.said, fmt.Sprintf(f, args...)) }
func (r *recorder) saidOne(t *testing.T, s string) {
	t.Helper()
	if len(r.said) != 1 || !strings.Contains(r.said[0], s) {
		t.Errorf("reported %q, want one line with %q", r.said, s)
	}
}

// faults reports whether touching p raises a fault.
func faults(p *byte) (fault bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { fault = recover() != nil }()
	*p = 1
	return false
}

func TestFencedSlicesTouchTheGuards(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("guard pages are made on Linux only")
	}
	f := NewFence(t, 2*os.Getpagesize())
	for _, n := range []int{1, 7, 1024, os.Getpagesize() / 4, os.Getpagesize() / 2} {
		for _, side := range Sides {
			s := Fenced[float32](t, f, n, side)
			for i := range s {
				if !math.IsNaN(float64(s[i])) {
					t.Fatalf("element %d of %d is %v before anything was written", i, n, s[i])
				}
				s[i] = float32(i)
			}
			first := (*byte)(unsafe.Pointer(&s[0]))
			past := (*byte)(unsafe.Add(unsafe.Pointer(first), 4*n))
			if side == EndsAtGuard && !faults(past) {
				t.Errorf("%d elements, %v: the byte past them can be written", n, side)
			}
			if side == StartsPastGuard && !faults((*byte)(unsafe.Add(unsafe.Pointer(first), -1))) {
				t.Errorf("%d elements, %v: the byte before them can be written", n, side)
			}
		}
	}
	if s := Fenced[int64](t, f, 0, EndsAtGuard); len(s) != 0 {
		t.Errorf("an empty slice has %d elements", len(s))
	}
}

func TestFenceReportsWritesOutside(t *testing.T) {
	f := NewFence(t, 64)
	for _, c := range []struct {
		side Side
		at   int // bytes from the start of the slice
		want string
	}{
		{EndsAtGuard, -3, "3 bytes before the start"},
		{StartsPastGuard, 9, "2 bytes past the end"},
	} {
		s := Fenced[uint8](t, f, 8, c.side)
		p := (*byte)(unsafe.Add(unsafe.Pointer(&s[0]), c.at))
		was := *p
		*p = 0
		r := &recorder{TB: t}
		f.Check(r)
		r.saidOne(t, c.want)
		*p = was
	}
}

func TestClose(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name      string
		got, want []float64
		says      string // empty: accepted
	}{
		{"equal", []float64{1, inf, nan}, []float64{1, inf, nan}, ""},
		{"within both", []float64{1.0009, 0.00009}, []float64{1, 0}, ""},
		{"beyond", []float64{1, 2.1, 3.2}, []float64{1, 2, 3}, "2 of 3 values are off; the farthest is [2] = 3.2, want 3"},
		{"NaN", []float64{nan}, []float64{1}, "[0] = NaN"},
		{"infinity", []float64{1}, []float64{inf}, "[0] = 1, want +Inf"},
		{"length", []float64{1}, []float64{1, 2}, "1 values, want 2"},
	} {
		r := &recorder{TB: t}
		Close(r, c.name, c.got, c.want, 1e-3, 1e-4)
		if c.says == "" && len(r.said) > 0 {
			t.Errorf("%s: %q", c.name, r.said)
		} else if c.says != "" {
			r.saidOne(t, c.says)
		}
	}
}

func TestGolden(t *testing.T) {
	p := filepath.Join(t.TempDir(), "golden", "a.txt")
	t.Setenv("OCELLUS_UPDATE", "1")
	Golden(t, p, []byte("one\ntwo\n"))
	t.Setenv("OCELLUS_UPDATE", "")
	Golden(t, p, []byte("one\ntwo\n"))
	r := &fatalRecorder{recorder{TB: t}}
	Golden(r, p, []byte("one\nthree\n"))
	r.saidOne(t, "line 2:\n got three\nwant two")
}

// fatalRecorder also keeps Fatalf; what called it goes on.
type fatalRecorder struct{ recorder }

func (r *fatalRecorder) Fatalf(f string, args ...any) {
	if len(r.said) == 0 {
		r.Errorf(f, args...)
	}
}
