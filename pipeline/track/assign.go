package track

import "math"

// assigner solves the assignment problem exactly: which column each row is
// paired with so that the sum of costs is least. It is the Hungarian algorithm
// (Kuhn, 1955; Munkres, 1957) in its form with potentials and shortest
// augmenting paths (Jonker and Volgenant, 1987), of O(n²m) for n rows and m
// columns, n ≤ m; what is taller than wide is solved on its side. The zero
// assigner is ready for use, and its memory is used again.
type assigner struct {
	rows, cols int
	turned     bool // the matrix is kept transposed
	n, m       int  // sides of what is kept, n ≤ m
	cost       []float64

	// Indices from 1; column 0 is where each search begins.
	u, v    []float64 // potentials of rows and of columns
	row     []int32   // row of each column, 0: free
	from    []int32   // the column before on the shortest path
	dist    []float64 // of each column from the tree of paths
	reached []bool
	match   []int32
}

// reset prepares for a matrix of rows × cols, all of whose costs the caller
// then sets.
func (a *assigner) reset(rows, cols int) {
	a.rows, a.cols = rows, cols
	a.n, a.m, a.turned = rows, cols, false
	if rows > cols {
		a.n, a.m, a.turned = cols, rows, true
	}
	a.cost = sized(a.cost, rows*cols)
}

// set gives the cost, which is finite, of pairing row r with column c.
func (a *assigner) set(r, c int, cost float64) { a.cost[a.index(r, c)] = cost }

// at returns what was set.
func (a *assigner) at(r, c int) float64 { return a.cost[a.index(r, c)] }

func (a *assigner) index(r, c int) int {
	if a.turned {
		r, c = c, r
	}
	return r*a.m + c
}

// solve returns the column of each row, -1 where there is none; as many are
// paired as can be. The result is valid until the next solve.
func (a *assigner) solve() []int32 {
	a.u, a.v = zeroed(a.u, a.n+1), zeroed(a.v, a.m+1)
	a.row, a.from = zeroed(a.row, a.m+1), zeroed(a.from, a.m+1)
	a.dist, a.reached = sized(a.dist, a.m+1), sized(a.reached, a.m+1)
	for r := 1; r <= a.n; r++ {
		a.augment(int32(r), a.search(int32(r)))
	}
	a.match = sized(a.match, a.rows)
	for i := range a.match {
		a.match[i] = -1
	}
	for c := 1; c <= a.m; c++ {
		if r := a.row[c]; r > 0 && a.turned {
			a.match[c-1] = r - 1
		} else if r > 0 {
			a.match[r-1] = int32(c - 1)
		}
	}
	return a.match
}

// search grows a tree of shortest paths from row r until it meets a free
// column, which it returns; potentials follow, so that no reduced cost is
// ever negative (Dijkstra's condition).
func (a *assigner) search(r int32) int {
	for c := range a.dist {
		a.dist[c], a.reached[c] = math.Inf(1), false
	}
	a.row[0] = r
	at := 0
	for a.row[at] != 0 {
		a.reached[at] = true
		next, step := a.relax(at)
		for c := range a.dist {
			if a.reached[c] {
				a.u[a.row[c]] += step
				a.v[c] -= step
			} else {
				a.dist[c] -= step
			}
		}
		at = next
	}
	return at
}

// relax looks from the row of column at to all columns not reached, and
// returns the nearest one and how far it is.
func (a *assigner) relax(at int) (next int, step float64) {
	r := a.row[at]
	costs := a.cost[int(r-1)*a.m:][:a.m]
	step = math.Inf(1)
	for c := 1; c <= a.m; c++ {
		if a.reached[c] {
			continue
		}
		if d := costs[c-1] - a.u[r] - a.v[c]; d < a.dist[c] {
			a.dist[c], a.from[c] = d, int32(at)
		}
		if a.dist[c] < step {
			next, step = c, a.dist[c]
		}
	}
	return next, step
}

// augment gives every column on the path to the free one the row before it.
func (a *assigner) augment(r int32, at int) {
	for at != 0 {
		before := int(a.from[at])
		a.row[at] = a.row[before]
		at = before
	}
}

// sized returns s with length n, in its own memory where that is enough.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}

// zeroed is sized, all zero.
func zeroed[T any](s []T, n int) []T {
	s = sized(s, n)
	clear(s)
	return s
}
