package vision

import (
	"fmt"
	"math"
)

// DrawStyle says how detections are drawn. The zero DrawStyle suits the size
// of the picture.
type DrawStyle struct {
	LineWidth float32 // of boxes, in pixels; 0: by the size of the picture
	TextSize  float32 // in pixels; 0: by the size of the picture
	NoLabels  bool    // boxes and landmarks only
}

// Draw draws detections into m: boxes, landmarks as dots, and the label with
// the score on a tag. The colour is by track where there is one, else by
// class. Nothing is drawn for an empty or infinite box, nor for a landmark
// outside the picture.
func (m *Image) Draw(dets []Detection) error { return DrawStyle{}.Draw(m, dets) }

// Draw is Image.Draw in this style.
func (s DrawStyle) Draw(m *Image, dets []Detection) error {
	if !m.valid() {
		return fmt.Errorf("draw: a picture without pixels, or whose size and memory disagree")
	}
	width, size := s.sizes(m)
	for i := range dets {
		m.drawBox(&dets[i], width)
	}
	for i := range dets {
		m.drawLandmarks(&dets[i], width)
	}
	if s.NoLabels {
		return nil
	}
	// Tags come last, so that no box runs through one; the best comes on top.
	w, err := newWriter(size)
	if err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	defer w.close()
	for i := len(dets) - 1; i >= 0; i-- {
		if d := &dets[i]; drawable(d) {
			w.tag(m, tagText(d), d.Box, width, colourOf(d))
		}
	}
	return nil
}

// Note writes a line of text into the upper left corner of m.
func (s DrawStyle) Note(m *Image, text string) error {
	if !m.valid() {
		return fmt.Errorf("draw: a picture without pixels, or whose size and memory disagree")
	}
	_, size := s.sizes(m)
	w, err := newWriter(size)
	if err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	defer w.close()
	w.tag(m, text, Box{}, 0, paper)
	return nil
}

// sizes returns the width of lines and the size of text in pixels.
func (s DrawStyle) sizes(m *Image) (width, size float64) {
	short := float64(min(m.W, m.H))
	width, size = float64(s.LineWidth), float64(s.TextSize)
	if !(width > 0) {
		width = min(max(math.Round(short/240), 2), 12)
	}
	if !(size > 0) {
		size = min(max(math.Round(short/36), 13), 64)
	}
	return width, size
}

func drawable(d *Detection) bool { return !d.Box.Empty() && d.Box.Finite() }

func colourOf(d *Detection) rgbColour {
	if d.Track != 0 {
		return palette(int(uint64(d.Track) % 997))
	}
	return palette(int(uint(d.Class) % 997))
}

// tagText is what a tag says: face 0.97, or #4 face 0.97 when tracked. What has
// a label but no score, as what a person marked, is tagged with the label alone.
func tagText(d *Detection) string {
	text := fmt.Sprintf("%.2f", d.Score)
	switch {
	case d.Label != "" && d.Score == 0:
		text = d.Label
	case d.Label != "":
		text = d.Label + " " + text
	}
	if d.Track != 0 {
		text = fmt.Sprintf("#%d %s", d.Track, text)
	}
	return text
}

func (m *Image) drawBox(d *Detection, width float64) {
	if !drawable(d) {
		return
	}
	// What lies far outside is not drawn; the clip keeps distances small.
	far := m.Bounds().Scale(3, 3)
	b := d.Box.Clip(far)
	r := rounded{float64(b.X1), float64(b.Y1), float64(b.X2), float64(b.Y2), 0}
	r.r = min(2*width, (r.x2-r.x1)/2, (r.y2-r.y1)/2)
	// A dark rim keeps the line apart from a background of its own colour.
	m.stroke(r, width+max(2, width/2), ink, 0.45)
	m.stroke(r, width, colourOf(d), 1)
}

func (m *Image) drawLandmarks(d *Detection, width float64) {
	radius := max(1.5, 1.15*width)
	if drawable(d) {
		// In a small face large dots would hide what they mark.
		radius = min(radius, max(1.2, float64(min(d.Box.Width(), d.Box.Height()))/24))
	}
	for _, p := range d.Landmarks {
		if !m.Bounds().Contains(p) {
			continue
		}
		x, y := float64(p.X), float64(p.Y)
		disc := func(r float64) rounded { return rounded{x - r, y - r, x + r, y + r, r} }
		m.fill(disc(radius+max(1, radius/3)), ink, 0.6)
		m.fill(disc(radius), colourOf(d), 1)
	}
}
