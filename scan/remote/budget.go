package remote

import (
	"fmt"
	"sync/atomic"
)

// budget is how many bytes what all hosts together have told may take: see cost. The zero value has no limit.
type budget struct {
	most  int64 // 0 = no limit
	share int64 // of each host
	used  atomic.Int64
}

func newBudget(memory int64, hosts int) *budget {
	most := memory * budgetShare / 100
	return &budget{most: most, share: most / int64(max(hosts, 1))}
}

// allow reports whether a host that takes so many bytes may take more of them, and counts these then. Where
// all is used up, those go on that have less than their share: who tells too much must not make another one
// lost.
func (b *budget) allow(has, more int64) error {
	if b.most > 0 && more > 0 && has+more > b.share && b.used.Load()+more > b.most {
		return fmt.Errorf("more directories than there is room for in the memory that lockscope may use here: this host alone has %d MB", has>>20)
	}
	b.used.Add(more)
	return nil
}
