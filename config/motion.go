package config

import "math"

// Threshold is what Sensitivity means to package pipeline/motion: levels of
// 0..255, from 48 down to 3, each step halving as the one before did; in the
// middle 12, the package's default.
func (m *Motion) Threshold() float32 { return float32(48 * math.Exp2(-4*m.Sensitivity)) }

// MinCells is what MinArea means on a grid of so many cells.
func (m *Motion) MinCells(w, h int) int {
	return max(1, int(math.Round(m.MinArea*float64(w)*float64(h))))
}
