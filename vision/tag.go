package vision

import (
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// writer sets short texts in Go Regular.
type writer struct {
	face            font.Face
	ascent, descent float64
	size            float64
}

func newWriter(size float64) (*writer, error) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	// Capital height and a descender, rather than the font's line spacing, so
	// that the text sits in the middle of its tag.
	return &writer{face, math.Round(0.76 * size), math.Round(0.19 * size), size}, nil
}

func (w *writer) close() { w.face.Close() }

// tag writes text on a filled tag: above the box where there is room, else
// inside its upper edge, and always inside the picture. What is too long for
// the picture is cut; where not even that fits nothing is drawn.
func (w *writer) tag(m *Image, text string, b Box, line float64, c rgbColour) {
	padX, padY := math.Round(w.size*0.36), math.Round(w.size*0.2)
	text = w.cut(text, float64(m.W)-2*padX)
	width := math.Ceil(w.width(text)) + 2*padX
	height := w.ascent + w.descent + 2*padY
	if text == "" || height > float64(m.H) || width > float64(m.W) {
		return
	}
	x := math.Round(float64(b.X1) - line/2)
	y := math.Round(float64(b.Y1) + line/2 - height)
	if y < 0 {
		y = math.Round(max(float64(b.Y1)-line/2, 0))
	}
	x = min(max(x, 0), float64(m.W)-width)
	y = min(max(y, 0), float64(m.H)-height)
	m.fill(rounded{x, y, x + width, y + height, min(2*line, height/4)}, c, 1)
	w.write(m, text, int(x+padX), int(y+padY+w.ascent))
}

func (w *writer) width(text string) float64 {
	return float64(font.MeasureString(w.face, text)) / 64
}

// cut shortens text to a width, with an ellipsis for what is left out.
func (w *writer) cut(text string, width float64) string {
	const maxRunes = 80
	r := []rune(text)
	if len(r) <= maxRunes && w.width(text) <= width {
		return text
	}
	for r = r[:min(len(r), maxRunes)]; len(r) > 0; r = r[:len(r)-1] {
		if s := string(r) + "…"; w.width(s) <= width {
			return s
		}
	}
	return ""
}

// write sets text with its baseline beginning at (x, y).
func (w *writer) write(m *Image, text string, x, y int) {
	mask := image.NewAlpha(image.Rect(x-2, y-int(w.size)-2, x+int(w.width(text))+3, y+int(w.size/2)+2))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: w.face, Dot: fixed.P(x, y)}
	d.DrawString(text)
	b := mask.Rect.Intersect(image.Rect(0, 0, m.W, m.H))
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			m.mix(x, y, ink, float64(mask.AlphaAt(x, y).A)/255)
		}
	}
}
