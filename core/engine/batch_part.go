package engine

import (
	"strconv"
	"strings"
)

// A part of a batch is some of its members, by their numbers: "0-6,8". The empty part is all of them.

// partHas says whether a person is in a part.
func partHas(part string, person int) bool {
	if part == "" {
		return true
	}
	for _, span := range strings.Split(part, ",") {
		from, to, isSpan := strings.Cut(span, "-")
		a, err := strconv.Atoi(from)
		b := a
		if isSpan && err == nil {
			b, err = strconv.Atoi(to)
		}
		if err == nil && a <= person && person <= b {
			return true
		}
	}
	return false
}
