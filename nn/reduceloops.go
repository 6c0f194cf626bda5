package nn

import "math"

// columnBlock is how many sets are reduced side by side where the elements of
// one set are not adjacent.
const columnBlock = 64

// reduceSets reduces every set of elements that axes make of x to one of out.
func reduceSets[T Number, A float64 | int64](k reducer, out, x []T, s Shape, axes *[maxList]bool, lowest, highest A) {
	if len(out) == 0 {
		return
	}
	r := newSetLoops(s, axes)
	start := initial(k, lowest, highest)
	if r.rows {
		for i := range out {
			var shift A
			if k == toLogSumExp {
				shift = finite(foldRows(toMax, &r, x, lowest, 0))
			}
			out[i] = T(finish(k, foldRows(k, &r, x, start, shift), shift, r.count))
			r.kept.next()
		}
		return
	}
	for i := 0; i < len(out); i += r.run {
		for j := 0; j < r.run; j += columnBlock {
			n := min(columnBlock, r.run-j)
			reduceColumns(k, &r, out[i+j:][:n], x, j, start, lowest)
		}
		r.kept.next()
	}
}

// reduceColumns reduces the sets that begin j elements into the kept run.
func reduceColumns[T Number, A float64 | int64](k reducer, r *setLoops, out, x []T, j int, start, lowest A) {
	var accs, shifts [columnBlock]A
	acc, shift := accs[:len(out)], shifts[:len(out)]
	if k == toLogSumExp {
		fill(shift, lowest)
		foldColumns(toMax, r, x, j, shift, acc)
		for i, v := range shift {
			shift[i] = finite(v)
		}
	}
	fill(acc, start)
	foldColumns(k, r, x, j, acc, shift)
	for i, v := range acc {
		out[i] = T(finish(k, v, shift[i], r.count))
	}
}

// initial is what a set of no elements accumulates to.
func initial[A float64 | int64](k reducer, lowest, highest A) A {
	switch k {
	case toMax:
		return lowest
	case toMin:
		return highest
	case toProd:
		return 1
	}
	return 0
}

// finite returns x, or 0 where exponentials cannot be scaled by it.
func finite[A float64 | int64](x A) A {
	if f := float64(x); math.IsInf(f, 0) || math.IsNaN(f) {
		return 0
	}
	return x
}

// finish turns what n elements accumulated to into the result.
func finish[A float64 | int64](k reducer, acc, shift A, n int) A {
	switch k {
	case toMean:
		if half := A(1) / 2; n == 0 && half == 0 { // integers
			return 0
		}
		return acc / A(n)
	case toL2:
		return A(math.Sqrt(float64(acc)))
	case toLogSum:
		return A(math.Log(float64(acc)))
	case toLogSumExp:
		return A(math.Log(float64(acc))) + shift
	}
	return acc
}

// foldRows accumulates one set whose elements lie in runs.
func foldRows[T Number, A float64 | int64](k reducer, r *setLoops, x []T, acc, shift A) A {
	for more := r.count > 0; more; more = r.reduced.next() {
		off := r.kept.off + r.reduced.off
		acc = foldRow(k, acc, shift, x[off:off+r.run])
	}
	return acc
}

func foldRow[T Number, A float64 | int64](k reducer, acc, shift A, x []T) A {
	switch k {
	case toMax:
		// A branch that is rarely taken waits for nothing, unlike max. NaN
		// is taken and then stays.
		for _, v := range x {
			if a := A(v); a > acc || a != a {
				acc = a
			}
		}
	case toMin:
		for _, v := range x {
			if a := A(v); a < acc || a != a {
				acc = a
			}
		}
	case toProd:
		for _, v := range x {
			acc *= A(v)
		}
	case toL1:
		for _, v := range x {
			acc += max(A(v), -A(v))
		}
	case toL2, toSumSquare:
		for _, v := range x {
			acc += A(v) * A(v)
		}
	case toLogSumExp:
		for _, v := range x {
			acc += A(math.Exp(float64(A(v) - shift)))
		}
	default:
		return acc + sumRow[T, A](x)
	}
	return acc
}

// sumRow keeps four sums, so that an addition need not wait for the last.
func sumRow[T Number, A float64 | int64](x []T) A {
	var a, b, c, d A
	for len(x) >= 4 {
		a += A(x[0])
		b += A(x[1])
		c += A(x[2])
		d += A(x[3])
		x = x[4:]
	}
	for _, v := range x {
		a += A(v)
	}
	return a + b + (c + d)
}

// foldColumns accumulates sets that lie side by side.
func foldColumns[T Number, A float64 | int64](k reducer, r *setLoops, x []T, j int, acc, shift []A) {
	for more := r.count > 0; more; more = r.reduced.next() {
		off := r.kept.off + r.reduced.off + j
		foldColumn(k, acc, shift, x[off:off+len(acc)])
	}
}

func foldColumn[T Number, A float64 | int64](k reducer, acc, shift []A, x []T) {
	acc = acc[:len(x)]
	switch k {
	case toMax:
		for i, v := range x {
			acc[i] = max(acc[i], A(v))
		}
	case toMin:
		for i, v := range x {
			acc[i] = min(acc[i], A(v))
		}
	case toProd:
		for i, v := range x {
			acc[i] *= A(v)
		}
	case toL1:
		for i, v := range x {
			acc[i] += max(A(v), -A(v))
		}
	case toL2, toSumSquare:
		for i, v := range x {
			acc[i] += A(v) * A(v)
		}
	case toLogSumExp:
		for i, v := range x {
			acc[i] += A(math.Exp(float64(A(v) - shift[i])))
		}
	default:
		for i, v := range x {
			acc[i] += A(v)
		}
	}
}
