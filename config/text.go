package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

func isDuration(v reflect.Value) bool { return v.Type() == reflect.TypeFor[time.Duration]() }

// setText sets a scalar from its text. Errors go on from the text.
func setText(v reflect.Value, s string) error {
	switch v.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(s)
		if err != nil {
			return errors.New("is no duration with its unit, as 500ms, 2s or 1h30m")
		}
		v.SetInt(int64(d))
		return nil
	case Size:
		size, err := parseSize(s)
		v.Set(reflect.ValueOf(size))
		return err
	case Bytes:
		b, err := parseBytes(s)
		v.SetInt(int64(b))
		return err
	}
	switch v.Kind() {
	case reflect.Bool:
		if s != "true" && s != "false" {
			return errors.New("is neither true nor false")
		}
		v.SetBool(s == "true")
	case reflect.Int:
		n, err := strconv.Atoi(s)
		if err != nil {
			return errors.New("is no whole number")
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return errors.New("is no number")
		}
		v.SetFloat(x)
	default:
		v.SetString(s)
	}
	return nil
}

// text writes a value on one line, so that reading it gives the same value.
func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return durationText(x)
	case Size:
		if x == (Size{}) {
			return `""`
		}
		return x.String()
	case Bytes:
		return x.String()
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = text(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Map:
		var items []string
		for _, k := range v.MapKeys() {
			items = append(items, quoted(k.String())+": "+text(v.MapIndex(k)))
		}
		sort.Strings(items)
		return "{" + strings.Join(items, ", ") + "}"
	case reflect.String:
		return quoted(v.String())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}

// durationText is d.String without its zeros at the end: 1m, not 1m0s.
func durationText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// plainStart and plainRest are what text may consist of that means itself in
// YAML without quotes; words that mean something else are in meanings.
const (
	letters    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	plainStart = letters + "/_"
	plainRest  = plainStart + "0123456789.-"
)

var meanings = []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n"}

// quoted writes text as YAML does on one line.
func quoted(s string) string {
	if s != "" && strings.ContainsRune(plainStart, rune(s[0])) && strings.Trim(s, plainRest) == "" &&
		!slices.Contains(meanings, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
