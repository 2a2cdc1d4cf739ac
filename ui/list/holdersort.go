package list

import (
	"cmp"
	"slices"
	"strings"
)

// HolderColumn is what holders are sorted by.
type HolderColumn uint8

const (
	HolderWorst       HolderColumn = iota // the worst first, of these the one with the most directories
	HolderHost                            // where several hosts are watched
	HolderPID                             // the lowest first
	HolderDirectories                     // the most first
	HolderHandoffs                        // the most first
	HolderUser
	HolderStarted // the youngest first
	HolderCommand
	HolderColumns
)

// Sorted are the holders that match a filter, in an order. Equals are in order of host and PID.
func (hs *Holders) Sorted(f *Filter, by HolderColumn, reverse bool) []*Holder {
	var keys []holderKey
	equals := map[holderKey]*[]*Holder{} // most are equal to many others, and to the one before
	var last holderKey
	var rows *[]*Holder
	for _, h := range hs.all {
		if !f.Holder(h) {
			continue
		}
		if k := h.key(by); rows == nil || k != last {
			if rows = equals[k]; rows == nil {
				rows = new([]*Holder)
				equals[k] = rows
				keys = append(keys, k)
			}
			last = k
		}
		*rows = append(*rows, h)
	}
	slices.SortFunc(keys, func(a, b holderKey) int {
		return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
	})
	out := make([]*Holder, 0, len(hs.all))
	for _, k := range keys {
		out = append(out, *equals[k]...)
	}
	if reverse {
		slices.Reverse(out)
	}
	return out
}

// holderKey is what a holder is sorted by.
type holderKey struct {
	number uint64 // decides, unless equal
	text   string
}

func (h *Holder) key(by HolderColumn) (k holderKey) {
	switch by {
	case HolderWorst:
		k.number = uint64(h.Worst)<<32 | uint64(1<<32-1-h.Directories)
	case HolderHost:
		k.text = h.Host
		k.number = beginning(k.text)
	case HolderPID:
		if h.Host != "" { // else they are in this order already
			k.number = uint64(h.PID)
		}
	case HolderDirectories:
		k.number = uint64(1<<32 - 1 - h.Directories)
	case HolderHandoffs:
		k.number = uint64(1<<32 - 1 - h.Handoffs)
	case HolderStarted:
		k.number = ^uint64(h.Started().Unix())
	case HolderUser:
		k.text = h.User()
		k.number = beginning(k.text)
	case HolderCommand:
		k.text = h.Command()
		k.number = beginning(k.text)
	}
	return k
}
