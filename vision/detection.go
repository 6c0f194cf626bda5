package vision

import (
	"encoding/json"
	"fmt"
)

// Detection is one thing found in a picture: the one type and the one JSON
// shape for commands, events and reports.
//
// In JSON label, score, box and landmarks are always there (landmarks may be
// an empty list); class, track, age_ms and model are left out when zero.
type Detection struct {
	Label     string  // name of the class
	Class     int     // index of the class in the model's labels
	Score     float32 // confidence, 0..1
	Box       Box
	Landmarks []Point // in the order of the model's landmark names
	Track     int64   // identity over time, from 1; 0: not tracked
	AgeMS     float32 // age of the frame when the detection was made, in ms
	Model     string  // what found it
}

// detectionJSON is the shape of a Detection in JSON.
type detectionJSON struct {
	Label     string  `json:"label"`
	Class     int     `json:"class,omitempty"`
	Score     float32 `json:"score"`
	Box       Box     `json:"box"`
	Landmarks []Point `json:"landmarks"`
	Track     int64   `json:"track,omitempty"`
	AgeMS     float32 `json:"age_ms,omitempty"`
	Model     string  `json:"model,omitempty"`
}

// MarshalJSON writes the shape told at Detection. NaN and infinity, which
// JSON lacks, are an error.
func (d Detection) MarshalJSON() ([]byte, error) {
	j := detectionJSON(d)
	if j.Landmarks == nil {
		j.Landmarks = []Point{}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Detection) UnmarshalJSON(b []byte) error {
	var j detectionJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if len(j.Landmarks) == 0 {
		j.Landmarks = nil
	}
	*d = Detection(j)
	return nil
}

// unmarshalArray reads a JSON list of exactly len(v) numbers. (The standard
// decoder drops what is too many and zeroes what is lacking.)
func unmarshalArray(b []byte, v []float32, what string) error {
	var list []float32
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("%s expected: %w", what, err)
	}
	if len(list) != len(v) {
		return fmt.Errorf("%s expected, got %d numbers", what, len(list))
	}
	copy(v, list)
	return nil
}
