package zone

import (
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// MaxShapes bounds the zones, and the lines, of a Watcher.
const MaxShapes = 64

// Zone is a polygon whose visitors are watched.
type Zone struct {
	Polygon
	Labels []string      // which labels it is for; empty: all
	Dwell  time.Duration // a stay this long makes an event of its own, once a stay; 0: none
}

// Line is a segment whose crossing is watched.
type Line struct {
	Name   string
	A, B   vision.Point // shares of the picture, 0 to 1
	Labels []string     // which labels it is for; empty: all
}

// Direction is the way in which a line was crossed, as seen by someone who
// looks from A to B in the picture.
type Direction int8

const (
	NoDirection Direction = iota
	ToRight
	ToLeft
)

var directionNames = [...]string{"", "right", "left"}

func (d Direction) String() string {
	if d >= 0 && int(d) < len(directionNames) {
		return directionNames[d]
	}
	return "unknown"
}

// Kind is what happened.
type Kind uint8

const (
	Entered Kind = iota // a track came into a zone
	Dwelt               // it has been there for Zone.Dwell
	Left                // it left the zone, or was lost there
	Crossed             // it crossed a line
	kinds
)

var kindNames = [kinds]string{"zone_enter", "zone_dwell", "zone_leave", "line_cross"}

func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return "unknown"
}

// Event is something that a track did.
type Event struct {
	Kind      Kind
	Name      string // of the zone or line
	Index     int    // of it in Config
	Track     int64
	Direction Direction     // of Crossed
	Dwell     time.Duration // how long the track has been in the zone
}

// Config says what a Watcher watches.
type Config struct {
	Zones  []Zone
	Lines  []Line
	Anchor Anchor

	// Margin keeps an anchor that trembles on an edge from making events: a
	// zone is left only that far outside of it, and a line counts as crossed
	// only that far beyond it. A share of the picture, 0 to 0.5.
	Margin float32
	// Settle is how long an anchor has to be inside before a zone counts as
	// entered, and outside before it counts as left.
	Settle time.Duration
	// MaxTracks is how many tracks are watched at a time; 0: 1024.
	MaxTracks int
}

// DefaultMargin is a Margin for pictures of 640×480: about five pixels.
const DefaultMargin = 0.01

// Validate returns an *ErrShape for the first zone, line or setting that makes
// no sense.
func (c *Config) Validate() error {
	if len(c.Zones) > MaxShapes || len(c.Lines) > MaxShapes {
		return &ErrShape{Shape: "zones", Reason: TooMany, Point: -1, Why: fmt.Sprintf("%d zones and %d lines", len(c.Zones), len(c.Lines)),
			Cure: fmt.Sprintf("give at most %d of each", MaxShapes)}
	}
	switch {
	case !(c.Margin >= 0 && c.Margin <= 0.5):
		return bad("zones", fmt.Sprintf("the margin is %v", c.Margin), "give a share of the picture, 0 to 0.5")
	case c.Settle < 0:
		return bad("zones", fmt.Sprintf("the time to settle is %v", c.Settle), "give 0 or more")
	case c.MaxTracks < 0:
		return bad("zones", fmt.Sprintf("at most %d tracks", c.MaxTracks), "give 0 or more")
	case int(c.Anchor) >= len(anchorNames):
		return bad("zones", fmt.Sprintf("anchor %d is none", c.Anchor), "give bottom-centre or centre")
	}
	return c.validateShapes()
}

func (c *Config) validateShapes() error {
	names := map[string]bool{}
	for i := range c.Zones {
		z := &c.Zones[i]
		if err := named(names, "zone", z.Name, i); err != nil {
			return err
		}
		if err := z.Validate(); err != nil {
			return err
		}
		if z.Dwell < 0 {
			return bad(fmt.Sprintf("zone %q", z.Name), fmt.Sprintf("the dwell time is %v", z.Dwell), "give 0 or more")
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if err := named(names, "line", l.Name, i); err != nil {
			return err
		}
		if err := l.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (l *Line) validate() error {
	of := fmt.Sprintf("line %q", l.Name)
	for i, p := range [2]vision.Point{l.A, l.B} {
		if !within(p) {
			return &ErrShape{Shape: of, Reason: Outside, Point: i, Why: fmt.Sprintf("its end (%v, %v) is outside of the picture", p.X, p.Y),
				Cure: "give shares of its width and height, 0 to 1, not pixels"}
		}
	}
	if l.A == l.B {
		return &ErrShape{Shape: of, Reason: NoArea, Point: 0, Why: "its ends are the same point", Cure: "give two different ends"}
	}
	return nil
}

func named(seen map[string]bool, what, name string, i int) error {
	of := fmt.Sprintf("%s %d", what, i)
	if name == "" {
		return &ErrShape{Shape: of, Reason: NoName, Point: -1, Why: "it has no name", Cure: "give it one: events are told by it"}
	}
	if seen[name] {
		return &ErrShape{Shape: of, Reason: SameName, Point: -1, Why: fmt.Sprintf("there is another zone or line %q", name), Cure: "give each a name of its own"}
	}
	seen[name] = true
	return nil
}
