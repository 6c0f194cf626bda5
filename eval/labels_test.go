package eval

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestMatchLabels(t *testing.T) {
	pets := []string{"cat", "dog", "Fish"}
	digits := []string{"0", "1", "2", "3"}
	for _, c := range []struct {
		what       string
		set, model []string
		want       []int
		unknown    string
		noted      bool
	}{
		{"another order and case", []string{"dog", "fish", "CAT"}, pets, []int{1, 2, 0}, "", false},
		{"one that is lacking", []string{"fish"}, pets, []int{2}, "", false},
		{"one unknown", []string{"cat", "mouse"}, pets, []int{0, -1}, "mouse", false},
		{"one unknown and empty", []string{"cat", "empty"}, pets, []int{0, -1}, "", false},
		{"numbers before names", []string{"0_cat", "2_fish"}, pets, []int{0, 2}, "", false},
		{"a number of another name", []string{"1_cat"}, pets, []int{-1}, "1_cat", false},
		{"numbers with zeros", []string{"00", "03"}, digits, []int{0, 3}, "", false},
		{"numbers for names", []string{"0", "2"}, pets, []int{0, 2}, "", true},
		{"a number too many", []string{"0", "3"}, pets, []int{0, -1}, "3", false},
		{"names for numbers", []string{"one", "zero"}, digits, []int{-1, -1}, "one, zero", false},
	} {
		counts := make([]int, len(c.set))
		for i := range counts {
			if c.set[i] != "empty" {
				counts[i] = 1
			}
		}
		got, note, err := MatchLabels(c.set, counts, c.model)
		if !reflect.DeepEqual(got, c.want) || (note != "") != c.noted {
			t.Errorf("%s: %v, %q", c.what, got, note)
		}
		var e *ErrClasses
		if c.unknown == "" && err != nil || c.unknown != "" && (!errors.As(err, &e) || names(e.Unknown) != c.unknown || !strings.Contains(err.Error(), c.unknown)) {
			t.Errorf("%s: error %v", c.what, err)
		}
	}
}
