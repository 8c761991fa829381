package graph

// circles numbers the strongly connected components of a graph (Tarjan): nodes of one number lie on a
// common circle. Numbers rise from the leaves to the roots.
func circles[N comparable](nodes []N, next func(N) []N) map[N]int {
	t := &tarjan[N]{next: next, index: map[N]int{}, low: map[N]int{}, on: map[N]bool{}, out: map[N]int{}}
	for _, n := range nodes {
		if _, seen := t.index[n]; !seen {
			t.visit(n)
		}
	}
	return t.out
}

type tarjan[N comparable] struct {
	next       func(N) []N
	index, low map[N]int
	on         map[N]bool
	stack      []N
	out        map[N]int
	found      int
}

func (t *tarjan[N]) visit(n N) {
	t.index[n], t.low[n] = len(t.index), len(t.index)
	t.stack, t.on[n] = append(t.stack, n), true
	for _, m := range t.next(n) {
		if _, seen := t.index[m]; !seen {
			t.visit(m)
			t.low[n] = min(t.low[n], t.low[m])
		} else if t.on[m] {
			t.low[n] = min(t.low[n], t.index[m])
		}
	}
	if t.low[n] != t.index[n] {
		return
	}
	for {
		m := t.stack[len(t.stack)-1]
		t.stack, t.on[m] = t.stack[:len(t.stack)-1], false
		t.out[m] = t.found
		if m == n {
			break
		}
	}
	t.found++
}
