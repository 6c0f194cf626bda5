// Package head turns what a detector's outputs hold into detections. There
// is one decoder a file; New picks it by the kind that the model's metadata
// states.
package head

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// Output is a view of one output of a model: its name, its dimensions and its
// elements in row-major order.
type Output struct {
	Name string
	Dims []int
	Data []float32
}

// Decoder reads detections out of a model's outputs. It is for one goroutine
// at a time.
type Decoder interface {
	// Decode appends the detections that outputs hold to dst, in pixels of
	// the model's input, unsorted and before any suppression. outputs are
	// those New was given, in that order. Their landmarks lie in memory of
	// the Decoder and are valid until Reset. In the steady state Decode
	// allocates nothing.
	Decode(dst []vision.Detection, outputs []Output) []vision.Detection

	// Reset lets the Decoder use the memory of all landmarks again.
	Reset()

	// Classes returns the number of classes that Decode tells apart, 1 or
	// more.
	Classes() int
}

// Kind names a decoder, as ocellus.head spells it.
type Kind string

// The kinds of heads.
const (
	BlazeFace  Kind = "blazeface"
	UltraFace  Kind = "ultraface"
	SSD        Kind = "ssd"
	YuNet      Kind = "yunet"
	YOLO       Kind = "yolo"
	FastestV2  Kind = "yolo-fastestv2"
	FastestDet Kind = "fastestdet"
)

// kinds lists every kind with what makes and what checks it.
var kinds = []struct {
	kind  Kind
	check func(*Config) error
	make  func(Config, Input, []Output) (Decoder, error)
}{
	{BlazeFace, checkBlazeFace, newBlazeFace},
	{UltraFace, checkUltraFace, newUltraFace},
	{SSD, checkSSD, newSSD},
	{YuNet, checkYuNet, newYuNet},
	{YOLO, checkYOLO, newYOLO},
	{FastestV2, checkFastestV2, newFastestV2},
	{FastestDet, checkFastestDet, newFastestDet},
}

// Config is the metadata entry ocellus.head: how a model's outputs are read.
type Config struct {
	Kind Kind `json:"kind"`
	// Strides are the pixels of the input per cell of each layer of anchors,
	// in the order in which the outputs hold the layers.
	Strides []int `json:"strides,omitempty"`
	// Scores and Boxes name the outputs that hold them, in that same order.
	Scores []string `json:"scores,omitempty"`
	Boxes  []string `json:"boxes,omitempty"`
	// Objects and Points name those of objectness and of landmarks, where
	// there are such.
	Objects []string `json:"objects,omitempty"`
	Points  []string `json:"points,omitempty"`
	// Outputs names the outputs of a head that keeps all that belongs to a
	// layer in one of them; empty: the model's outputs in their order.
	Outputs []string `json:"outputs,omitempty"`
	// Anchors are the sizes of the anchors of each layer.
	Anchors [][]Size `json:"anchors,omitempty"`
	// ClipAnchors says that the sizes of an SSD's priors were cut off at the
	// input's.
	ClipAnchors bool `json:"clip_anchors,omitempty"`
	// Variances are the factors of an SSD's offsets: of the centre, of the size.
	Variances []float32 `json:"variances,omitempty"`
	// ScaleXY stretches the place of a YOLO's centre about the middle of its
	// cell, for each layer (darknet's scale_x_y); empty: 1.
	ScaleXY []float32 `json:"scale_x_y,omitempty"`
	// ClassScores says how the values of the classes become scores: a YOLO has
	// sigmoid or softmax; an SSD, where empty means plain, any.
	ClassScores ClassScores `json:"class_scores,omitempty"`
	// Layout is the order of the dimensions of a YOLO's outputs.
	Layout vision.Layout `json:"layout,omitempty"`
	// Score is the least score of a detection worth reporting, 0 to 1.
	Score float32 `json:"score"`
	// IoU is the overlap from which two boxes are one object, 0 to 1.
	IoU float32 `json:"iou"`
	// NMS says how overlapping boxes become one; empty means hard.
	NMS vision.NMSMode `json:"nms,omitempty"`
	// Smallest and Largest are the sides of the smallest and the largest
	// object that the model finds reliably, as shares of the input's shorter
	// side; 0 where that is not known. Pictures with smaller objects are
	// searched in tiles.
	Smallest float32 `json:"smallest,omitempty"`
	Largest  float32 `json:"largest,omitempty"`
	// Looks are sizes, as such shares, at which the model is sure of what it
	// sees. A detection in a picture that is searched in tiles is looked at
	// again at each of them, and stands when the mean of the scores there is
	// Confirm or more. Without Looks there is no second look.
	Looks   []float32 `json:"looks,omitempty"`
	Confirm float32   `json:"confirm,omitempty"`
}

// Input is the size of a model's input in pixels.
type Input struct{ Width, Height int }

// ErrConfig says that a head's configuration is wrong by itself, or does not
// fit the model's outputs.
type ErrConfig struct {
	Kind  Kind
	Field string // entry of ocellus.head, or the output, at fault
	Why   string
}

func (e *ErrConfig) Error() string {
	if e.Kind == "" {
		return fmt.Sprintf("head: %s: %s", e.Field, e.Why)
	}
	return fmt.Sprintf("head %s: %s: %s", e.Kind, e.Field, e.Why)
}

func (c *Config) bad(field, format string, args ...any) error {
	return &ErrConfig{c.Kind, field, fmt.Sprintf(format, args...)}
}

// Kinds returns the kinds of heads that New makes.
func Kinds() []Kind {
	ks := make([]Kind, len(kinds))
	for i := range kinds {
		ks[i] = kinds[i].kind
	}
	return ks
}

// Check finds what is wrong with the configuration whatever the model.
func (c *Config) Check() error {
	i := slices.IndexFunc(Kinds(), func(k Kind) bool { return k == c.Kind })
	switch {
	case i < 0:
		names := make([]string, 0, len(kinds))
		for _, k := range Kinds() {
			names = append(names, string(k))
		}
		return &ErrConfig{Field: "kind", Why: fmt.Sprintf("%q is unknown; one of %s", c.Kind, strings.Join(names, ", "))}
	case !(c.Score >= 0 && c.Score <= 1):
		return c.bad("score", "%v is outside 0 to 1", c.Score)
	case !(c.IoU >= 0 && c.IoU <= 1):
		return c.bad("iou", "%v is outside 0 to 1", c.IoU)
	case c.Smallest == 0 && c.Largest == 0:
	case !(c.Smallest > 0 && c.Smallest < c.Largest && c.Largest <= 1):
		return c.bad("smallest", "%v to %v is no part of 0 to 1", c.Smallest, c.Largest)
	}
	if !(c.Confirm >= 0 && c.Confirm <= 1) {
		return c.bad("confirm", "%v is outside 0 to 1", c.Confirm)
	}
	for _, l := range c.Looks {
		if !(l > minLook && l <= 1) {
			return c.bad("looks", "%v is outside %v to 1", l, minLook)
		}
	}
	if len(c.Looks) > maxLooks {
		return c.bad("looks", "there are %d, the limit is %d", len(c.Looks), maxLooks)
	}
	for _, s := range c.Strides {
		if s < 1 || s > maxInput {
			return c.bad("strides", "%d is outside 1 to %d", s, maxInput)
		}
	}
	return kinds[i].check(c)
}

// maxInput is the largest side of an input, in pixels. It keeps the anchors
// of a hostile file within memory.
const maxInput = 1 << 14

// Bounds of Looks: an object of a hundredth of the input is less than a pixel
// or two, and each look runs the model once for each detection.
const (
	minLook  = 0.01
	maxLooks = 16
)

// New returns the decoder of c for a model with that input and those outputs,
// whose Data may be empty here. The error is an *ErrConfig.
func New(c Config, in Input, outputs []Output) (Decoder, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if in.Width < 1 || in.Height < 1 || in.Width > maxInput || in.Height > maxInput {
		return nil, c.bad("input", "%d×%d pixels is outside 1 to %d", in.Width, in.Height, maxInput)
	}
	for i := range kinds {
		if kinds[i].kind == c.Kind {
			return kinds[i].make(c, in, outputs)
		}
	}
	return nil, c.bad("kind", "is unknown")
}

// Suppression returns the configuration of the suppression of doubles that
// goes with the head.
func (c *Config) Suppression() vision.NMSConfig {
	return vision.NMSConfig{IoU: c.IoU, Mode: c.NMS}
}
