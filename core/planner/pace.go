package planner

import (
	"math"
	"slices"
)

// pace is how far a planning has come: the section of its work, where in it, and in what part of that. Who has nothing to ask somewhere is
// ahead of those who have, and waits for them, so that further on all ask alike again.
type pace [3]int

// afterParts stands after every part.
const afterParts = math.MaxInt

// at says how far this planning has come; to one alone it does not matter.
func (s *survey) at(section, place, part int) {
	if s.voice != nil {
		s.voice.pace = pace{section, place, part}
	}
}

// atPlace says it of the same section.
func (s *survey) atPlace(place int) {
	if s.voice != nil {
		s.at(s.voice.pace[0], place, 0)
	}
}

// atPart says it of the same place.
func (s *survey) atPart(part int) {
	if s.voice != nil {
		s.voice.pace[2] = part
	}
}

// behind parts those who have come least far from the others.
func behind(ms []message) (first, rest []message) {
	least := ms[0].pace
	for _, m := range ms {
		if slices.Compare(m.pace[:], least[:]) < 0 {
			least = m.pace
		}
	}
	for _, m := range ms {
		if m.pace == least {
			first = append(first, m)
		} else {
			rest = append(rest, m)
		}
	}
	return first, rest
}
