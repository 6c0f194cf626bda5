package head

import (
	"slices"
)

// lookup returns the index of the named output.
func (c *Config) lookup(outputs []Output, name string) (int, error) {
	i := slices.IndexFunc(outputs, func(o Output) bool { return o.Name == name })
	if i >= 0 {
		return i, nil
	}
	names := make([]string, len(outputs))
	for k := range outputs {
		names[k] = outputs[k].Name
	}
	return 0, c.bad(name, "is not an output of the model; it has %q", names)
}

// table returns the index of the named output, seen as rows of its last
// dimension.
func (c *Config) table(outputs []Output, name string) (index, rows, width int, err error) {
	if index, err = c.lookup(outputs, name); err != nil {
		return 0, 0, 0, err
	}
	d := outputs[index].Dims
	if len(d) == 0 || slices.Min(d) < 1 {
		return 0, 0, 0, c.bad(name, "output has shape %v, want rows of numbers", d)
	}
	rows = 1
	for _, n := range d[:len(d)-1] {
		rows *= n
	}
	return index, rows, d[len(d)-1], nil
}

// find returns the index of the named output, which must hold rows of the
// given width (its last dimension).
func (c *Config) find(outputs []Output, name string, width int) (index, rows int, err error) {
	index, rows, w, err := c.table(outputs, name)
	if err == nil && w != width {
		err = c.bad(name, "output has shape %v, want rows of %d", outputs[index].Dims, width)
	}
	return index, rows, err
}

// findRows is find for an output that must have that many rows.
func (c *Config) findRows(outputs []Output, name string, rows, width int) (int, error) {
	i, n, err := c.find(outputs, name, width)
	if err == nil && n != rows {
		err = c.bad(name, "output has shape %v, want %d rows of %d", outputs[i].Dims, rows, width)
	}
	return i, err
}

// names returns the outputs of a head that keeps all values of a layer in one
// output: those that Outputs names, or else the model's, in their order.
func (c *Config) names(outputs []Output, want int) ([]string, error) {
	if len(c.Outputs) == want {
		return c.Outputs, nil
	}
	if len(c.Outputs) > 0 {
		return nil, c.bad("outputs", "%d are named, want %d", len(c.Outputs), want)
	}
	if len(outputs) != want {
		return nil, c.bad("outputs", "none is named, and the model has %d, not %d", len(outputs), want)
	}
	names := make([]string, want)
	for i := range outputs {
		names[i] = outputs[i].Name
	}
	return names, nil
}

// pair is two outputs whose rows belong together.
type pair struct{ score, box, rows int }

// checkPairs finds what is wrong with outputs that are named by pairs.
func (c *Config) checkPairs() error {
	switch {
	case len(c.Scores) == 0:
		return c.bad("scores", "no outputs are named")
	case len(c.Scores) != len(c.Boxes):
		return c.bad("boxes", "%d outputs are named, but %d scores", len(c.Boxes), len(c.Scores))
	}
	return nil
}

// pairs returns the outputs that Scores and Boxes name, the widths of whose
// rows are given; a score width of 0 means whatever the first has, two or
// more.
func (c *Config) pairs(outputs []Output, scoreWidth, boxWidth int) (ps []pair, width, total int, err error) {
	for i, name := range c.Scores {
		if scoreWidth == 0 {
			s, _, w, err := c.table(outputs, name)
			if err != nil {
				return nil, 0, 0, err
			}
			if w < 2 {
				return nil, 0, 0, c.bad(name, "output has shape %v, want rows of a background and one class or more", outputs[s].Dims)
			}
			scoreWidth = w
		}
		score, n, err := c.find(outputs, name, scoreWidth)
		if err != nil {
			return nil, 0, 0, err
		}
		box, m, err := c.find(outputs, c.Boxes[i], boxWidth)
		if err != nil {
			return nil, 0, 0, err
		}
		if n != m {
			return nil, 0, 0, c.bad(name, "has %d scores for %d boxes of %s", n, m, c.Boxes[i])
		}
		ps = append(ps, pair{score, box, n})
		total += n
	}
	return ps, scoreWidth, total, nil
}
