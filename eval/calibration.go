package eval

import "math"

// calibrationBins is how many ranges of confidence are told apart.
const calibrationBins = 15

// Calibration says whether a classifier is right as often as it is sure: C. Guo,
// G. Pleiss, Y. Sun and K. Weinberger, "On Calibration of Modern Neural
// Networks", 2017.
type Calibration struct {
	Confidence Ratio           `json:"confidence"` // mean probability of what pictures were taken for
	ECE        Ratio           `json:"ece"`        // expected calibration error, over ranges of equal width
	Ranges     []ConfidenceBin `json:"ranges"`     // those that occur, rising
}

// ConfidenceBin is the pictures of which a classifier was about equally sure.
type ConfidenceBin struct {
	Lo         Ratio `json:"lo"` // confidence above this, and up to Hi
	Hi         Ratio `json:"hi"`
	Pictures   int   `json:"pictures"`
	Confidence Ratio `json:"confidence"` // mean
	Accuracy   Ratio `json:"accuracy"`
}

type bin struct {
	pictures, right int
	confidence      float64 // sum
}

func binOf(p float32) int {
	return min(max(int(math.Ceil(float64(p)*calibrationBins))-1, 0), calibrationBins-1)
}

func (b *bin) add(confidence float32, right bool) {
	b.pictures++
	b.confidence += float64(confidence)
	if right {
		b.right++
	}
}

func calibrationOf(bins []bin) Calibration {
	c := Calibration{Ranges: []ConfidenceBin{}}
	var n int
	var sum, apart float64
	for i, b := range bins {
		if b.pictures == 0 {
			continue
		}
		n += b.pictures
		sum += b.confidence
		apart += math.Abs(b.confidence - float64(b.right))
		c.Ranges = append(c.Ranges, ConfidenceBin{Ratio(i) / calibrationBins, Ratio(i+1) / calibrationBins, b.pictures,
			Ratio(b.confidence / float64(b.pictures)), share(b.right, b.pictures)})
	}
	c.Confidence, c.ECE = Unknown(), Unknown()
	if n > 0 {
		c.Confidence, c.ECE = Ratio(sum/float64(n)), Ratio(apart/float64(n))
	}
	return c
}
