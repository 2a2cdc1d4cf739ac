package list

import (
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// term is one word of a filter.
type term struct {
	word  string // as it was typed
	field field
	not   bool  // it is for what does not match the rest
	any   []alt // one of these has to match
}

// alt is what one of the texts between | or commas stands for. What is set depends on the field.
type alt struct {
	text    string   // lower case, not empty, for the fields with text
	pattern *pattern // instead of a text
	classes show.Classes
	reasons report.Reasons
	pid     int
	age     time.Duration
	older   bool // than age; else younger
}

// field is where a term looks.
type field uint8

const (
	anywhere  field = iota // in the path, the state, the PIDs and the commands
	inPath                 // path:
	inState                // state: the beginning of one; also attention, healthy
	inPID                  // pid: the pidfile's, or a holder's
	inCommand              // cmd: of a holder, or of the process that the pidfile names
	inUser                 // user: of these processes
	inRoot                 // root: that it was found below
	inReason               // reason: the beginning of the code of one
	inAge                  // age: of the state, <10m or >2h
	inHost                 // host:
	fieldCount
)

var fieldNames = [fieldCount]string{"", "path", "state", "pid", "cmd", "user", "root", "reason", "age", "host"}

// hasText reports whether a term in the field is a text, which may be any, or a regular expression.
func (f field) hasText() bool {
	switch f {
	case inState, inPID, inReason, inAge:
		return false
	}
	return true
}

// fields is a set of fields.
type fields uint16

// These are the fields of a directory, of an entry of the log, and of a holder.
const (
	directoryFields fields = 1<<fieldCount - 1
	eventFields     fields = 1<<anywhere | 1<<inPath | 1<<inState | 1<<inPID | 1<<inCommand | 1<<inAge | 1<<inHost
	holderFields    fields = 1<<anywhere | 1<<inState | 1<<inPID | 1<<inCommand | 1<<inUser | 1<<inAge | 1<<inHost
)

func (fs fields) has(f field) bool { return fs&(1<<f) != 0 }

// String lists their names.
func (fs fields) String() string {
	var names []string
	for f := anywhere + 1; f < fieldCount; f++ {
		if fs.has(f) {
			names = append(names, fieldNames[f])
		}
	}
	return strings.Join(names, ", ")
}

// narrows reports whether a term matches nothing that another does not: where only texts became longer.
func (t *term) narrows(other *term) bool {
	if t.word == other.word {
		return true
	}
	if t.field != other.field || !t.field.hasText() || t.not || other.not || len(t.any) != len(other.any) {
		return false
	}
	for i := range t.any {
		now, before := &t.any[i], &other.any[i]
		if now.pattern != nil || before.pattern != nil || !strings.HasPrefix(now.text, before.text) {
			return false
		}
	}
	return true
}
