package loss

import "math"

// dual is a number with its derivatives by the four corners of a box: what
// follows from such numbers has the derivatives of the whole (automatic
// differentiation, forwards).
type dual struct {
	v float64
	d [4]float64
}

func constant(v float64) dual { return dual{v: v} }

// variable is corner i.
func variable(v float64, i int) dual {
	x := dual{v: v}
	x.d[i] = 1
	return x
}

// chain is f(a) where f' at a is slope.
func (a dual) chain(v, slope float64) dual {
	r := dual{v: v}
	for i, d := range a.d {
		r.d[i] = slope * d
	}
	return r
}

// chain2 is f(a, b) where the partial derivatives are da and db.
func chain2(a, b dual, v, da, db float64) dual {
	r := dual{v: v}
	for i := range r.d {
		r.d[i] = da*a.d[i] + db*b.d[i]
	}
	return r
}

func (a dual) add(b dual) dual      { return chain2(a, b, a.v+b.v, 1, 1) }
func (a dual) sub(b dual) dual      { return chain2(a, b, a.v-b.v, 1, -1) }
func (a dual) mul(b dual) dual      { return chain2(a, b, a.v*b.v, b.v, a.v) }
func (a dual) div(b dual) dual      { return chain2(a, b, a.v/b.v, 1/b.v, -a.v/(b.v*b.v)) }
func (a dual) atan() dual           { return a.chain(math.Atan(a.v), 1/(1+a.v*a.v)) }
func (a dual) times(f float64) dual { return a.chain(a.v*f, f) }

func (a dual) max(b dual) dual {
	if a.v >= b.v {
		return a
	}
	return b
}

func (a dual) min(b dual) dual {
	if a.v <= b.v {
		return a
	}
	return b
}
