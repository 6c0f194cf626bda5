package serve

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// metric is a family of samples: its name, what it counts and its labels, in
// the order of their names.
type metric struct {
	kind   string
	name   string
	help   string
	labels []string
}

const (
	counter   = "counter"
	gauge     = "gauge"
	histogram = "histogram"
)

// exposition gathers samples as text, in the form of Prometheus (version 0.0.4
// of its text format) or in that of OpenMetrics 1.0. It is written here since
// the client library of Prometheus brings protocol buffers along, with 2 MB of
// code and tables of which every command would have a part in memory.
type exposition struct {
	open  bool // OpenMetrics
	lines map[*metric]*bytes.Buffer
}

func newExposition(open bool) *exposition {
	return &exposition{open: open, lines: map[*metric]*bytes.Buffer{}}
}

// contentType says what WriteTo writes.
func (e *exposition) contentType() string {
	if e.open {
		return "application/openmetrics-text; version=1.0.0; charset=utf-8"
	}
	return "text/plain; version=0.0.4; charset=utf-8"
}

// send adds a sample with the values of the metric's labels.
func (e *exposition) send(m *metric, v float64, labels ...string) {
	e.line(m, "", "", e.number(v), labels)
}

// bucket is how many observations were at most so large.
type bucket struct {
	atMost float64
	count  uint64
}

// sendHistogram adds the samples of a histogram: its buckets, ascending, the
// sum of all observations and their number.
func (e *exposition) sendHistogram(m *metric, buckets []bucket, sum float64, count uint64, labels ...string) {
	for _, b := range buckets {
		e.line(m, "_bucket", e.number(b.atMost), strconv.FormatUint(b.count, 10), labels)
	}
	e.line(m, "_bucket", "+Inf", strconv.FormatUint(count, 10), labels)
	e.line(m, "_sum", "", e.number(sum), labels)
	e.line(m, "_count", "", strconv.FormatUint(count, 10), labels)
}

// line adds a line; le is the label that buckets have besides.
func (e *exposition) line(m *metric, suffix, le, value string, labels []string) {
	b := e.lines[m]
	if b == nil {
		b = &bytes.Buffer{}
		e.lines[m] = b
	}
	b.WriteString(m.name + suffix)
	mark := byte('{')
	pair := func(name, value string) {
		b.WriteByte(mark)
		b.WriteString(name + `="` + quoted.Replace(strings.ToValidUTF8(value, "�")) + `"`)
		mark = ','
	}
	for i, name := range m.labels {
		pair(name, labels[i])
	}
	if le != "" {
		pair("le", le)
	}
	if mark == ',' {
		b.WriteByte('}')
	}
	b.WriteString(" " + value + "\n")
}

var quoted = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// number writes a value; those of OpenMetrics look like floats.
func (e *exposition) number(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if e.open && !strings.ContainsAny(s, ".eIN") { // nor "Inf", "NaN"
		s += ".0"
	}
	return s
}

// WriteTo writes all samples, by the names of their metrics.
func (e *exposition) WriteTo(w io.Writer) (int64, error) {
	byName := func(a, b *metric) int { return cmp.Compare(a.name, b.name) }
	var all bytes.Buffer
	for _, m := range slices.SortedFunc(maps.Keys(e.lines), byName) {
		family := m.name
		if e.open && m.kind == counter { // which has "_total" in its samples alone
			family = strings.TrimSuffix(family, "_total")
		}
		all.WriteString("# HELP " + family + " " + m.help + "\n# TYPE " + family + " " + m.kind + "\n")
		all.Write(e.lines[m].Bytes())
	}
	if e.open {
		all.WriteString("# EOF\n")
	}
	return all.WriteTo(w)
}

// wantsOpen reports whether a client would rather have OpenMetrics, by its
// header Accept.
func wantsOpen(accept string) bool {
	open, plain := 0.0, 0.0
	for clause := range strings.SplitSeq(accept, ",") {
		kind, params, err := mime.ParseMediaType(clause)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			weight = q
		}
		switch kind {
		case "application/openmetrics-text":
			open = max(open, weight)
		case "text/plain":
			plain = max(plain, weight)
		}
	}
	return open > 0 && open >= plain
}
