package rowfile

import "sort"

// align gives for each token of was the index of the same one in now, or -1: the common beginning and end; between them those that
// occur once in both, as far as their order agrees; and what lies between two such, or beside one, where it is as long in both,
// because rows are changed in place more often than they are exchanged.
func align(was, now []token) []int {
	out := make([]int, len(was))
	for i := range out {
		out[i] = -1
	}
	a := 0
	for a < len(was) && a < len(now) && same3(was[a], now[a]) {
		out[a] = a
		a++
	}
	b, c := len(was), len(now)
	for b > a && c > a && same3(was[b-1], now[c-1]) {
		b, c = b-1, c-1
		out[b] = c
	}
	for _, p := range ordered(once(was, now, a, b, c)) {
		out[p[0]] = p[1]
	}
	// Same length between two neighbours that were found: changed in place.
	lastI, lastJ := a-1, a-1
	for i := a; i <= b; i++ {
		j := c
		if i < b {
			if out[i] < 0 {
				continue
			}
			j = out[i]
		}
		if i-lastI == j-lastJ && (lastI >= 0 || i < len(was)) {
			for k := lastI + 1; k < i; k++ {
				if j := lastJ + k - lastI; was[k].kind == now[j].kind {
					out[k] = j
				}
			}
		}
		lastI, lastJ = i, j
	}
	return out
}

func same3(a, b token) bool { return a.print == b.print && a.kind == b.kind }

// once pairs the tokens of was[a:b] and now[a:c] that occur once in each, in the order of was.
func once(was, now []token, a, b, c int) [][2]int {
	type places struct{ n, m, j int }
	seen := map[token]*places{}
	key := func(t token) token { return token{print: t.print, kind: t.kind} }
	for _, t := range was[a:b] {
		if seen[key(t)] == nil {
			seen[key(t)] = &places{}
		}
		seen[key(t)].n++
	}
	for j := a; j < c; j++ {
		if p := seen[key(now[j])]; p != nil {
			p.m++
			p.j = j
		}
	}
	var out [][2]int
	for i := a; i < b; i++ {
		if p := seen[key(was[i])]; p.n == 1 && p.m == 1 {
			out = append(out, [2]int{i, p.j})
		}
	}
	return out
}

// ordered is a longest run of pairs whose second members ascend.
func ordered(pairs [][2]int) [][2]int {
	var tails []int // index of the pair a run of that length ends on
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n := sort.Search(len(tails), func(k int) bool { return pairs[tails[k]][1] >= p[1] })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	if len(tails) == 0 {
		return nil
	}
	out := make([][2]int, len(tails))
	for i, n := tails[len(tails)-1], len(tails)-1; i >= 0; i, n = before[i], n-1 {
		out[n] = pairs[i]
	}
	return out
}
