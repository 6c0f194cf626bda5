package check

import (
	"context"
	"crypto/sha256"
	"math"
	"math/bits"
)

const (
	// nearBits is in how many bits perceptual hashes of pictures that look the
	// same may differ. One of so many bands and one more is then the same.
	nearBits = 7
	// nearLikeness is how alike their thumbnails are at least: the correlation
	// of their pixels.
	nearLikeness = 0.985
	// nearFlat is the deviation of grey below which a picture has nothing in
	// it that could be compared so.
	nearFlat = 3
	// mostPairs bounds how many pictures are compared with one another.
	mostPairs = 4_000_000_000
)

// compare finds the groups.
func (r *Report) compare(ctx context.Context, parts []Part, all []look, near bool) error {
	first := make(map[[sha256.Size]byte]int, len(all))
	exact, like := map[int][]int{}, map[int][]int{}
	var exactOrder, likeOrder []int
	index := newBands()
	for i := range all {
		l := &all[i]
		if l.err != nil {
			continue
		}
		if j, ok := first[l.exact]; ok {
			exactOrder = join(exact, exactOrder, j, i)
			continue
		}
		first[l.exact] = i
		if !near || r.NearCutShort {
			continue
		}
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if j := index.find(all, i); j >= 0 {
			likeOrder = join(like, likeOrder, j, i)
		}
		r.NearCutShort = index.pairs > mostPairs
	}
	offsets := make([]int, len(parts)+1)
	for p, part := range parts {
		offsets[p+1] = offsets[p] + part.Source.Len()
	}
	r.Exact = []Group{}
	for _, j := range exactOrder {
		g := group(parts, all, offsets, exact[j])
		g.count(&r.Leaks, &r.Conflicts)
		r.Exact = append(r.Exact, g)
	}
	for _, j := range likeOrder {
		g := group(parts, all, offsets, like[j])
		g.count(&r.NearLeaks, &r.NearConflicts)
		r.Near = append(r.Near, g)
	}
	return nil
}

func (g *Group) count(leaks, conflicts *int) {
	if g.Leak {
		*leaks++
	}
	if g.Conflict {
		*conflicts++
	}
}

// join adds i to the group that began with j, and returns the beginnings in
// order.
func join(groups map[int][]int, order []int, j, i int) []int {
	if groups[j] == nil {
		groups[j] = []int{j}
		order = append(order, j)
	}
	groups[j] = append(groups[j], i)
	return order
}

func group(parts []Part, all []look, offsets, members []int) Group {
	var g Group
	for _, i := range members {
		l := &all[i]
		p := parts[l.part]
		m := Member{Part: p.Name, Index: i - offsets[l.part], part: l.part}
		m.Name = p.Source.Name(m.Index)
		if names, _ := known(p.Source); l.label >= 0 && l.label < len(names) {
			m.Class = names[l.label]
		}
		if len(g.Members) > 0 {
			g.Leak = g.Leak || m.part != g.Members[0].part
			g.Conflict = g.Conflict || m.Class != g.Members[0].Class
		}
		g.Members = append(g.Members, m)
	}
	return g
}

// bands finds pictures whose hashes differ in few bits: each hash is listed
// under each of its bands, and two that differ in no more than nearBits bits
// have a band alike.
type bands struct {
	at    [nearBits + 1]map[uint64][]int
	pairs int // compared so far
}

func newBands() *bands {
	b := &bands{}
	for k := range b.at {
		b.at[k] = map[uint64][]int{}
	}
	return b
}

func band(hash uint64, k int) uint64 {
	const width = 64 / (nearBits + 1)
	return hash >> (k * width) & (1<<width - 1)
}

// find returns the picture before i that looks most like it, -1 where none
// does; i is then listed for those to come. So all of a group look like its
// first, and groups do not grow into chains.
func (b *bands) find(all []look, i int) int {
	best, likest := -1, nearLikeness
	l := &all[i]
	for k := range b.at {
		for _, j := range b.at[k][band(l.near, k)] {
			b.pairs++
			if bits.OnesCount64(l.near^all[j].near) > nearBits {
				continue
			}
			if c := likeness(&l.thumb, &all[j].thumb); c >= likest && j != best {
				best, likest = j, c
			}
		}
	}
	if best < 0 {
		for k := range b.at {
			key := band(l.near, k)
			b.at[k][key] = append(b.at[k][key], i)
		}
	}
	return best
}

// likeness is the correlation of two thumbnails, -1 to 1; where both are flat
// it is 1 for the same brightness, else 0.
func likeness(a, b *[thumbSide * thumbSide]uint8) float64 {
	var sa, sb, saa, sbb, sab int
	for i, v := range a {
		x, y := int(v), int(b[i])
		sa, sb, saa, sbb, sab = sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	const n = thumbSide * thumbSide
	va, vb := n*saa-sa*sa, n*sbb-sb*sb // n² times the variances
	const flat = n * n * nearFlat * nearFlat
	switch {
	case va < flat && vb < flat:
		if math.Abs(float64(sa-sb)) < 2*n {
			return 1
		}
		return 0
	case va < flat || vb < flat:
		return 0
	}
	return float64(n*sab-sa*sb) / math.Sqrt(float64(va)*float64(vb))
}
