package kernels

import "unsafe"

// widened is the layout of rows without an exact product of bytes that take
// 16-bit weights from memory. For each tap there are int32: the numbers of small
// groups of 4 k, of half groups and of groups to widen, and the k where each of
// these belongs, in that order. After all of them, from the next multiple of 64
// bytes on, follow the groups, of columns in order. A small group has the 4
// weights of each column side by side, as bytes. A half group has weights at even
// k alone or at odd k alone, of which the latter belongs one k further on: two
// 16-bit weights of each column. A group to widen has the weights at even k of
// all columns, then those at odd k, in 16 bits. A group without weights is left
// out.
type widened struct{ nr int }

func (l widened) head(taps, k int) int { return (4*taps*(3+(k+3)/4) + 63) &^ 63 }

func (l widened) len(taps, k int) int { return l.head(taps, k) + taps*((k+3)/4)*l.nr*8 }

// The kinds of groups, in the order in which a tap has them.
const (
	smallGroup = iota
	halfGroup
	wideGroup
	groupKinds
)

func (l widened) pack(dst []int8, p *panelI8) {
	index := unsafe.Slice((*int32)(unsafe.Pointer(&dst[0])), p.taps*(groupKinds+(p.k+3)/4))
	words := unsafe.Slice((*int16)(unsafe.Pointer(&dst[l.head(p.taps, p.k)])), p.taps*((p.k+3)/4)*l.nr*4)
	var group groupI8
	for t := range p.taps {
		counts := index[:groupKinds]
		index = index[groupKinds:]
		for kind := range groupKinds {
			for k := 0; k < p.k; k += 4 {
				p.gather(&group, t, k)
				first, any := group.half(p.cols)
				if any && group.kind(p.cols, first) == kind {
					index[0] = int32(k + first%2)
					words = words[l.put(words, &group, kind, first):]
					index = index[1:]
					counts[kind]++
				}
			}
		}
	}
}

// half returns the first k of the group, 0 or 1, that has all of its weights
// together with the k two further on, and 2 where there is none; any is false where all
// weights are zero.
func (g *groupI8) half(cols int) (first int, any bool) {
	var has [2]bool // even k, odd k
	for n := range cols {
		for k, w := range g[n] {
			has[k%2] = has[k%2] || w != 0
		}
	}
	switch {
	case !has[1]:
		return 0, has[0]
	case !has[0]:
		return 1, true
	}
	return 2, true
}

func (g *groupI8) kind(cols, first int) int {
	switch {
	case first < 2:
		return halfGroup
	case g.small(cols):
		return smallGroup
	}
	return wideGroup
}

// put writes a group, and returns how many words it takes.
func (l widened) put(dst []int16, g *groupI8, kind, first int) int {
	for n := range l.nr {
		w := &g[n]
		switch kind {
		case smallGroup:
			*(*[4]int8)(unsafe.Pointer(&dst[2*n])) = *w
		case halfGroup:
			dst[2*n], dst[2*n+1] = int16(w[first]), int16(w[first+2])
		case wideGroup:
			dst[2*n], dst[2*n+1] = int16(w[0]), int16(w[2])
			dst[2*(l.nr+n)], dst[2*(l.nr+n)+1] = int16(w[1]), int16(w[3])
		}
	}
	if kind == wideGroup {
		return 4 * l.nr
	}
	return 2 * l.nr
}
