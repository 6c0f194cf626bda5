package meta

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// What the exporters of Ultralytics write: names is a Python dictionary
// {0: 'person', 1: 'bicycle'}, stride a number, imgsz [height, width], task a
// word. Their models take a letterboxed RGB picture scaled to 0..1, the bars
// being grey 114.
var ultralyticsKeys = []string{"names", "stride", "imgsz", "task"}

const ultralyticsPad = 114

// parseUltralytics reads those keys when all are there: another exporter may
// use one of the names for something else.
func (m *Model) parseUltralytics(props map[string]string) error {
	if slices.ContainsFunc(ultralyticsKeys, func(k string) bool { _, ok := props[k]; return !ok }) {
		return nil
	}
	labels, ok := pythonDict(props["names"])
	if !ok {
		return bad("names", "want a dictionary {0: 'name', …} with the numbers 0 to n-1")
	}
	stride, err := strconv.Atoi(strings.TrimSpace(props["stride"]))
	if err != nil || stride < 1 {
		return bad("stride", "%q is not a positive number", clipped(props["stride"]))
	}
	var size []int
	if strict("imgsz", props["imgsz"], &size) != nil || len(size) != 2 {
		return bad("imgsz", "%q is not [height, width]", clipped(props["imgsz"]))
	}
	const scale = 1.0 / 255
	p := &vision.Preprocess{Width: size[1], Height: size[0], Scale: [3]float32{scale, scale, scale}, Pad: ultralyticsPad}
	if err := p.Validate(); err != nil {
		return bad("imgsz", "%v", err)
	}
	m.Labels, m.Stride, m.Preprocess, m.Task = labels, stride, p, props["task"]
	for _, k := range ultralyticsKeys {
		delete(m.Other, k)
	}
	return nil
}

// pythonDict reads {0: 'a', 1: "b"}, whose keys must count up from 0.
func pythonDict(s string) (values []string, ok bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") || !strings.HasSuffix(s, "}") || len(s) > maxValue {
		return nil, false
	}
	rest := strings.TrimSpace(s[1 : len(s)-1])
	for rest != "" {
		key, after, found := strings.Cut(rest, ":")
		if n, err := strconv.Atoi(strings.TrimSpace(key)); !found || err != nil || n != len(values) {
			return nil, false
		}
		value, after, found := pythonString(strings.TrimSpace(after))
		if !found {
			return nil, false
		}
		values = append(values, value)
		rest = strings.TrimSpace(after)
		if rest == "" {
			break
		}
		if rest, found = strings.CutPrefix(rest, ","); !found {
			return nil, false
		}
		rest = strings.TrimSpace(rest)
	}
	return values, true
}

// pythonString reads a quoted string off the front of s. Python quotes with
// ' unless the text has one, and escapes with a backslash.
func pythonString(s string) (value, rest string, ok bool) {
	if s == "" || (s[0] != '\'' && s[0] != '"') {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return b.String(), s[i+1:], true
		case '\\':
			i++
			if i == len(s) {
				return "", "", false
			}
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// clipped keeps a value short enough to print in an error.
func clipped(s string) string {
	const most = 60
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
