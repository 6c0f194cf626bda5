package report

import (
	"fmt"
	"math"
)

// Matrix shows a number for each pair of things, such as how alike they are:
// the larger, the darker its cell.
type Matrix struct {
	Caption string
	Labels  []string
	// Pictures are shown beside the labels; nil for none, else one a label.
	Pictures []Figure
	Cells    [][]string  // a row and a column a label
	Shade    [][]float64 // 0 to 1; NaN leaves a cell plain
}

// shades is how many depths of colour there are.
const shades = 9

func (m Matrix) view() (string, any, error) {
	n := len(m.Labels)
	if n == 0 || len(m.Cells) != n || len(m.Shade) != n || m.Pictures != nil && len(m.Pictures) != n {
		return "", nil, fmt.Errorf("matrix %q: %d labels, %d pictures, %d rows of cells and %d of shades", m.Caption, n, len(m.Pictures), len(m.Cells), len(m.Shade))
	}
	type label struct {
		Text    string
		Picture *figureView
	}
	type cell struct{ Text, Class string }
	type row struct {
		Label label
		Cells []cell
	}
	v := struct {
		Caption string
		Heads   []label
		Rows    []row
	}{Caption: m.Caption}
	for i, text := range m.Labels {
		l := label{Text: text}
		if m.Pictures != nil {
			p, err := m.Pictures[i].embed()
			if err != nil {
				return "", nil, err
			}
			l.Picture = &p
		}
		v.Heads = append(v.Heads, l)
	}
	for i := range m.Labels {
		if len(m.Cells[i]) != n || len(m.Shade[i]) != n {
			return "", nil, fmt.Errorf("matrix %q: row %d has %d cells and %d shades for %d labels", m.Caption, i, len(m.Cells[i]), len(m.Shade[i]), n)
		}
		r := row{Label: v.Heads[i]}
		for j, text := range m.Cells[i] {
			c := cell{Text: text}
			if s := m.Shade[i][j]; !math.IsNaN(s) {
				c.Class = fmt.Sprintf(" w%d", int(min(max(s, 0), 1)*shades+0.5))
			}
			r.Cells = append(r.Cells, c)
		}
		v.Rows = append(v.Rows, r)
	}
	return "matrix", v, nil
}
