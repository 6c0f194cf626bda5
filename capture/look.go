package capture

import (
	"time"

	"github.com/ocellus-vision/ocellus/capture/jpeg"
)

const (
	gridSide     = 64          // luma is sampled on a grid of so many rows and columns
	mjpegSamples = 4096        // and a JPEG's bytes in so many places
	shadeEvery   = time.Second // between looks into JPEGs, which have to be decoded for it
	minAlike     = 3           // frames, so that a slow source is not taken for a frozen one
	uniform      = 0.99        // the share of samples that makes a picture all black or white
	maxPatience  = 5 * time.Minute
)

// looker judges pictures by samples of their raw bytes. A live sensor's noise
// makes every picture another, so that equal samples mean a picture that
// stands still somewhere between sensor and us.
type looker struct {
	frozen time.Duration // after which the same picture is a frozen one; < 0: never
	dark   time.Duration // after which a black or white one is told; < 0: never

	seen  bool
	mark  uint64        // of the samples of the frame before
	since time.Duration // when that picture came first
	alike int           // frames that had it

	patience time.Duration // how long a frozen source is left alone before it is opened again
	due      time.Duration // when that is next

	shade      Health // Black, Overexposed or OK
	shadeSince time.Duration
	shadeDue   time.Duration // when a JPEG is looked into next
	decoder    Decoder
}

// look judges a frame that came at a time. OK, Frozen, Black or Overexposed.
func (l *looker) look(f *Frame, now time.Duration) Health {
	var mark uint64
	shade := l.shade
	if f.Format == MJPEG {
		mark = markBytes(f.Planes[0].Pix)
		if l.dark >= 0 && (!l.seen || now >= l.shadeDue) {
			l.shadeDue = now + shadeEvery
			l.decoder.Scale = jpeg.Eighth
			if r, err := l.decoder.Raster(f); err == nil { // else who decodes it reports
				_, shade = lumaOf(r)
			}
		}
	} else {
		mark, shade = lumaOf(&f.Raster)
	}
	if !l.seen || mark != l.mark {
		l.mark, l.since, l.alike = mark, now, 0
		l.patience, l.due = l.frozen, now+l.frozen
	}
	l.alike++
	if !l.seen || shade != l.shade {
		l.shade, l.shadeSince = shade, now
	}
	l.seen = true
	if l.dark >= 0 && l.shade != OK && now-l.shadeSince >= l.dark {
		return l.shade
	}
	if l.still(now) {
		return Frozen
	}
	return OK
}

func (l *looker) still(now time.Duration) bool {
	return l.frozen >= 0 && l.alike >= minAlike && now-l.since >= l.frozen
}

// hopeless tells that the picture has stood still for so long that the source
// should be opened again. While that does not help it is tried ever more
// seldom: what shows a still picture without noise is no broken camera.
func (l *looker) hopeless(now time.Duration) bool {
	if !l.still(now) || now < l.due {
		return false
	}
	l.patience = min(2*l.patience, maxPatience)
	l.due = now + l.patience
	return true
}

const (
	markStart = 14695981039346656037 // FNV-1a, 64 bits
	markPrime = 1099511628211
)

// markBytes condenses a JPEG: any change of the picture moves all that follows
// it in the stream of bits.
func markBytes(b []byte) uint64 {
	m := markStart ^ uint64(len(b))
	for i, step := 0, max(1, len(b)/mjpegSamples); i < len(b); i += step {
		m = (m ^ uint64(b[i])) * markPrime
	}
	return m
}

// lumaOf condenses the luma of a picture that is not compressed, and says
// whether all of it is black or white.
func lumaOf(r *Raster) (mark uint64, shade Health) {
	low, high := int32(16+8), int32(235-4)
	if r.FullRange || r.Format.coloured() {
		low, high = 10, 251
	}
	rows, cols := min(gridSide, r.H), min(gridSide, r.W)
	g, _ := r.grid(0)
	dark, bright := 0, 0
	mark = markStart
	for i := range rows {
		g.choose(i*r.H/rows, (i+1)*r.H/rows)
		for j := range cols {
			v, _ := g.sum(j*r.W/cols, (j+1)*r.W/cols)
			mark = (mark ^ uint64(v)) * markPrime
			if v <= low {
				dark++
			} else if v >= high {
				bright++
			}
		}
	}
	switch most := int(uniform * float64(rows*cols)); {
	case dark >= most:
		return mark, Black
	case bright >= most:
		return mark, Overexposed
	}
	return mark, OK
}
