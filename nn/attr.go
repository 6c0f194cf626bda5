package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Attr is an attribute of a node as a saved form holds it. Exactly one of the
// values is meant, by Kind.
type Attr struct {
	Name    string
	Kind    AttrKind
	Int     int64
	Float   float32
	String  string
	Ints    []int64
	Floats  []float32
	Strings []string
	Tensor  *Tensor
}

// AttrKind says which value of an Attr is meant.
type AttrKind uint8

// The kinds of attributes.
const (
	AttrInt AttrKind = iota + 1
	AttrFloat
	AttrString
	AttrInts
	AttrFloats
	AttrStrings
	AttrTensor
)

var attrKindNames = [...]string{"none", "int", "float", "string", "ints", "floats", "strings", "tensor"}

func (k AttrKind) String() string { return attrKindNames[k] }

// An attribute struct's fields carry the tag `onnx:"name"`, followed after a
// comma by the default where that is not the zero value:
//
//	type LeakyRelu struct {
//		Alpha float32 `onnx:"alpha,0.01"`
//	}
//
// Field types: int, bool (an int of 0 or 1), float32, string, []int,
// []float32, *Tensor. A nil slice or tensor is an absent attribute. An int
// attribute whose absence differs from every value is an *int. Fields without
// the tag are private to Ocellus and are never saved.

// field is one attribute of an op's struct.
type field struct {
	name, def string
	index     int
}

func fieldsOf(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("onnx")
		if !ok {
			continue
		}
		name, def, _ := strings.Cut(tag, ",")
		fs = append(fs, field{name, def, i})
	}
	return fs
}

func setDefaults(op Op) {
	v := reflect.ValueOf(op).Elem()
	for _, f := range fieldsOf(v.Type()) {
		if f.def == "" {
			continue
		}
		fv := v.Field(f.index)
		switch fv.Kind() {
		case reflect.Int:
			n, err := strconv.Atoi(f.def)
			must(err)
			fv.SetInt(int64(n))
		case reflect.Bool:
			fv.SetBool(f.def == "1")
		case reflect.Float32:
			x, err := strconv.ParseFloat(f.def, 32)
			must(err)
			fv.SetFloat(x)
		case reflect.String:
			fv.SetString(f.def)
		default:
			panic(fmt.Sprintf("nn: default %q for a field of type %v", f.def, fv.Type()))
		}
	}
}

// must reports a mistake in a struct tag, which the tests of the table find.
func must(err error) {
	if err != nil {
		panic("nn: " + err.Error())
	}
}

// SetAttrs sets the attributes of op. An attribute that op does not have, or
// of another kind, is refused by name.
func SetAttrs(op Op, attrs []Attr) error {
	v := reflect.ValueOf(op).Elem()
	fs := fieldsOf(v.Type())
	for i := range attrs {
		a := &attrs[i]
		j := slices.IndexFunc(fs, func(f field) bool { return f.name == a.Name })
		if j < 0 {
			return Unsupportedf(a.Name, "unknown attribute")
		}
		if err := setField(v.Field(fs[j].index), a); err != nil {
			return err
		}
	}
	return nil
}

func setField(fv reflect.Value, a *Attr) error {
	ok := false
	switch fv.Interface().(type) {
	case int:
		if ok = a.Kind == AttrInt; ok {
			fv.SetInt(a.Int)
		}
	case *int:
		if ok = a.Kind == AttrInt; ok {
			n := int(a.Int)
			fv.Set(reflect.ValueOf(&n))
		}
	case bool:
		if ok = a.Kind == AttrInt; ok {
			fv.SetBool(a.Int != 0)
		}
	case float32:
		if ok = a.Kind == AttrFloat; ok {
			fv.SetFloat(float64(a.Float))
		}
	case string:
		if ok = a.Kind == AttrString; ok {
			fv.SetString(a.String)
		}
	case []int:
		if ok = a.Kind == AttrInts; ok {
			ns := make([]int, len(a.Ints))
			for i, n := range a.Ints {
				ns[i] = int(n)
			}
			fv.Set(reflect.ValueOf(ns))
		}
	case []float32:
		if ok = a.Kind == AttrFloats; ok {
			fv.Set(reflect.ValueOf(slices.Clone(a.Floats)))
		}
	case *Tensor:
		if ok = a.Kind == AttrTensor; ok {
			fv.Set(reflect.ValueOf(a.Tensor))
		}
	}
	if !ok {
		return Invalidf(a.Name, "attribute is of kind %v, want %v", a.Kind, fv.Type())
	}
	return nil
}

// Attrs returns the attributes of op that differ from their defaults, in the
// order of its struct.
func Attrs(op Op) []Attr {
	v := reflect.ValueOf(op).Elem()
	def := reflect.New(v.Type())
	setDefaults(def.Interface().(Op))
	var as []Attr
	for _, f := range fieldsOf(v.Type()) {
		fv := v.Field(f.index)
		if reflect.DeepEqual(fv.Interface(), def.Elem().Field(f.index).Interface()) {
			continue
		}
		as = append(as, attrOf(f.name, fv))
	}
	return as
}

func attrOf(name string, fv reflect.Value) Attr {
	a := Attr{Name: name}
	switch x := fv.Interface().(type) {
	case int:
		a.Kind, a.Int = AttrInt, int64(x)
	case *int:
		a.Kind, a.Int = AttrInt, int64(*x)
	case bool:
		a.Kind = AttrInt
		if x {
			a.Int = 1
		}
	case float32:
		a.Kind, a.Float = AttrFloat, x
	case string:
		a.Kind, a.String = AttrString, x
	case []int:
		a.Kind = AttrInts
		for _, n := range x {
			a.Ints = append(a.Ints, int64(n))
		}
	case []float32:
		a.Kind, a.Floats = AttrFloats, x
	case *Tensor:
		a.Kind, a.Tensor = AttrTensor, x
	default:
		panic(fmt.Sprintf("nn: attribute %s of type %v", name, fv.Type()))
	}
	return a
}
