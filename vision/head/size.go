package head

import (
	"encoding/json"
	"fmt"
)

// Size is the size of an anchor in pixels of the input. Its JSON form is
// [width, height].
type Size struct{ W, H float32 }

// MarshalJSON writes [width, height].
func (s Size) MarshalJSON() ([]byte, error) { return json.Marshal([]float32{s.W, s.H}) }

// UnmarshalJSON reads [width, height], two numbers and no more.
func (s *Size) UnmarshalJSON(b []byte) error {
	var v []float32
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if len(v) != 2 {
		return fmt.Errorf("an anchor is [width, height], not %d numbers", len(v))
	}
	*s = Size{v[0], v[1]}
	return nil
}

// maxAnchors bounds the anchors of a layer.
const maxAnchors = 64

// checkLayers finds what is wrong with strides and anchors that must be given
// for each layer.
func (c *Config) checkLayers() error {
	switch {
	case len(c.Strides) == 0:
		return c.bad("strides", "there are none")
	case len(c.Anchors) != len(c.Strides):
		return c.bad("anchors", "there are those of %d layers, but %d strides", len(c.Anchors), len(c.Strides))
	}
	for i, layer := range c.Anchors {
		if len(layer) == 0 || len(layer) > maxAnchors {
			return c.bad("anchors", "layer %d has %d, want 1 to %d", i, len(layer), maxAnchors)
		}
		for _, a := range layer {
			if !(a.W > 0 && a.H > 0 && a.W <= maxInput && a.H <= maxInput) {
				return c.bad("anchors", "%v×%v in layer %d is no size within 0 to %d pixels", a.W, a.H, i, maxInput)
			}
		}
	}
	return nil
}
