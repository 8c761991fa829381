package request

import "strings"

// near is a hint at the name that was probably meant, else at those there are.
func near(name string, names []string) string {
	best, distance := "", 3
	for _, n := range names {
		if len(name) > 3 && strings.HasPrefix(n, strings.ToLower(name)) {
			return "did you mean " + n + "?"
		}
		if d := edits(strings.ToLower(name), n); d < distance {
			best, distance = n, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "there are " + strings.Join(names, ", ")
}

// edits is the Levenshtein distance, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost = 1 + min(last, row[j], row[j+1])
			}
			last, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
