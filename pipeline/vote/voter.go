package vote

import "math"

// Voter collects the looks at one track. It is a value without pointers to
// share, so that tracks can keep one each; it serves one goroutine. Nothing
// allocates.
//
// A decision stands until another is reached by the same rule: a name gives
// way to another name only when that one has its full majority, and to Unknown
// only when every one of the last Of looks named nobody. What it rests on may
// grow old meanwhile: whoever acts on it looks at Result.At.
type Voter struct {
	cfg    Config
	looks  [MaxLooks]Look
	next   int // where the next look goes
	n      int // how many there are
	result Result
}

// New returns a Voter without looks, or an *ErrConfig.
func New(cfg Config) (Voter, error) {
	if err := cfg.Validate(); err != nil {
		return Voter{}, err
	}
	return Voter{cfg: cfg}, nil
}

// Reset forgets every look and the decision.
func (v *Voter) Reset() { *v = Voter{cfg: v.cfg} }

// Result returns the decision so far.
func (v *Voter) Result() Result { return v.result }

// Add takes in a look and returns what is decided now. Not accepted, and
// without effect, are looks of too little quality, with numbers that are not
// finite, or of a frame that is not newer than the last one: one frame has one
// vote. The zero Voter accepts none.
func (v *Voter) Add(l Look) Result {
	v.result.Changed = false
	if !v.accepts(&l) {
		return v.result
	}
	v.looks[v.next] = l
	v.next = (v.next + 1) % v.cfg.Of
	v.n = min(v.n+1, v.cfg.Of)
	v.decide(&l)
	return v.result
}

func (v *Voter) accepts(l *Look) bool {
	if v.cfg.Of == 0 || !(l.Quality >= v.cfg.MinQuality) || !finite(l.Quality) || !finite(l.Similarity) {
		return false
	}
	// The margin is infinite where only one person is known; NaN is none.
	if l.Margin != l.Margin {
		return false
	}
	return v.n == 0 || l.At.After(v.last().At)
}

func finite(x float32) bool { return math.Abs(float64(x)) <= math.MaxFloat32 }

func (v *Voter) last() *Look { return &v.looks[(v.next+v.cfg.Of-1)%v.cfg.Of] }

// decide counts anew. Only what the newest look says can have come to a new
// majority.
func (v *Voter) decide(l *Look) {
	was, name := v.result.Decision, v.result.Name
	now, who := was, name
	switch {
	case v.names(l) && v.count(l.Name) >= v.cfg.Need:
		now, who = Known, l.Name
	case v.n == v.cfg.Of && v.count("") == v.n:
		now, who = Unknown, ""
	}
	changed := now != was || who != name
	v.result = v.summary(now, who)
	v.result.Changed = changed
}

// names reports whether a look names a person clearly.
func (v *Voter) names(l *Look) bool { return l.Name != "" && l.Margin >= v.cfg.MinMargin }

// supports reports whether a look names this person clearly or, for the empty
// name, nobody.
func (v *Voter) supports(l *Look, name string) bool {
	return l.Name == name && (name == "" || v.names(l))
}

func (v *Voter) count(name string) (n int) {
	for i := range v.n {
		if v.supports(&v.looks[i], name) {
			n++
		}
	}
	return n
}

// summary returns a decision with what supports it among the looks.
func (v *Voter) summary(d Decision, name string) Result {
	r := Result{Decision: d, Name: name, Looks: v.n}
	if d == Undecided {
		return r
	}
	// What an older majority rested on may have left the window since: its
	// newest vote is then the last that is known.
	if v.result.Decision == d && v.result.Name == name {
		r.At, r.Similarity, r.Margin = v.result.At, v.result.Similarity, v.result.Margin
	}
	sum := float32(0)
	for i := range v.n {
		l := &v.looks[i]
		if !v.supports(l, name) {
			continue
		}
		if r.Votes++; r.Votes == 1 || l.Margin < r.Margin {
			r.Margin = l.Margin
		}
		sum += l.Similarity
		if l.At.After(r.At) {
			r.At = l.At
		}
	}
	if r.Votes > 0 {
		r.Similarity = sum / float32(r.Votes)
	}
	return r
}
