package config

import "strings"

// meant suggests the name that was likely meant, or all that there are.
func meant(name string, names []string) string {
	if cure := likely(name, names); cure != "" {
		return cure
	}
	return "one of " + strings.Join(names, ", ")
}

// likely suggests the name that was likely meant, one within a third of its
// letters, in either case; "" where there is none.
func likely(name string, names []string) string {
	best, least := "", len(name)/3+1
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d <= least && d < len(n) {
			best, least = n, d-1
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a (optimal string alignment). Long text is as far
// from anything as it is long.
func distance(a, b string) int {
	const most = 64
	if len(a) > most || len(b) > most {
		return max(len(a), len(b))
	}
	var before, last, row [most + 1]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			differ := 1
			if a[i-1] == b[j-1] {
				differ = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
