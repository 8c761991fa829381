package host

// Abandon does to the connector what the kernel does when its host is killed: the pipe it watches is
// closed without a word. It is for tests of that; [Plugin.Gone] tells when the process has ended.
func (p *Plugin) Abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.child != nil {
		_ = p.child.process.parent.Close()
	}
}
