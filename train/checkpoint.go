package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/train/optim"
)

// CheckpointFile is the name of a run's checkpoint in its folder.
const CheckpointFile = "checkpoint"

// A checkpoint is magic, the length of a header as uint32, the header (JSON, a
// header), the elements of its tensors as float32, and the SHA-256 of all
// that; numbers are little-endian. The same state gives the same bytes.
const magic = "OCELCKP1"

// Limits of a checkpoint that is read.
const (
	maxHeader     = 64 << 20
	maxCheckpoint = 16 << 30
)

type header struct {
	State   state    `json:"state"`
	Tensors []listed `json:"tensors"`
}

type listed struct {
	Name  string `json:"name"`
	Elems int    `json:"elems"`
}

// state is where a run is, beside its tensors.
type state struct {
	Config  Config        `json:"config"`
	Data    string        `json:"data"` // hash of the examples
	Epoch   int           `json:"epoch"`
	Step    int           `json:"step"`  // of the epoch: how many are done
	Steps   int           `json:"steps"` // of the run
	Running Figures       `json:"running"`
	Plateau optim.Plateau `json:"plateau"`
	History []Epoch       `json:"history"`
	Best    int           `json:"best"` // epoch with the best score, from 1; 0: none yet
	Done    bool          `json:"done"`
}

// ErrCheckpoint says that a run cannot go on from a checkpoint, and why.
type ErrCheckpoint struct {
	File string
	Why  string
	Err  error // the cause beneath; may be nil
}

func (e *ErrCheckpoint) Error() string { return e.File + ": " + e.Why }

// Unwrap returns the cause beneath.
func (e *ErrCheckpoint) Unwrap() error { return e.Err }

// write saves the state and the tensors of a run. The file that was there
// stays until the new one is whole and on disk.
func writeCheckpoint(file string, s *state, tensors []optim.Slot) error {
	h := header{State: *s}
	for _, t := range tensors {
		h.Tensors = append(h.Tensors, listed{t.Name, t.Value.Elems()})
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return atomicfile.Write(file, func(w io.Writer) error {
		sum := sha256.New()
		out := io.MultiWriter(w, sum)
		head := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(text)))
		if _, err := out.Write(append(head, text...)); err != nil {
			return err
		}
		var buf []byte
		for _, t := range tensors {
			if buf, err = binary.Append(buf[:0], binary.LittleEndian, t.Value.F32()); err != nil {
				return err
			}
			if _, err := out.Write(buf); err != nil {
				return err
			}
		}
		_, err := w.Write(sum.Sum(nil))
		return err
	})
}

// parseCheckpoint takes a checkpoint apart, once its sum has been checked. The
// elements of the tensors are still bytes.
func parseCheckpoint(file string) (*header, []byte, error) {
	bad := func(format string, args ...any) error {
		return &ErrCheckpoint{File: file, Why: fmt.Sprintf(format, args...)}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, &ErrCheckpoint{file, "there is no checkpoint that can be read: " + err.Error(), err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxCheckpoint+1))
	switch {
	case err != nil:
		return nil, nil, &ErrCheckpoint{file, "cannot be read: " + err.Error(), err}
	case len(b) > maxCheckpoint:
		return nil, nil, bad("is larger than %d GiB", maxCheckpoint>>30)
	case len(b) < len(magic)+4+sha256.Size || string(b[:len(magic)]) != magic:
		return nil, nil, bad("is no checkpoint of this version of Ocellus, or is cut short")
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, nil, bad("is damaged: its checksum does not fit its bytes")
	}
	n := int(binary.LittleEndian.Uint32(b[len(magic):]))
	rest := body[len(magic)+4:]
	if n > maxHeader || n > len(rest) {
		return nil, nil, bad("has a header of %d bytes, which is more than there are", n)
	}
	h := &header{}
	d := json.NewDecoder(bytes.NewReader(rest[:n]))
	d.DisallowUnknownFields()
	if err := d.Decode(h); err != nil {
		return nil, nil, bad("has a header that cannot be read: %v", err)
	}
	return h, rest[n:], nil
}

// fill copies the elements of a checkpoint into the tensors of a run.
func (h *header) fill(file string, raw []byte, tensors []optim.Slot) error {
	bad := func(format string, args ...any) error {
		return &ErrCheckpoint{File: file, Why: fmt.Sprintf(format, args...)}
	}
	if len(h.Tensors) != len(tensors) {
		return bad("holds %d tensors, and this run has %d", len(h.Tensors), len(tensors))
	}
	for i, t := range tensors {
		l := h.Tensors[i]
		if l.Name != t.Name || l.Elems != t.Value.Elems() || len(raw) < 4*l.Elems {
			return bad("holds %q of %d elements where this run has %q of %d", l.Name, l.Elems, t.Name, t.Value.Elems())
		}
		if _, err := binary.Decode(raw, binary.LittleEndian, t.Value.F32()); err != nil {
			return bad("%v", err)
		}
		raw = raw[4*l.Elems:]
	}
	if len(raw) != 0 {
		return bad("has %d bytes too many", len(raw))
	}
	return nil
}

// fits reports an *ErrCheckpoint that names the first setting in which a
// checkpoint's run differs from the one that is to go on.
func (s *state) fits(file string, c *Config, data string) error {
	had, have := reflect.ValueOf(s.Config), reflect.ValueOf(*c)
	for i := range had.NumField() {
		if a, b := had.Field(i).Interface(), have.Field(i).Interface(); a != b {
			name, _, _ := strings.Cut(had.Type().Field(i).Tag.Get("json"), ",")
			return &ErrCheckpoint{File: file, Why: fmt.Sprintf("is of a run whose %s is %v, not %v: go on with the same settings, or begin anew", name, a, b)}
		}
	}
	if s.Data != data {
		return &ErrCheckpoint{File: file, Why: "is of a run with other data: the pictures, their labels or their order have changed since"}
	}
	return nil
}

// Unfinished reports whether a folder holds a run that has not come to its
// end, and in which of its epochs it is, from 1.
func Unfinished(dir string) (epoch, epochs int, ok bool) {
	h, _, err := parseCheckpoint(filepath.Join(dir, CheckpointFile))
	if err != nil || h.State.Done {
		return 0, 0, false
	}
	return h.State.Epoch + 1, h.State.Config.Epochs, true
}

// clones copies tensors under another name.
func clones(prefix string, from map[string]*nn.Tensor, like []optim.Slot) []optim.Slot {
	out := make([]optim.Slot, len(like))
	for i, s := range like {
		out[i] = optim.Slot{Name: prefix + s.Name, Value: from[s.Name].Clone()}
	}
	return out
}
