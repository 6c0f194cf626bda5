// Package tfjs reads the weights of TensorFlow.js: a manifest in JSON that
// names them, and binary shards that hold them one after the other, as plain
// numbers or quantised to 8 or 16 bits. Networks are not read: they are
// defined in package models.
package tfjs

import (
	"encoding/json"
	"fmt"
	"math"
	"path"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/x448/float16"
)

// Limits of what a manifest may ask for.
const (
	maxManifest = 16 << 20 // bytes
	maxWeights  = 100_000
	maxShards   = 10_000
	maxName     = 1024
)

// group is a list of weights and of the shards that hold them.
type group struct {
	Paths   []string `json:"paths"`
	Weights []weight `json:"weights"`
}

// weight is one entry of a manifest.
type weight struct {
	Name         string        `json:"name"`
	Shape        []int         `json:"shape"`
	DType        string        `json:"dtype"`
	Quantization *quantization `json:"quantization"`
}

// quantization says how integers stand for numbers: scale·q + min.
type quantization struct {
	DType string   `json:"dtype"`
	Scale *float64 `json:"scale"`
	Min   *float64 `json:"min"`
}

// Manifest is a list of weights that has been checked.
type Manifest struct {
	file   string
	groups []group
}

// ReadManifest reads a weight manifest. file is its name, for messages. The
// error is a *format.ErrCorrupt, or an *nn.ErrUnsupported for kinds of
// numbers that are not read.
func ReadManifest(file string, data []byte) (*Manifest, error) {
	m := &Manifest{file: file}
	if len(data) > maxManifest {
		return nil, m.bad("is %d bytes long, the limit is %d", len(data), maxManifest)
	}
	if err := json.Unmarshal(data, &m.groups); err != nil {
		e := &format.ErrCorrupt{File: file, Why: "is no weight manifest: " + err.Error()}
		if s, ok := err.(*json.SyntaxError); ok {
			e.Offset = s.Offset
		}
		return nil, e
	}
	return m, m.check()
}

// check finds all that is wrong with a manifest by itself.
func (m *Manifest) check() error {
	seen := map[string]bool{}
	shards := 0
	for _, g := range m.groups {
		if shards += len(g.Paths); shards > maxShards {
			return m.bad("has more than %d shards", maxShards)
		}
		for _, p := range g.Paths {
			// A shard lies beside the manifest, and nowhere else.
			if p == "" || path.Base(p) != p || p == "." || p == ".." {
				return m.bad("shard %.80q is no plain file name", p)
			}
		}
		for i := range g.Weights {
			w := &g.Weights[i]
			if len(seen) == maxWeights {
				return m.bad("has more than %d weights", maxWeights)
			}
			if w.Name == "" || len(w.Name) > maxName || seen[w.Name] {
				return m.bad("weight %.80q has no name, too long a one, or one that is taken", w.Name)
			}
			seen[w.Name] = true
			if _, err := w.elems(); err != nil {
				return m.bad("weight %q: %v", w.Name, err)
			}
			if _, err := m.stored(w); err != nil {
				return err
			}
		}
	}
	if len(seen) == 0 {
		return m.bad("names no weights")
	}
	return nil
}

func (m *Manifest) bad(why string, args ...any) error {
	return &format.ErrCorrupt{File: m.file, Why: fmt.Sprintf(why, args...)}
}

// Shards returns the names of the files that hold the weights, which lie
// beside the manifest, in the order in which Read wants them.
func (m *Manifest) Shards() []string {
	var names []string
	for _, g := range m.groups {
		names = append(names, g.Paths...)
	}
	return names
}

func (w *weight) elems() (int, error) {
	s, err := nn.NewShape(w.Shape...)
	if err != nil {
		return 0, err
	}
	return s.Elems(), nil
}

// storage is how the numbers of a weight lie in a shard.
type storage struct {
	bytes int // each
	value func(at []byte) float64
}

// stored returns how w is stored.
func (m *Manifest) stored(w *weight) (storage, error) {
	unsupported := func(attr, what string) error {
		return &nn.ErrUnsupported{Node: w.Name, Op: "weight of " + m.file, Attr: attr, Why: fmt.Sprintf("%.40q", what)}
	}
	if w.DType != "float32" && w.DType != "int32" {
		return storage{}, unsupported("dtype", w.DType)
	}
	q := w.Quantization
	if q == nil {
		if w.DType == "int32" {
			return storage{4, func(b []byte) float64 { return float64(int32(le32(b))) }}, nil
		}
		return storage{4, func(b []byte) float64 { return float64(math.Float32frombits(le32(b))) }}, nil
	}
	if q.DType == "float16" {
		return storage{2, func(b []byte) float64 { return float64(float16.Frombits(le16(b)).Float32()) }}, nil
	}
	if q.DType != "uint8" && q.DType != "uint16" {
		return storage{}, unsupported("quantization.dtype", q.DType)
	}
	if q.Scale == nil || q.Min == nil {
		return storage{}, m.bad("weight %q: quantised without scale and min", w.Name)
	}
	scale, low := *q.Scale, *q.Min
	// The conversion keeps the product from being fused with the sum, so that
	// every CPU reads the same weights.
	if q.DType == "uint8" {
		return storage{1, func(b []byte) float64 { return float64(float64(b[0])*scale) + low }}, nil
	}
	return storage{2, func(b []byte) float64 { return float64(float64(le16(b))*scale) + low }}, nil
}

func le16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func le32(b []byte) uint32 { return uint32(le16(b)) | uint32(le16(b[2:]))<<16 }

// Read returns the weights by name, as tensors of float32 in TensorFlow's
// order of dimensions. shards are the contents of the files that Shards
// names. The error is a *format.ErrCorrupt when they hold more or less than
// the manifest says, or a number that is none.
func (m *Manifest) Read(shards [][]byte) (map[string]*nn.Tensor, error) {
	if want := len(m.Shards()); len(shards) != want {
		return nil, m.bad("names %d shards, %d were given", want, len(shards))
	}
	out := map[string]*nn.Tensor{}
	for _, g := range m.groups {
		// A weight may go on in the next shard.
		var data []byte
		for _, s := range shards[:len(g.Paths)] {
			data = append(data, s...)
		}
		shards = shards[len(g.Paths):]
		if err := m.readGroup(&g, data, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m *Manifest) readGroup(g *group, data []byte, out map[string]*nn.Tensor) error {
	where := m.file
	if len(g.Paths) > 0 {
		where = g.Paths[0]
	}
	at := 0
	for i := range g.Weights {
		w := &g.Weights[i]
		s, err := m.stored(w)
		if err != nil {
			return err
		}
		n, err := w.elems()
		if err != nil {
			return m.bad("weight %q: %v", w.Name, err)
		}
		if n > (len(data)-at)/s.bytes {
			return &format.ErrCorrupt{File: where, Offset: int64(len(data)),
				Why: fmt.Sprintf("ends within weight %q, %d numbers of %d bytes from byte %d on", w.Name, n, s.bytes, at)}
		}
		values := make([]float32, n)
		for j := range values {
			v := float32(s.value(data[at:]))
			if !(v >= -math.MaxFloat32 && v <= math.MaxFloat32) {
				return &format.ErrCorrupt{File: where, Offset: int64(at), Why: fmt.Sprintf("weight %q holds %v", w.Name, v)}
			}
			values[j] = v
			at += s.bytes
		}
		t, err := nn.FromSlice(values, w.Shape...)
		if err != nil {
			return m.bad("weight %q: %v", w.Name, err)
		}
		out[w.Name] = t
	}
	if at != len(data) {
		return &format.ErrCorrupt{File: where, Offset: int64(at), Why: fmt.Sprintf("goes on for %d bytes after the last weight", len(data)-at)}
	}
	return nil
}
