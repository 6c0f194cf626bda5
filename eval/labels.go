package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrClasses says that classes of a data set are none of a model's.
type ErrClasses struct {
	Unknown    []string // of the set, with pictures
	Set, Model []string // all of either
	Why        string
}

func (e *ErrClasses) Error() string { return e.Why }

// namesShown is how many names of classes an error tells.
const namesShown = 20

func names(list []string) string {
	if len(list) <= namesShown {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:namesShown], ", "), len(list)-namesShown)
}

// MatchLabels says which class of a model each class of a data set is, by name;
// -1 for one that the model lacks. counts is how many pictures of the set each
// of its classes has: a class without any need not be known. Names are the same
// whatever their case; numbers, whatever their zeros; and a name may follow its
// number, as 3_cat does.
//
// Where the data have numbers in place of names, and the model has names, a
// number is that of the model's class, and note says so. The error is an
// *ErrClasses; what could be matched comes with it.
func MatchLabels(set []string, counts []int, model []string) (match []int, note string, err error) {
	match = make([]int, len(set))
	var unknown []string
	for i, name := range set {
		if match[i] = labelAt(name, model); match[i] < 0 && counts[i] > 0 {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return match, "", nil
	}
	if numbered(set) && !numbered(model) {
		return byNumber(set, counts, model)
	}
	return match, "", &ErrClasses{unknown, set, model, fmt.Sprintf("the data have pictures of classes that the model does not know: %s; it knows %s", names(unknown), names(model))}
}

// byNumber matches classes that have numbers for names with those of a model.
func byNumber(set []string, counts []int, model []string) ([]int, string, error) {
	match := make([]int, len(set))
	var unknown []string
	for i, name := range set {
		if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(model) {
			match[i] = n
			continue
		}
		if match[i] = -1; counts[i] > 0 {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return match, "", &ErrClasses{unknown, set, model, fmt.Sprintf("the data have pictures of class %s, and the model knows the numbers 0 to %d: %s", names(unknown), len(model)-1, names(model))}
	}
	return match, fmt.Sprintf("the classes of the data are numbers, taken for those of the model's classes: 0 is %s", model[0]), nil
}

// labelAt returns the class of a model that has a name; -1 where none has.
func labelAt(name string, model []string) int {
	if i := slices.Index(model, name); i >= 0 {
		return i
	}
	name = strings.TrimSpace(name)
	number, rest, parted := strings.Cut(name, "_")
	n, err := strconv.Atoi(number)
	return slices.IndexFunc(model, func(l string) bool {
		l = strings.TrimSpace(l)
		if strings.EqualFold(l, name) {
			return true
		}
		if err != nil {
			return false
		}
		if m, err := strconv.Atoi(l); err == nil {
			return !parted && m == n
		}
		return parted && strings.EqualFold(l, rest) && n < len(model) && n >= 0 && strings.EqualFold(strings.TrimSpace(model[n]), rest)
	})
}

// numbered reports whether all names are numbers.
func numbered(list []string) bool {
	return !slices.ContainsFunc(list, func(n string) bool { _, err := strconv.Atoi(n); return err != nil })
}
