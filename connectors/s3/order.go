package s3

import (
	"cmp"
	"slices"
)

func sortByKey(items []item) {
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.key, b.key) })
}
