package rowfile

import "bytes"

// rows copies an array whose elements are rows. A row that goes takes with it what stands between it and
// the row before, comma included, or, of those that stay, the first keeps the space before the first;
// what stands before the closing bracket stays.
func (p *jsonPass) rows(depth int) error {
	if err := p.expect('['); err != nil {
		return err
	}
	if err := p.opened(); err != nil {
		return err
	}
	var sep, lead, gap, raw bytes.Buffer // sep: before this row; lead: before the first; gap: between the last two
	rec := &jsonRecord{}
	kept, first := 0, true
	for {
		sep.Reset()
		if err := p.collect(&sep, p.space); err != nil {
			return err
		}
		c, err := p.peek()
		if err != nil {
			return err
		}
		if c == ']' {
			break
		}
		if !first {
			if err := p.collect(&sep, func() error {
				if err := p.expect(','); err != nil {
					return err
				}
				return p.space()
			}); err != nil {
				return err
			}
			gap.Reset()
			gap.Write(sep.Bytes())
		} else {
			lead.Write(sep.Bytes())
		}
		first = false
		raw.Reset()
		if err := p.collect(&raw, func() error { return p.whole(depth + 1) }); err != nil {
			return err
		}
		p.n++
		if err := rec.stand(p.n, raw.Bytes()); err != nil {
			return err
		}
		what, err := p.ask(rec)
		if err != nil {
			return err
		}
		if what.Drop {
			continue
		}
		body := rec.raw
		if len(what.Set) > 0 {
			if body, err = rec.rewritten(what.Set); err != nil {
				return err
			}
		}
		before := sep.Bytes()
		if kept == 0 {
			before = lead.Bytes()
		}
		kept++
		if err := p.row(before, body); err != nil {
			return err
		}
		_, _ = p.write(before)
		_, _ = p.write(body)
	}
	if err := p.closed(sep.Bytes()); err != nil {
		return err
	}
	for _, row := range p.added {
		body, err := newObject(row)
		if err != nil {
			return err
		}
		switch {
		case kept == 0:
			_, _ = p.write(lead.Bytes())
		case gap.Len() > 0:
			_, _ = p.write(gap.Bytes())
		default: // one row so far: as it was led in
			_, _ = p.write(append([]byte(","), lead.Bytes()...))
		}
		kept++
		_, _ = p.write(body)
	}
	p.added = nil
	if kept > 0 || first {
		_, _ = p.write(sep.Bytes())
	}
	return p.Pass()
}
