package nn

import (
	"math"
	"unsafe"
)

// exp is the exponential that operations over T use: for float32 a quick one
// whose relative error of about 1e-9 is lost when the result is rounded to
// float32, for float64 that of the library.
func exp[T Float](x float64) float64 {
	var z T
	if unsafe.Sizeof(z) == 4 {
		return quickExp(x)
	}
	return math.Exp(x)
}

const (
	expSteps = 32             // table entries to an octave
	expRound = 0x1.8p52       // adding it rounds to an integer, left in the low bits
	expScale = expSteps / ln2 // steps in x
	expStep  = ln2 / expSteps // x in a step
	expLimit = 700            // the result and its factors stay finite and normal
	expShift = 52 - 5         // puts the count of octaves into the exponent
	ln2      = 0.693147180559945309417232121458
)

// expTable has 2^(i/expSteps), less i<<expShift in its bits.
var expTable = makeExpTable()

func makeExpTable() (t [expSteps]uint64) {
	for i := range t {
		t[i] = math.Float64bits(math.Exp2(float64(i)/expSteps)) - uint64(i)<<expShift
	}
	return t
}

// quickExp is e^x by a table of 2^(i/32) and the Taylor series of what
// remains, at most ln2/64 (P. T. P. Tang, "Table-driven implementation of the
// exponential function", ACM TOMS 15, 1989).
func quickExp(x float64) float64 {
	if !(x > -expLimit && x < expLimit) {
		return math.Exp(x)
	}
	z := x*expScale + expRound
	k := math.Float64bits(z)
	r := x - (z-expRound)*expStep
	s := math.Float64frombits(expTable[k%expSteps] + k<<expShift)
	return s + s*r*(1+r*(0.5+r*(1./6)))
}

func expRun[T Float](out, in []T) {
	for i, v := range in {
		out[i] = T(exp[T](float64(v)))
	}
}

// sigmoid is 1∕(1+e^−x), exact in relative terms for negative x as well.
func sigmoid[T Float](x float64) float64 { return 1 / (1 + exp[T](-x)) }

// tanh is (e^2x − 1)∕(e^2x + 1); near zero, where that cancels, its series.
func tanh[T Float](x float64) float64 {
	var z T
	switch {
	case unsafe.Sizeof(z) != 4:
		return math.Tanh(x)
	case math.Abs(x) < 0.04:
		q := x * x
		return x * (1 - q*(1./3-q*(2./15)))
	}
	return 1 - 2/(1+quickExp(2*x))
}
