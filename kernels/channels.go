package kernels

import "unsafe"

// ChannelsF32Args are the arguments of the kernels over Rows rows of C floats
// that treat each column, a channel, by itself. X, D, Y and Dst are such rows,
// packed; V, W and U are vectors of C floats. Which of them a kernel uses
// stands at its ChannelOp.
type ChannelsF32Args struct {
	X, D, Y, Dst *float32
	U, V, W      *float32
	Rows, C      int     // ≥ 1
	Slope        float32 // factor of what is below zero, 0 to 1; 1 for none
	Hi           float32 // what is above becomes this; +Inf for none
	Add          bool    // to Dst rather than in place of it
	StepX        int     // ChannelDots, ChannelTake: bytes from row to row of X
}

// ChannelOp names a kernel over channels.
type ChannelOp uint8

// The kernels over channels. Where Y is given, D counts Slope times wherever Y
// is not above 0, and not at all where it has reached Hi: Y is what a Relu,
// LeakyRelu or Clip from 0 gave, and D the gradient by it. Sums are in float32,
// in an order of the row's own; callers keep Rows small (ChannelSumRows).
const (
	// ChannelSum: V += Σ_rows D.
	ChannelSum ChannelOp = iota
	// ChannelSquares: V += Σ_rows (X − U)².
	ChannelSquares
	// ChannelAffine: Dst = X·V + W, times Slope below zero, and Hi at most. NaN
	// stays.
	ChannelAffine
	// ChannelProducts: V += Σ_rows D, W += Σ_rows D·(X − U).
	ChannelProducts
	// ChannelGradient: Dst (+)= D·U + X·V + W.
	ChannelGradient
	// ChannelPass: Dst (+)= D.
	ChannelPass
	// ChannelDots: V += Σ_rows D·X, where rows of X lie StepX bytes apart.
	ChannelDots
	// ChannelTake: where X is Y, or either NaN, Dst += D and then D = 0. Rows of X
	// and Dst lie StepX bytes apart. It is a maximum's way back, tap by tap.
	ChannelTake
	numChannelOps
)

// ChannelSumRows is how many rows callers have summed at a time in float32.
const ChannelSumRows = 256

// ChannelsF32 is a row of the table of kernels over channels.
type ChannelsF32 struct {
	Name  string
	Needs Features
	Funcs [numChannelOps]func(*ChannelsF32Args)
}

func (a *ChannelsF32Args) row(p *float32, r int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(p), 4*r*a.C)), a.C)
}

func (a *ChannelsF32Args) vector(p *float32) []float32 { return unsafe.Slice(p, a.C) }

// passed is what passes of a gradient d at element i of row y; all of it does
// where there is no y.
func (a *ChannelsF32Args) passed(y []float32, i int, d float32) float32 {
	switch {
	case y == nil:
		return d
	case y[i] >= a.Hi:
		return 0
	case y[i] > 0:
		return d
	}
	return d * a.Slope
}

// apart is row r of those that lie StepX bytes apart.
func (a *ChannelsF32Args) apart(p *float32, r int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(p), r*a.StepX)), a.C)
}

func (a *ChannelsF32Args) mask(r int) []float32 {
	if a.Y == nil {
		return nil
	}
	return a.row(a.Y, r)
}

var genericChannelsF32 = ChannelsF32{"generic", 0, [numChannelOps]func(*ChannelsF32Args){
	ChannelSum: func(a *ChannelsF32Args) {
		v := a.vector(a.V)
		for r := range a.Rows {
			y := a.mask(r)
			for i, d := range a.row(a.D, r) {
				v[i] += a.passed(y, i, d)
			}
		}
	},
	ChannelSquares: func(a *ChannelsF32Args) {
		u, v := a.vector(a.U), a.vector(a.V)
		for r := range a.Rows {
			for i, x := range a.row(a.X, r) {
				x -= u[i]
				v[i] += x * x
			}
		}
	},
	ChannelAffine: func(a *ChannelsF32Args) {
		v, w := a.vector(a.V), a.vector(a.W)
		for r := range a.Rows {
			dst := a.row(a.Dst, r)
			for i, x := range a.row(a.X, r) {
				x = x*v[i] + w[i]
				if x < 0 {
					x *= a.Slope
				}
				dst[i] = min(x, a.Hi)
			}
		}
	},
	ChannelProducts: func(a *ChannelsF32Args) {
		u, v, w := a.vector(a.U), a.vector(a.V), a.vector(a.W)
		for r := range a.Rows {
			x, y := a.row(a.X, r), a.mask(r)
			for i, d := range a.row(a.D, r) {
				d = a.passed(y, i, d)
				v[i] += d
				w[i] += d * (x[i] - u[i])
			}
		}
	},
	ChannelGradient: func(a *ChannelsF32Args) {
		u, v, w := a.vector(a.U), a.vector(a.V), a.vector(a.W)
		for r := range a.Rows {
			x, y, dst := a.row(a.X, r), a.mask(r), a.row(a.Dst, r)
			for i, d := range a.row(a.D, r) {
				d = a.passed(y, i, d)
				d = d*u[i] + x[i]*v[i] + w[i]
				if a.Add {
					d += dst[i]
				}
				dst[i] = d
			}
		}
	},
	ChannelPass: func(a *ChannelsF32Args) {
		for r := range a.Rows {
			y, dst := a.mask(r), a.row(a.Dst, r)
			for i, d := range a.row(a.D, r) {
				d = a.passed(y, i, d)
				if a.Add {
					d += dst[i]
				}
				dst[i] = d
			}
		}
	},
	ChannelDots: func(a *ChannelsF32Args) {
		v := a.vector(a.V)
		for r := range a.Rows {
			x := a.apart(a.X, r)
			for i, d := range a.row(a.D, r) {
				v[i] += d * x[i]
			}
		}
	},
	ChannelTake: func(a *ChannelsF32Args) {
		for r := range a.Rows {
			x, y, d, dst := a.apart(a.X, r), a.row(a.Y, r), a.row(a.D, r), a.apart(a.Dst, r)
			for i := range d {
				if x[i] == y[i] || x[i] != x[i] || y[i] != y[i] {
					dst[i] += d[i]
					d[i] = 0
				}
			}
		}
	},
}}

// ChannelsF32Rows returns the rows that a CPU with the features f can run,
// best first; the last is generic Go.
func ChannelsF32Rows(f Features) []*ChannelsF32 {
	var rows []*ChannelsF32
	for i := range archChannelsF32 {
		if f.Has(archChannelsF32[i].Needs) {
			rows = append(rows, &archChannelsF32[i])
		}
	}
	return append(rows, &genericChannelsF32)
}
