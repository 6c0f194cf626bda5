package eval

import "math"

// Bounds is an interval that holds a rate with a confidence of 95 %.
type Bounds struct {
	Lo Ratio `json:"lo"`
	Hi Ratio `json:"hi"`
}

// ClopperPearson returns the exact bounds of the rate of what happened k times
// in n trials (Clopper and Pearson, 1934): 2.5 % are left out on either side,
// so that they never promise too much, whatever the rate. They take trials for
// independent, which pairs that share a person are not quite. Of no trials
// they are 0 to 1.
func ClopperPearson(k, n int) Bounds {
	const tail = 0.025
	b := Bounds{0, 1}
	if n <= 0 {
		return b
	}
	if k > 0 {
		b.Lo = Ratio(betaQuantile(tail, float64(k), float64(n-k+1)))
	}
	if k < n {
		b.Hi = Ratio(betaQuantile(1-tail, float64(k+1), float64(n-k)))
	}
	return b
}

// Wilson returns the score interval of the rate of what happened k times in n
// trials (E. Wilson, 1927). It leaves out 5 % in the mean over rates, so that it
// is narrower than ClopperPearson's, and it stays within 0 to 1. Of no trials it
// is 0 to 1.
func Wilson(k, n int) Bounds {
	if n <= 0 {
		return Bounds{0, 1}
	}
	const z = 1.959963984540054 // that a normal deviate exceeds, either way, in 5 %
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return Bounds{Ratio(max(mid-half, 0)), Ratio(min(mid+half, 1))}
}

// RuleOfThree returns the rate that lies above that of what never happened in
// n trials, with a confidence of 95 %: 3/n, from (1-p)ⁿ = 0.05.
func RuleOfThree(n int) Ratio {
	if n <= 0 {
		return 1
	}
	return Ratio(min(3/float64(n), 1))
}

// betaQuantile returns the x at which the beta distribution's cumulative
// function is p, by bisection.
func betaQuantile(p, a, b float64) float64 {
	lo, hi := 0.0, 1.0
	for range 100 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if betaCDF(mid, a, b) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}

// betaCDF is the regularised incomplete beta function, by its continued
// fraction (DLMF 8.17.22), which converges fast below the mean; above it the
// function of 1-x is taken.
func betaCDF(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaCDF(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	// The fraction is evaluated from the front (Lentz's way): c and d are the
	// ratios of successive numerators and denominators.
	const tiny = 1e-300
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < 10_000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / away(1+even*d)
		c = away(1 + even/c)
		f *= c * d
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / away(1+odd*d)
		c = away(1 + odd/c)
		f *= c * d
		if math.Abs(c*d-1) < 1e-15 {
			break
		}
	}
	return front * f
}
