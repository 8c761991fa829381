package oracle

// byShared decides about rows that identifiers alone led to which do not decide by themselves.
func (v *verdict) byShared() (grew bool) {
	v.candidate = map[at]bool{}
	accepted := map[at]bool{}
	for _, g := range v.e.ask.ids {
		if unique[g.kind] && g.verified {
			continue
		}
		var of []at
		v.e.each(func(a at) {
			for _, f := range a.c.idents() {
				if f.ident == g.kind && !empty(a.row().v[f.name]) && normal(a.row().v[f.name]) == g.value && !v.named[a] {
					of = append(of, a)
					return
				}
			}
		})
		sure := g.verified && v.onePerson(of)
		for _, a := range of {
			switch {
			case v.contradicts(a):
			case sure, g.verified && a.c.onePerson:
				accepted[a] = true
			default:
				v.candidate[a] = true
			}
		}
	}
	one := map[string]string{}
	for a := range accepted {
		for kind, n := range ids(a) {
			if one[kind] != "" && one[kind] != n {
				v.blocked = "verified identifiers stand on rows of different persons"
				return false
			}
			one[kind] = n
		}
	}
	for a := range accepted {
		v.named[a], v.mine[a] = true, true
		v.learn(a)
		grew = true
	}
	return grew
}

// onePerson says whether rows with one shared value can all be one person's: none holds another's number, and those
// that hold any number hang together by them.
func (v *verdict) onePerson(of []at) bool {
	var groups []map[string]string
	for _, a := range of {
		if v.contradicts(a) {
			return false
		}
		mine := ids(a)
		if len(mine) == 0 {
			continue
		}
		var apart []map[string]string
		for _, g := range groups {
			meet := false
			for k, n := range mine {
				meet = meet || g[k] == n
			}
			if !meet {
				apart = append(apart, g)
				continue
			}
			for k, n := range g {
				if mine[k] != "" && mine[k] != n {
					return false
				}
				mine[k] = n
			}
		}
		groups = append(apart, mine)
	}
	return len(groups) <= 1
}
