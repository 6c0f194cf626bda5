package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The tags of YAML's core schema.
const (
	nullTag  = "!!null"
	boolTag  = "!!bool"
	intTag   = "!!int"
	floatTag = "!!float"
)

// follow returns what a node stands for, nil where the document has become
// larger than it may be, and for what is nothing: there the default stays.
func (d *decoder) follow(n *yaml.Node, path string) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil && d.nodes > 0 {
		n = n.Alias
		d.nodes--
	}
	if d.nodes--; d.nodes < 0 {
		if d.nodes == -1 {
			d.fail(at(n), path, "write fewer aliases", "holds more than %d values, counting what aliases stand for", maxNodes)
		}
		return nil
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == nullTag {
		return nil
	}
	return n
}

// section reads the settings of a struct. What they stand at in the file goes
// into d.seen.
func (d *decoder) section(n *yaml.Node, v reflect.Value, path string) {
	if n = d.follow(n, path); n == nil {
		return
	}
	prefix := path
	if prefix != "" {
		prefix += "."
	}
	rows := make([]*field, v.NumField())
	for i := range rows {
		rows[i] = fieldOf(v.Type().Field(i))
	}
	d.pairs(n, path, "settings, as name: value", func(key, value *yaml.Node) {
		i := slices.IndexFunc(rows, func(f *field) bool { return f.name == key.Value })
		if i < 0 {
			d.unknown(key, path, rows)
			return
		}
		to := prefix + rows[i].name
		d.seen[to] = at(value)
		d.value(value, v.Field(i), rows[i], to)
	})
}

// pairs calls do for every key of a map that is there once.
func (d *decoder) pairs(n *yaml.Node, path, want string, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fail(at(n), path, "", "must be %s, not %s", want, described(n))
		return
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			d.fail(at(key), path, "", "a name must be plain text, not %s", described(key))
			continue
		}
		if line, twice := first[key.Value]; twice {
			d.fail(at(key), joined(path, key.Value), "remove one of the two", "is given twice, first in line %d", line)
			continue
		}
		first[key.Value] = key.Line
		do(key, n.Content[i+1])
	}
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// unknown reports a key that is no setting, with the one that it resembles.
func (d *decoder) unknown(key *yaml.Node, path string, rows []*field) {
	names := make([]string, len(rows))
	for i, f := range rows {
		names[i] = f.name
	}
	why := "there is no such setting"
	if key.Value == "<<" {
		why = "maps are not merged here"
	}
	d.fail(at(key), joined(path, clipped(key.Value)), meant(key.Value, names), "%s", why)
}

// value reads one setting of any type but a struct's.
func (d *decoder) value(n *yaml.Node, v reflect.Value, f *field, path string) {
	if section, list := sectionOf(v.Type()); section != nil && !list {
		d.section(n, v, path)
		return
	}
	if n = d.follow(n, path); n == nil {
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[Size]():
		d.scalar(n, v, f, path)
	case v.Kind() == reflect.Slice:
		d.list(n, v, f, path)
	case v.Kind() == reflect.Array:
		d.array(n, v, f, path)
	case v.Kind() == reflect.Map:
		d.table(n, v, f, path)
	default:
		d.scalar(n, v, f, path)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, f *field, path string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(at(n), path, "", "must be a list, not %s", described(n))
		return
	}
	if f.most > 0 && len(n.Content) > f.most {
		d.fail(at(n), path, "", "has %d elements, and may have %d", len(n.Content), f.most)
		return
	}
	all := reflect.Zero(v.Type())
	for i, item := range n.Content {
		one, name := reflect.New(v.Type().Elem()).Elem(), path+"["+strconv.Itoa(i)+"]"
		if one.Kind() == reflect.Struct {
			setDefaults(one)
		}
		d.seen[name] = at(item)
		d.value(item, one, f, name)
		all = reflect.Append(all, one)
	}
	v.Set(all)
}

func (d *decoder) array(n *yaml.Node, v reflect.Value, f *field, path string) {
	if n.Kind != yaml.SequenceNode || len(n.Content) != v.Len() {
		d.fail(at(n), path, "", "must be %d numbers in brackets, not %s", v.Len(), described(n))
		return
	}
	for i, item := range n.Content {
		d.value(item, v.Index(i), f, path+"["+strconv.Itoa(i)+"]")
	}
}

func (d *decoder) table(n *yaml.Node, v reflect.Value, f *field, path string) {
	v.SetZero()
	d.pairs(n, path, "a map, as {name: value}", func(key, value *yaml.Node) {
		one, name := reflect.New(v.Type().Elem()).Elem(), joined(path, key.Value)
		d.seen[name] = at(value)
		d.value(value, one, f, name)
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(reflect.ValueOf(key.Value), one)
	})
}

// scalar reads what is one word or number, and holds it against its range.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, f *field, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fail(at(n), path, "", "must be %s, not %s", kindOf(v.Type()), described(n))
		return
	}
	tag, plain := n.ShortTag(), n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0
	numeric := v.Type() != reflect.TypeFor[Bytes]() && (v.CanInt() || v.CanFloat()) && !isDuration(v)
	switch {
	case numeric && !plain:
		d.fail(at(n), path, "write it without quotes", "must be a %s, not text", kindOf(v.Type()))
		return
	case v.Kind() == reflect.String && plain && tag == boolTag:
		d.fail(at(n), path, fmt.Sprintf("write %q with quotes if the word is meant", n.Value), "must be text, not true or false")
		return
	}
	if err := setText(v, n.Value); err != nil {
		d.fail(at(n), path, f.hint(), "%s %v", strconv.Quote(clipped(n.Value)), err)
		return
	}
	if f.oneof != nil && !slices.Contains(f.oneof, v.String()) {
		cure := likely(v.String(), f.oneof)
		d.fail(at(n), path, cure, "%s is none of %s", strconv.Quote(clipped(v.String())), f.within())
		return
	}
	if !f.inRange(v) {
		d.fail(at(n), path, "", "%s is outside %s", clipped(n.Value), f.within())
	}
	if f.path != "" {
		v.SetString(d.resolve(v.String(), f.path))
	}
}

// hint repeats the range where there is one.
func (f *field) hint() string {
	if within := f.within(); within != "" {
		return "it may be " + within
	}
	return ""
}

// inRange holds a value against min and max; what is no number is in any.
func (f *field) inRange(v reflect.Value) bool {
	limit := reflect.New(v.Type()).Elem()
	for _, l := range []struct {
		text string
		ok   func() bool
	}{
		{f.min, func() bool { return v.CanInt() && v.Int() >= limit.Int() || v.CanFloat() && v.Float() >= limit.Float() }},
		{f.max, func() bool { return v.CanInt() && v.Int() <= limit.Int() || v.CanFloat() && v.Float() <= limit.Float() }},
	} {
		if l.text == "" {
			continue
		}
		if err := setText(limit, l.text); err != nil {
			panic("config: the range of " + f.name + ": " + err.Error()) // a mistake in a tag, which every test finds
		}
		if !l.ok() {
			return false
		}
	}
	return true
}

// described says what a node is, for errors.
func described(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return fmt.Sprintf("a list of %d", len(n.Content))
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case boolTag:
			return n.Value
		case intTag, floatTag:
			return "the number " + clipped(n.Value)
		}
		return strconv.Quote(clipped(n.Value))
	}
	return "that"
}

// clipped shortens text that may be of any length.
func clipped(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
