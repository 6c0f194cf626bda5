package vote

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var epoch = time.Date(2026, 7, 8, 9, 10, 11, 0, time.UTC)

// cast adds looks given as letters, a frame after the other: a lower-case
// letter names a person clearly, an upper-case one names them without margin,
// '-' names nobody, '~' is of too little quality.
func cast(t *testing.T, v *Voter, looks string) (r Result) {
	t.Helper()
	at := epoch
	if v.n > 0 {
		at = v.last().At
	}
	for _, c := range looks {
		at = at.Add(100 * time.Millisecond)
		l := Look{Name: string(c), Similarity: 0.7, Margin: 0.2, Quality: 0.8, At: at}
		switch {
		case c == '-':
			l.Name, l.Similarity = "", 0.3
		case c == '~':
			l.Name, l.Quality = "z", 0.1
		case c >= 'A' && c <= 'Z':
			l.Name, l.Margin = string(c+'a'-'A'), 0.01
		}
		r = v.Add(l)
	}
	return r
}

func voter(t *testing.T) *Voter {
	t.Helper()
	v, err := New(DefaultConfig()) // 3 of 5
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

func TestDecisions(t *testing.T) {
	for _, c := range []struct {
		looks, name string
		want        Decision
		votes       int
	}{
		{"", "", Undecided, 0},
		{"aa", "", Undecided, 0},
		{"aaa", "a", Known, 3},
		{"a-a-a", "a", Known, 3},
		{"a--a-a", "", Undecided, 0}, // never three of five
		{"a---aa", "", Undecided, 0},
		{"abab", "", Undecided, 0},
		{"ababa", "a", Known, 3},
		{"AAAAA", "", Undecided, 0}, // no margin: neither a name nor nobody
		{"aAaAa", "a", Known, 3},
		{"~~~~~~~~", "", Undecided, 0},
		{"a~~~~~~a~~~a", "a", Known, 3}, // what is not accepted takes no place
		{"----", "", Undecided, 0},
		{"-----", "", Unknown, 5},
		{"--A--", "", Undecided, 0},
		{"--A-----", "", Unknown, 5},
		{"aaa----", "a", Known, 1},
		{"aaa-----", "", Unknown, 5},
		{"aaabb", "a", Known, 3},
		{"aaabbb", "b", Known, 3},
		{"aaab-b-", "a", Known, 1}, // b has two, and a what it was decided by
		{"-----a", "", Unknown, 4},
		{"-----aa", "", Unknown, 3},
		{"-----aaa", "a", Known, 3},
		{"aaa-A-A-A-A-A", "a", Known, 0},
	} {
		r := cast(t, voter(t), c.looks)
		if r.Decision != c.want || r.Name != c.name || r.Votes != c.votes || r.Looks > 5 {
			t.Errorf("%s: %+v, want %v %q by %d", c.looks, r, c.want, c.name, c.votes)
		}
	}
}

// TestWhatItRestsOn: similarity, margin and age are those of the looks that
// agree.
func TestWhatItRestsOn(t *testing.T) {
	v := voter(t)
	for i, l := range []Look{
		{Name: "a", Similarity: 0.6, Margin: 0.3}, {Name: "a", Similarity: 0.7, Margin: 0.1}, {Name: "b", Similarity: 0.9, Margin: 0.06},
		{Name: "a", Similarity: 0.8, Margin: float32(math.Inf(1))}, {Similarity: 0.2, Margin: 0.01},
	} {
		l.Quality, l.At = 0.5, epoch.Add(time.Duration(i)*time.Second)
		v.Add(l)
	}
	r := v.Result()
	if r.Name != "a" || math.Abs(float64(r.Similarity)-0.7) > 1e-6 || r.Margin != 0.1 || !r.At.Equal(epoch.Add(3*time.Second)) || r.Changed {
		t.Errorf("%+v", r)
	}
	old := r.At
	if r = cast(t, v, "-A-A"); r.Name != "a" || !r.At.Equal(old) || r.Similarity == 0 {
		t.Errorf("without a vote left: %+v", r)
	}
}

func TestChanged(t *testing.T) {
	v := voter(t)
	for i, want := range []bool{false, false, true, false, false, false, false, true, false} {
		if r := cast(t, v, string("aaa------"[i])); r.Changed != want {
			t.Errorf("look %d: %+v", i, r)
		}
	}
}

// TestNotAccepted: a frame has one vote, frames come in order, numbers are
// numbers.
func TestNotAccepted(t *testing.T) {
	v := voter(t)
	good := Look{Name: "a", Similarity: 0.8, Margin: 0.3, Quality: 0.9, At: epoch}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for range 5 {
		v.Add(good) // the same frame
		l := good
		l.At = epoch.Add(-time.Second)
		v.Add(l)
		for _, f := range []func(*Look){
			func(l *Look) { l.Quality = nan }, func(l *Look) { l.Quality = inf }, func(l *Look) { l.Similarity = nan },
			func(l *Look) { l.Similarity = inf }, func(l *Look) { l.Margin = nan },
		} {
			l := good
			l.At = epoch.Add(time.Hour)
			f(&l)
			v.Add(l)
		}
	}
	if r := v.Result(); r.Decision != Undecided || r.Looks != 0 && r.Looks != 1 {
		t.Errorf("%+v", r)
	}
	if v.n != 1 {
		t.Errorf("%d looks were accepted", v.n)
	}
	var none Voter
	if r := none.Add(good); r != (Result{}) {
		t.Errorf("the zero Voter: %+v", r)
	}
	v.Add(Look{Name: "a", Similarity: 1, Margin: 1, Quality: 1, At: epoch.Add(time.Minute)})
	v.Reset()
	if r := cast(t, v, "bbb"); r.Name != "b" || r.Looks != 3 {
		t.Errorf("after a reset: %+v", r)
	}
}

// TestByDefinition holds decisions on random looks against the rule written
// over the whole history.
func TestByDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[Decision]int{}
	for range 300 {
		of := 1 + rng.IntN(9)
		need := of/2 + 1 + rng.IntN(of-of/2)
		v, err := New(Config{Need: need, Of: of, MinMargin: 0.05, MinQuality: 0.3})
		if err != nil {
			t.Fatal(need, of, err)
		}
		var history []byte
		var want Decision
		name := ""
		for range 60 {
			c := "aaab--A"[rng.IntN(7)]
			if rng.IntN(3) > 0 && len(history) > 0 {
				c = history[len(history)-1] // looks come in runs
			}
			history = append(history, c)
			window := history[max(0, len(history)-of):]
			counts := map[byte]int{}
			for _, c := range window {
				counts[c]++
			}
			switch {
			case counts['a'] >= need && c == 'a':
				want, name = Known, "a"
			case counts['b'] >= need && c == 'b':
				want, name = Known, "b"
			case counts['-'] == of:
				want, name = Unknown, ""
			}
			if r := cast(t, &v, string(c)); r.Decision != want || r.Name != name {
				t.Fatalf("%d of %d, %s: %+v, want %v %q", need, of, history, r, want, name)
			}
			seen[want]++
		}
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]Config{
		"Of": {Need: 1, Of: MaxLooks + 1}, "Need": {Need: 2, Of: 4}, "MinMargin": {Need: 1, Of: 1, MinMargin: -1},
		"MinQuality": {Need: 1, Of: 1, MinQuality: float32(math.NaN())},
	} {
		_, err := New(c)
		var e *ErrConfig
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("no looks at all decide")
	}
	if _, err := New(Config{Need: 6, Of: 5}); err == nil {
		t.Error("six of five")
	}
}

func TestAllocations(t *testing.T) {
	v := voter(t)
	at := epoch
	names := []string{"a", "a", "b", ""}
	i := 0
	if n := testing.AllocsPerRun(200, func() {
		at = at.Add(time.Millisecond)
		v.Add(Look{Name: names[i%4], Similarity: 0.5, Margin: 0.5, Quality: 0.5, At: at})
		i++
	}); n != 0 {
		t.Errorf("%v allocations a look", n)
	}
}
