package onnxruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ocellus-vision/ocellus/nn"
)

// profileRuns is how often a model runs for its profile.
const profileRuns = 8

// event is what matters here of an event of ONNX Runtime's profile.
type event struct {
	Kind     string  `json:"cat"`
	Duration float64 `json:"dur"` // µs
	Args     struct {
		Op string `json:"op_name"`
	} `json:"args"`
}

// OpShares returns the share, 0 to 1, of the time in operators that each
// operator of the optimised model takes in ONNX Runtime. The figures of one
// model add up to 1.
func (l *Library) OpShares(path string, inputs map[string]*nn.Tensor) (map[string]float64, error) {
	dir, err := os.MkdirTemp("", "ocellus-peers-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := l.load(path, inputs, filepath.Join(dir, "profile"))
	if err != nil {
		return nil, err
	}
	for range profileRuns {
		if err := s.Run(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	// The profile is written when the session ends.
	if err := s.Close(); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "profile*"))
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("%s: ONNX Runtime wrote %d profiles, want 1", path, len(files))
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		return nil, err
	}
	return shares(raw)
}

func shares(profile []byte) (map[string]float64, error) {
	var events []event
	if err := json.Unmarshal(profile, &events); err != nil {
		return nil, fmt.Errorf("the profile of ONNX Runtime is not what is expected: %w", err)
	}
	total, byOp := 0.0, map[string]float64{}
	for _, e := range events {
		if e.Kind == "Node" && e.Args.Op != "" {
			byOp[e.Args.Op] += e.Duration
			total += e.Duration
		}
	}
	if total == 0 {
		return nil, errors.New("the profile of ONNX Runtime names no operator that took time")
	}
	for op := range byOp {
		byOp[op] /= total
	}
	return byOp, nil
}
