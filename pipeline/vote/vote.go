package vote

import (
	"fmt"
	"time"
)

// Look is what one embedded face of a track said.
type Look struct {
	Name       string    // whom it matches; empty: nobody
	Similarity float32   // to the best match, named or not
	Margin     float32   // by how much the best match is ahead of the next person
	Quality    float32   // of the face, 0..1
	At         time.Time // when its frame was captured
}

// Decision is what is known of a track's identity.
type Decision uint8

const (
	Undecided Decision = iota // too few looks agree
	Known                     // one person was named often enough
	Unknown                   // none of the last M looks named anybody
)

var decisionNames = [...]string{"undecided", "known", "unknown"}

func (d Decision) String() string {
	if int(d) < len(decisionNames) {
		return decisionNames[d]
	}
	return "invalid"
}

// MarshalText writes undecided, known or unknown.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MaxLooks bounds Config.Of.
const MaxLooks = 32

// Config says how many looks decide, and which count.
type Config struct {
	Need       int     // looks that must name the same person; more than half of Of
	Of         int     // looks back that are considered, at most MaxLooks
	MinMargin  float32 // a name with less margin counts for nobody, and not for "unknown" either
	MinQuality float32 // looks of less quality are not accepted
}

// DefaultConfig asks for 3 of the last 5 looks.
func DefaultConfig() Config { return Config{Need: 3, Of: 5, MinMargin: 0.05, MinQuality: 0.3} }

// ErrConfig says which setting makes no sense and what it may be.
type ErrConfig struct {
	Field string // of Config
	Value any
	Want  string
}

func (e *ErrConfig) Error() string {
	return fmt.Sprintf("vote: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}

// Validate returns an *ErrConfig for the first setting that makes no sense.
func (c *Config) Validate() error {
	switch {
	case c.Of < 1 || c.Of > MaxLooks:
		return &ErrConfig{"Of", c.Of, fmt.Sprintf("1 to %d", MaxLooks)}
	case c.Need > c.Of || 2*c.Need <= c.Of:
		return &ErrConfig{"Need", c.Need, fmt.Sprintf("more than half of Of, %d, and no more than it", c.Of)}
	case !(c.MinMargin >= 0):
		return &ErrConfig{"MinMargin", c.MinMargin, "0 or more"}
	case !(c.MinQuality >= 0 && c.MinQuality <= 1):
		return &ErrConfig{"MinQuality", c.MinQuality, "0 to 1"}
	}
	return nil
}

// Result is the decision and what it rests on.
type Result struct {
	Decision   Decision
	Name       string    // of Known
	Votes      int       // of the looks considered: those that name Name, or for Unknown those that name nobody
	Looks      int       // how many are considered, at most Config.Of
	Similarity float32   // mean of those votes
	Margin     float32   // the least of those votes
	At         time.Time // when the newest of those votes was captured: what the age of the decision is counted from
	Changed    bool      // whether the last look changed decision or name
}
