package rowfile

import "sort"

// Went gives the number the row n has once those of gone, ascending, have left its file; 0 where it is one of them.
func Went(n int64, gone []int64) int64 {
	i := sort.Search(len(gone), func(i int) bool { return gone[i] >= n })
	if i < len(gone) && gone[i] == n {
		return 0
	}
	return n - int64(i)
}

// Came gives the number the row n has once others have come into its file, each before the row that had the number in before, ascending.
func Came(n int64, before []int64) int64 {
	return n + int64(sort.Search(len(before), func(i int) bool { return before[i] > n }))
}
