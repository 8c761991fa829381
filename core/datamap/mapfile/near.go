package mapfile

import (
	"slices"
	"strings"
)

// Near is the name of names most like word, or "" where none is near enough to be meant. A last part
// that agrees ("email" for "contact.email") counts as near.
func Near(word string, names []string) string {
	best, least := "", 1+max(1, len([]rune(word))/3)
	if len([]rune(word)) < 3 {
		least = 1 // of a letter or two every other name is near
	}
	sorted := slices.Sorted(slices.Values(names))
	for _, n := range sorted {
		if d := distance(strings.ToLower(word), strings.ToLower(n), least); d < least {
			best, least = n, d
		}
	}
	if best != "" || len(word) < 3 {
		return best
	}
	for _, n := range sorted {
		if strings.HasSuffix(n, "."+word) || strings.HasSuffix(n, "/"+word) {
			return n
		}
	}
	return ""
}

// distance is the number of edits from a to b, neighbours swapped counting as one; at least limit where it is not less.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d >= limit || -d >= limit {
		return limit
	}
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, last, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = last, row, before
	}
	return rows[1][len(y)]
}
