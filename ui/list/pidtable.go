package list

// pidTable finds holders by PID, and has them in order of PID. PIDs lie close together: a map takes several
// times as long.
type pidTable struct {
	pages []*[pidPage]*Holder
}

// at is the place of a PID, which is 0 to maxPID.
func (t *pidTable) at(pid int32) **Holder {
	page := int(pid) / pidPage
	for page >= len(t.pages) {
		t.pages = append(t.pages, make([]*[pidPage]*Holder, page+1-len(t.pages))...)
	}
	if t.pages[page] == nil {
		t.pages[page] = new([pidPage]*Holder)
	}
	return &t.pages[page][pid%pidPage]
}

// collect appends the holder at a place, if there is one and it still is one. Else it is forgotten.
func (t *pidTable) collect(all []*Holder, page, i int) []*Holder {
	switch {
	case page >= len(t.pages) || t.pages[page] == nil || t.pages[page][i] == nil:
		return all
	case t.pages[page][i].Directories == 0:
		t.pages[page][i] = nil
		return all
	}
	return append(all, t.pages[page][i])
}

// get is the holder with a PID, or nil.
func (t *pidTable) get(pid int) *Holder {
	if pid < 0 || pid/pidPage >= len(t.pages) || t.pages[pid/pidPage] == nil {
		return nil
	}
	return t.pages[pid/pidPage][pid%pidPage]
}
