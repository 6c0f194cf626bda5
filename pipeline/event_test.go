package pipeline

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

func fullEvent() *Event {
	return &Event{
		Type: Enter, Time: time.Date(2026, 3, 1, 9, 30, 0, 250e6, time.FixedZone("", 3600)), AgeMS: 31.4159,
		Source: "door \"7\"\n\\ é\xff", Sequence: 812, Width: 640, Height: 480, Track: 7,
		Detection: vision.Detection{
			Label: "face", Class: 2, Score: 0.93121, Box: vision.Box{X1: 1.25, Y1: -0.001, X2: 300, Y2: 20.5},
			Landmarks: []vision.Point{{X: 1, Y: 2}, {X: 3.5, Y: 4}}, Track: 7, AgeMS: 31.5, Model: "net",
		},
		Identity: Identity{Name: Unknown, Similarity: 0.25, Margin: 0.125, Votes: 3, Of: 5},
		Models:   []Model{{"net", "ab12"}, {"other", ""}}, Zone: "porch", Direction: "in", DurationMS: 1500,
		State: "live", Reason: "frozen", Detail: "the picture stands still",
	}
}

// plainEvent is an Event that encoding/json writes by its tags.
type plainEvent Event

func TestEventJSONIsThatOfItsTags(t *testing.T) {
	for _, e := range []*Event{fullEvent(), {Type: State, State: "lost", Models: []Model{}, Source: "a"}} {
		got := e.AppendJSON(nil)
		if !json.Valid(got) {
			t.Fatalf("no JSON: %s", got)
		}
		var back, want map[string]any
		plain, err := json.Marshal((*plainEvent)(e))
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(got, &back) != nil || json.Unmarshal(plain, &want) != nil {
			t.Fatal("not read again")
		}
		delete(back, "time")
		delete(want, "time")
		if strings.Contains(string(got), "-0,") {
			t.Errorf("a zero with a sign: %s", got)
		}
		round(want)
		if !reflect.DeepEqual(back, want) {
			t.Errorf("got  %v\nwant %v", back, want)
		}
		var again Event
		if err := json.Unmarshal(got, &again); err != nil {
			t.Fatal(err)
		}
		if !again.Time.Equal(e.Time) || again.Track != e.Track || len(again.Detection.Landmarks) != len(e.Detection.Landmarks) {
			t.Errorf("read again as %+v", again)
		}
	}
}

// round rounds all numbers of a JSON value as AppendJSON does.
func round(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if f, ok := e.(float64); ok {
				scale := 1e3
				if k == "score" || k == "similarity" || k == "margin" {
					scale = 1e4
				}
				v[k] = math.Round(f*scale)/scale + 0
			}
			round(e)
		}
	case []any:
		for i, e := range v {
			if f, ok := e.(float64); ok {
				v[i] = math.Round(f*100)/100 + 0
			}
			round(e)
		}
	}
}

func TestEventJSONOfNumbersThatJSONLacks(t *testing.T) {
	e := fullEvent()
	e.AgeMS, e.Detection.Score = math.NaN(), float32(math.Inf(1))
	if b := e.AppendJSON(nil); !json.Valid(b) {
		t.Errorf("no JSON: %s", b)
	}
}

func TestEventJSONAllocatesNothing(t *testing.T) {
	e, dst := fullEvent(), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { dst = e.AppendJSON(dst[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	var c Event
	e.CopyTo(&c)
	if n := testing.AllocsPerRun(100, func() { e.CopyTo(&c) }); n != 0 {
		t.Errorf("CopyTo: %v allocations", n)
	}
}

func TestCopyOfEventSharesNothing(t *testing.T) {
	e := fullEvent()
	var c Event
	e.CopyTo(&c)
	e.Detection.Landmarks[0].X = 99
	if c.Detection.Landmarks[0].X != 1 {
		t.Error("landmarks are shared")
	}
}
