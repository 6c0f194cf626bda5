package report

import (
	"fmt"
	"strings"
)

// Bars is a chart of horizontal bars: for each label one of every series. A
// value that is NaN or infinite is left out.
type Bars struct {
	Title  string
	Unit   string   // of the values, shown at the axis
	Labels []string // what the bars stand for
	Series []Series
	Alt    string // what the chart tells, for who cannot see it; "" lists the values
}

// Series is one colour of Bars.
type Series struct {
	Name   string    // shown when there is more than one series
	Values []float64 // one a label
}

func (b Bars) view() (string, any, error) {
	if len(b.Labels) == 0 || len(b.Series) == 0 {
		return "", nil, fmt.Errorf("bars %q: nothing to show", b.Title)
	}
	for _, s := range b.Series {
		if len(s.Values) != len(b.Labels) {
			return "", nil, fmt.Errorf("bars %q: series %q has %d values for %d labels", b.Title, s.Name, len(s.Values), len(b.Labels))
		}
	}
	v := chartView{Title: b.Title, Alt: b.alt(), Wide: b.draw(wideChart), Narrow: b.draw(narrowChart)}
	if len(b.Series) > 1 {
		for i, s := range b.Series {
			v.Legend = append(v.Legend, key{seriesClass(i) + " block", s.Name})
		}
	}
	return "chart", v, nil
}

// alt tells the chart in words, up to a length that can be listened to.
func (b *Bars) alt() string {
	if b.Alt != "" {
		return b.Alt
	}
	const most = 24
	var s strings.Builder
	fmt.Fprintf(&s, "Bar chart. %s.", strings.TrimSuffix(b.Title, "."))
	n := 0
	for i, l := range b.Labels {
		for _, r := range b.Series {
			if n++; n > most {
				s.WriteString(" And more.")
				return s.String()
			}
			fmt.Fprintf(&s, " %s: %s.", strings.TrimSpace(l+" "+r.Name), b.value(r.Values[i]))
		}
	}
	return s.String()
}

func (b *Bars) value(v float64) string { return strings.TrimSpace(number(v) + " " + b.Unit) }

// Sizes within the drawing, in CSS pixels.
const (
	barThick  = 16
	barGap    = 3
	groupGap  = 13
	axisSpace = 26
)

func (b *Bars) draw(width float64) *drawing {
	lo, hi, longest := 0.0, 0.0, 0
	for i, l := range b.Labels {
		longest = max(longest, len([]rune(l)))
		for _, s := range b.Series {
			if v := s.Values[i]; finite(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	labels := min(float64(longest)*charWidth+14, width*0.36)
	x := newScale(lo, hi, int(max(2, (width-labels)/120)))
	x.from, x.to = labels, width-58
	if lo < 0 {
		x.from += 50 // the values of negative bars stand at their left
	}
	group := float64(len(b.Series))*(barThick+barGap) - barGap + groupGap
	d := &drawing{W: width, H: float64(len(b.Labels))*group + axisSpace}
	bottom := d.H - axisSpace
	for _, t := range x.ticks() {
		class := "grid"
		if t == 0 {
			class = "axis"
		}
		d.line(class, x.at(t), 0, x.at(t), bottom)
		d.text("mid", x.at(t), bottom+17, x.label(t))
	}
	if b.Unit != "" {
		d.text("end", width, bottom+17, b.Unit)
	}
	for i, l := range b.Labels {
		top := float64(i)*group + groupGap/2
		d.text("name end", labels-10, top+(group-groupGap)/2+4.5, fit(l, labels-10))
		for j, s := range b.Series {
			b.bar(d, &x, l, j, s.Values[i], top+float64(j)*(barThick+barGap))
		}
	}
	return d
}

// bar draws one bar and writes its value at the end.
func (b *Bars) bar(d *drawing, x *scale, label string, series int, v, top float64) {
	zero, at := x.at(0), x.at(0)
	if finite(v) {
		at = x.at(v)
		tip := strings.TrimSpace(label+" "+b.Series[series].Name) + ": " + b.value(v)
		d.Bars = append(d.Bars, rect{seriesClass(series), tip, round1(min(zero, at)), round1(top), round1(max(zero, at) - min(zero, at)), barThick})
	}
	class, side := "value", 6.0
	if at < zero {
		class, side = "value end", -6
	}
	d.text(class, at+side, top+barThick/2+4.5, number(v))
}
