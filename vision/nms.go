package vision

import "fmt"

// NMSMode is a way of suppressing detections of one and the same object.
type NMSMode uint8

const (
	// Hard drops a detection whose IoU with a better one exceeds the threshold.
	Hard NMSMode = iota
	// Weighted replaces each group that Hard would reduce to its best member
	// by the score-weighted mean of the boxes and landmarks in it, under the
	// best score (Bazarevsky et al., BlazeFace, 2019).
	Weighted
	// Soft lowers the score of overlapping detections by exp(-IoU²/Sigma)
	// (Bodla et al., Soft-NMS, 2017).
	Soft
	// SoftLinear lowers the score of those over the threshold by 1-IoU (ibid.).
	SoftLinear
	// DIoU is Hard, with distance-IoU in place of IoU (Zheng et al., 2020).
	DIoU
)

var nmsModeNames = [...]string{"hard", "weighted", "soft", "soft-linear", "diou"}

func (m NMSMode) String() string { return nameOf(nmsModeNames[:], int(m)) }

// MarshalText writes the name: hard, weighted, soft, soft-linear or diou.
func (m NMSMode) MarshalText() ([]byte, error) {
	return marshalName(nmsModeNames[:], int(m), "suppression mode")
}

// UnmarshalText reads a name.
func (m *NMSMode) UnmarshalText(b []byte) error {
	return unmarshalName(nmsModeNames[:], b, m, "suppression mode")
}

// DefaultTopK is how many detections NMS looks at when NMSConfig.TopK is 0.
const DefaultTopK = 1000

// NMSConfig says how duplicates are suppressed.
type NMSConfig struct {
	IoU      float32 `json:"iou"`                 // overlap above which two detections are one object, 0..1; 0: any overlap
	Mode     NMSMode `json:"mode,omitempty"`      // Hard unless told otherwise
	Agnostic bool    `json:"agnostic,omitempty"`  // whether detections of different classes suppress one another
	TopK     int     `json:"top_k,omitempty"`     // only the best so many are looked at; 0: DefaultTopK; below 0: all
	Sigma    float32 `json:"sigma,omitempty"`     // of Soft; 0: 0.5
	MinScore float32 `json:"min_score,omitempty"` // soft modes drop what falls below; 0: 0.001
}

// Validate reports the first setting that makes no sense.
func (c NMSConfig) Validate() error {
	switch {
	case !(c.IoU >= 0 && c.IoU <= 1):
		return fmt.Errorf("suppression: IoU threshold %v is outside 0..1", c.IoU)
	case int(c.Mode) >= len(nmsModeNames):
		return fmt.Errorf("suppression: unknown mode %d", c.Mode)
	case !(c.Sigma >= 0):
		return fmt.Errorf("suppression: sigma %v is below 0", c.Sigma)
	case !(c.MinScore >= 0 && c.MinScore <= 1):
		return fmt.Errorf("suppression: lowest score %v is outside 0..1", c.MinScore)
	}
	return nil
}
