package engine

import (
	"fmt"
	"strconv"
	"strings"
)

// A part of a batch is some of its members, by their numbers: "0-6,8". The empty part is all of them.

// partOf names the part of persons in ascending order.
func partOf(persons []int) string {
	var out []string
	for i := 0; i < len(persons); {
		k := i
		for k+1 < len(persons) && persons[k+1] == persons[k]+1 {
			k++
		}
		if k == i {
			out = append(out, strconv.Itoa(persons[i]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", persons[i], persons[k]))
		}
		i = k + 1
	}
	return strings.Join(out, ",")
}

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
