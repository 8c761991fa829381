package product

import "github.com/dossier-dsr/dossier/test/bench/peak"

// Peak is the most memory, in KiB, that a process of the house and all it starts took together while do ran some, one after the other.
func (h *House) Peak(do func()) int64 {
	var most int64
	h.most = &most
	defer func() { h.most = nil }()
	do()
	return most
}

// watch begins to look at a process, where somebody wants to know; what it gives ends that.
func (h *House) watch(pid int) (end func()) {
	if h.most == nil {
		return func() {}
	}
	tree := peak.Tree(pid)
	return func() { *h.most = max(*h.most, peak.Sum(tree.Stop())) }
}
