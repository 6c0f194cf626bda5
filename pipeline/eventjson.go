package pipeline

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/ocellus-vision/ocellus/vision"
)

// timeForm has microseconds always, so that lines sort as text.
const timeForm = "2006-01-02T15:04:05.000000Z07:00"

// MarshalJSON writes the form told at Event.
func (e Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// AppendJSON appends the form told at Event to dst, without a line's end. It
// allocates nothing but what dst lacks. Numbers that JSON lacks become null.
func (e *Event) AppendJSON(dst []byte) []byte {
	o := object{append(dst, '{')}
	o.text("type", string(e.Type))
	o.time("time", e.Time)
	o.number("age_ms", e.AgeMS, 3)
	o.text("source", e.Source)
	o.count("sequence", e.Sequence)
	o.integer("width", int64(e.Width))
	o.integer("height", int64(e.Height))
	o.integer("track", e.Track)
	if e.Detection.Label != "" || e.Track != 0 {
		o.key("detection")
		o.b = appendDetection(o.b, &e.Detection)
	}
	if e.Identity.Name != "" {
		o.key("identity")
		o.b = appendIdentity(o.b, &e.Identity)
	}
	o.models(e.Models)
	o.some("zone", e.Zone)
	o.some("direction", e.Direction)
	if e.DurationMS != 0 {
		o.number("duration_ms", e.DurationMS, 3)
	}
	o.some("state", e.State)
	o.some("reason", e.Reason)
	o.some("detail", e.Detail)
	return append(o.b, '}')
}

func appendIdentity(dst []byte, id *Identity) []byte {
	o := object{append(dst, '{')}
	o.text("name", id.Name)
	o.number("similarity", float64(id.Similarity), 4)
	o.number("margin", float64(id.Margin), 4)
	o.count("votes", uint64(max(id.Votes, 0)))
	o.count("of", uint64(max(id.Of, 0)))
	o.number("age_ms", id.AgeMS, 3)
	return append(o.b, '}')
}

// appendDetection writes the shape told at vision.Detection, with scores to
// four decimals, ages to three and pixels to two.
func appendDetection(dst []byte, d *vision.Detection) []byte {
	o := object{append(dst, '{')}
	o.text("label", d.Label)
	o.integer("class", int64(d.Class))
	o.number("score", float64(d.Score), 4)
	o.key("box")
	o.b = appendNumbers(o.b, d.Box.X1, d.Box.Y1, d.Box.X2, d.Box.Y2)
	o.key("landmarks")
	o.b = append(o.b, '[')
	for i, p := range d.Landmarks {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendNumbers(o.b, p.X, p.Y)
	}
	o.b = append(o.b, ']')
	o.integer("track", d.Track)
	if d.AgeMS != 0 {
		o.number("age_ms", float64(d.AgeMS), 3)
	}
	o.some("model", d.Model)
	return append(o.b, '}')
}

func appendNumbers(dst []byte, list ...float32) []byte {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendNumber(dst, float64(v), 2)
	}
	return append(dst, ']')
}

// object is a JSON object that is being written; its brace is open.
type object struct{ b []byte }

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *object) text(name, v string) {
	o.key(name)
	o.b = appendText(o.b, v)
}

// some writes text unless there is none.
func (o *object) some(name, v string) {
	if v != "" {
		o.text(name, v)
	}
}

func (o *object) number(name string, v float64, decimals int) {
	o.key(name)
	o.b = appendNumber(o.b, v, decimals)
}

func (o *object) count(name string, v uint64) {
	o.key(name)
	o.b = strconv.AppendUint(o.b, v, 10)
}

// integer writes a number unless it is 0.
func (o *object) integer(name string, v int64) {
	if v != 0 {
		o.key(name)
		o.b = strconv.AppendInt(o.b, v, 10)
	}
}

func (o *object) time(name string, t time.Time) {
	o.key(name)
	o.b = append(o.b, '"')
	o.b = t.UTC().AppendFormat(o.b, timeForm)
	o.b = append(o.b, '"')
}

func (o *object) models(list []Model) {
	o.key("models")
	o.b = append(o.b, '[')
	for i := range list {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		m := object{append(o.b, '{')}
		m.text("name", list[i].Name)
		m.some("sha256", list[i].SHA256)
		o.b = append(m.b, '}')
	}
	o.b = append(o.b, ']')
}

// appendNumber writes a number to so many decimals, without zeros at its end.
func appendNumber(dst []byte, v float64, decimals int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(dst, "null"...)
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', decimals, 64)
	for decimals > 0 && dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
		decimals--
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if string(dst[from:]) == "-0" {
		return append(dst[:from], '0')
	}
	return dst
}

// appendText writes a string as RFC 8259 has it. What is no UTF-8 becomes
// U+FFFD.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}
