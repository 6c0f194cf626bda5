// Package meta is what a model file says of itself beside its graph: how a
// picture becomes its input, how its outputs are read, its labels, and where
// it comes from. It lies in ONNX's metadata_props under keys that begin with
// "ocellus.", each value being JSON.
package meta

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
)

// Schema is the version of the schema that this package reads and writes.
const Schema = 1

// Prefix begins the keys that belong to Ocellus.
const Prefix = "ocellus."

// The keys of the schema.
const (
	keySchema     = Prefix + "schema"
	keyTask       = Prefix + "task"
	keyPreprocess = Prefix + "preprocess"
	keyHead       = Prefix + "head"
	keyLabels     = Prefix + "labels"
	keyLandmarks  = Prefix + "landmarks"
	keyEmbedding  = Prefix + "embedding"
	keyStride     = Prefix + "stride"
	keyProvenance = Prefix + "provenance"
	keyMetrics    = Prefix + "metrics"
	keyGolden     = Prefix + "golden"
)

// Model is the metadata of a model. Every field may be absent.
type Model struct {
	Task       string             // what it does: "detect", "classify", "embed", …
	Preprocess *vision.Preprocess // how a picture becomes the input
	Head       *head.Config       // how the outputs become detections
	Labels     []string           // names of the classes, by index
	Landmarks  *Landmarks
	Embedding  *Embedding // how two outputs are compared
	Stride     int        // pixels that the sides of the input must be a multiple of
	Provenance *Provenance
	Metrics    map[string]float64 // accuracy and the like, by name
	Golden     json.RawMessage    // a known input and what the model makes of it
	Other      map[string]string  // properties that are not Ocellus's
}

// Landmarks names the points that a detector gives or an embedder wants.
type Landmarks struct {
	Names []string `json:"names"`
	// Template is where an embedder wants those points, in pixels of its
	// input; empty for a detector.
	Template []vision.Point `json:"template,omitempty"`
}

// Provenance is where a model comes from.
type Provenance struct {
	Source  string `json:"source"`            // package, version and file, or repository and commit
	SHA256  string `json:"sha256,omitempty"`  // of the file it was made from
	Licence string `json:"licence"`           // SPDX identifier, or what is stated
	Author  string `json:"author,omitempty"`  // who trained it
	Data    string `json:"data,omitempty"`    // what it was trained on, as far as that is known
	Paper   string `json:"paper,omitempty"`   // where it is described
	Notes   string `json:"notes,omitempty"`   // known limits
	MadeBy  string `json:"made_by,omitempty"` // the version of Ocellus that wrote the file
	Changes string `json:"changes,omitempty"` // what differs from the source
}

// ErrMeta says that a metadata property cannot be used.
type ErrMeta struct {
	Key string
	Why string
}

func (e *ErrMeta) Error() string { return fmt.Sprintf("metadata %s: %s", e.Key, e.Why) }

func bad(key, format string, args ...any) error {
	return &ErrMeta{key, fmt.Sprintf(format, args...)}
}

// maxValue is the longest value that is read, in bytes.
const maxValue = 4 << 20

// Parse reads the metadata out of a model's properties. A model with none is
// an empty Model. The error is an *ErrMeta; a schema version that is not
// known, a key of Ocellus's that the schema lacks, and JSON with a field too
// many are all errors, for a setting overlooked would be a wrong answer later.
// Where Ocellus's keys are absent, those that Ultralytics writes are read.
func Parse(props map[string]string) (*Model, error) {
	m := &Model{Other: map[string]string{}}
	keys := slices.Sorted(maps.Keys(props))
	ours := false
	for _, k := range keys {
		switch {
		case !strings.HasPrefix(k, Prefix):
			m.Other[k] = props[k]
		case len(props[k]) > maxValue:
			return nil, bad(k, "is %d bytes long, the limit is %d", len(props[k]), maxValue)
		default:
			ours = true
		}
	}
	if !ours {
		return m, m.parseUltralytics(props)
	}
	if err := checkSchema(props); err != nil {
		return nil, err
	}
	for _, k := range keys {
		if strings.HasPrefix(k, Prefix) {
			if err := m.parse(k, props[k]); err != nil {
				return nil, err
			}
		}
	}
	return m, m.Check()
}

func checkSchema(props map[string]string) error {
	v, ok := props[keySchema]
	if !ok {
		return bad(keySchema, "is missing beside other %s… keys", Prefix)
	}
	var version int
	if err := strict(keySchema, v, &version); err != nil {
		return err
	}
	if version != Schema {
		return bad(keySchema, "version %d is unknown; this Ocellus reads version %d: use the Ocellus that wrote the model, or a newer one", version, Schema)
	}
	return nil
}

func (m *Model) parse(key, value string) error {
	switch key {
	case keySchema:
		return nil
	case keyTask:
		return strict(key, value, &m.Task)
	case keyPreprocess:
		m.Preprocess = &vision.Preprocess{}
		if err := strict(key, value, m.Preprocess); err != nil {
			return err
		}
		return knownFields(key, value, m.Preprocess)
	case keyHead:
		m.Head = &head.Config{}
		return strict(key, value, m.Head)
	case keyLabels:
		return strict(key, value, &m.Labels)
	case keyLandmarks:
		m.Landmarks = &Landmarks{}
		return strict(key, value, m.Landmarks)
	case keyEmbedding:
		m.Embedding = &Embedding{}
		return strict(key, value, m.Embedding)
	case keyStride:
		return strict(key, value, &m.Stride)
	case keyProvenance:
		m.Provenance = &Provenance{}
		return strict(key, value, m.Provenance)
	case keyMetrics:
		return strict(key, value, &m.Metrics)
	case keyGolden:
		return strict(key, value, &m.Golden)
	}
	return bad(key, "is not a key of schema %d", Schema)
}

// ParseHead reads the value of ocellus.head alone. The error is an *ErrMeta.
func ParseHead(text string) (*head.Config, error) {
	c := &head.Config{}
	return c, strict(keyHead, text, c)
}

// strict reads one JSON value that must fill the whole text and may have no
// field that v lacks.
func strict(key, text string, v any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bad(key, "%v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return bad(key, "has text after its JSON value")
	}
	if strings.TrimSpace(text) == "null" {
		return bad(key, "is null")
	}
	return nil
}

// knownFields refuses fields that v does not write itself. It is for types
// that read their own JSON, which a decoder cannot be made strict about.
func knownFields(key, text string, v any) error {
	var have, known map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &have); err != nil {
		return bad(key, "%v", err)
	}
	own, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(own, &known)
	}
	if err != nil {
		return bad(key, "%v", err)
	}
	for _, f := range slices.Sorted(maps.Keys(have)) {
		if _, ok := known[f]; !ok {
			return bad(key, "unknown field %q", f)
		}
	}
	return nil
}

// Check finds values that are wrong, by themselves or together. The error is
// an *ErrMeta.
func (m *Model) Check() error {
	if m.Head != nil {
		if err := m.Head.Check(); err != nil {
			return bad(keyHead, "%v", err)
		}
		if m.Preprocess == nil {
			return bad(keyPreprocess, "is missing, but %s is there", keyHead)
		}
	}
	if m.Preprocess != nil {
		if err := m.Preprocess.Validate(); err != nil {
			return bad(keyPreprocess, "%v", err)
		}
	}
	if m.Stride < 0 {
		return bad(keyStride, "%d is negative", m.Stride)
	}
	if err := m.Embedding.check(); err != nil {
		return err
	}
	if l := m.Landmarks; l != nil && len(l.Template) > 0 && len(l.Template) != len(l.Names) {
		return bad(keyLandmarks, "template has %d points for %d names", len(l.Template), len(l.Names))
	}
	return nil
}

// Props returns the properties that Parse reads back into m. It fails with an
// *ErrMeta when m does not pass Parse's checks.
func (m *Model) Props() (map[string]string, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	props := map[string]string{}
	for k, v := range m.Other {
		if strings.HasPrefix(k, Prefix) {
			return nil, bad(k, "is Ocellus's own and cannot be among the other properties")
		}
		props[k] = v
	}
	for _, e := range []struct {
		key  string
		set  bool
		what any
	}{
		{keySchema, true, Schema},
		{keyTask, m.Task != "", m.Task},
		{keyPreprocess, m.Preprocess != nil, m.Preprocess},
		{keyHead, m.Head != nil, m.Head},
		{keyLabels, m.Labels != nil, m.Labels},
		{keyLandmarks, m.Landmarks != nil, m.Landmarks},
		{keyEmbedding, m.Embedding != nil, m.Embedding},
		{keyStride, m.Stride != 0, m.Stride},
		{keyProvenance, m.Provenance != nil, m.Provenance},
		{keyMetrics, m.Metrics != nil, m.Metrics},
		{keyGolden, m.Golden != nil, m.Golden},
	} {
		if !e.set {
			continue
		}
		b, err := json.Marshal(e.what)
		if err != nil {
			return nil, bad(e.key, "%v", err)
		}
		props[e.key] = string(b)
	}
	return props, nil
}

// Label returns the name of a class, or its number where the model has none.
func (m *Model) Label(class int) string {
	if class >= 0 && class < len(m.Labels) {
		return m.Labels[class]
	}
	return fmt.Sprint(class)
}
