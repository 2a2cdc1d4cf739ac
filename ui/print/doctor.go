package print

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"lockscope/scan/doctor"
	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Doctor prints a diagnosis: for people, or with JSON as one document. The error is that of the stream.
func Doctor(w io.Writer, f Format, facts *doctor.Facts, d *doctor.Diagnosis, opt Options) error {
	out := bufio.NewWriter(w)
	if f == JSON {
		out.Write(doctorJSON(facts, d, opt))
	} else {
		p := doctorText{out: out, opt: opt, width: doctorWidth}
		if opt.Width > 0 {
			p.width = min(opt.Width, doctorWidth)
		}
		p.print(facts, d)
	}
	return out.Flush()
}

// doctorRoles are how the words for what came of a check look.
var doctorRoles = [...]show.Role{doctor.OK: show.Good, doctor.Limited: show.Warning, doctor.Failed: show.Problem}

// doctorText prints a diagnosis for people.
type doctorText struct {
	out   *bufio.Writer
	opt   Options
	width int
}

func (p *doctorText) print(facts *doctor.Facts, d *doctor.Diagnosis) {
	p.lines("", p.opt.escape(fmt.Sprintf("lockscope %s on %s, Linux %s, as %s", p.opt.Version, p.opt.Host, facts.Kernel, facts.Who())))
	p.out.WriteString("\n" + p.role(show.Strong, "This host") + "\n")
	for i := range d.Host {
		p.check(&d.Host[i])
	}
	for _, r := range d.Roots {
		p.out.WriteByte('\n')
		for _, line := range show.Wrap(p.opt.escape(r.Path), p.width) {
			p.out.WriteString(p.role(show.Strong, line) + "\n")
		}
		for i := range r.Checks {
			p.check(&r.Checks[i])
		}
	}
	n := d.Counts()
	fmt.Fprintf(p.out, "\n%d ok, %d limited, %d failed\n", n[doctor.OK], n[doctor.Limited], n[doctor.Failed])
}

// check prints one: its status and its name, and to the right of them or, where there is little room, below them
// the texts.
func (p *doctorText) check(c *doctor.Check) {
	status := c.Status.String()
	head := "  " + p.role(doctorRoles[c.Status], status) + strings.Repeat(" ", doctorStatus-len(status)) + c.Name
	indent := strings.Repeat(" ", doctorIndent)
	if p.width < doctorNarrow {
		p.out.WriteString(head + "\n")
		head, indent = "    ", "    "
	} else {
		head += strings.Repeat(" ", doctorIndent-2-doctorStatus-len(c.Name))
	}
	for _, line := range show.Wrap(p.opt.escape(c.Text), p.width-len(indent)) {
		p.out.WriteString(head + line + "\n")
		head = indent
	}
	if c.Remedy != "" {
		p.lines(indent, "remedy: "+p.opt.escape(c.Remedy))
	}
	if c.NotClaimed != "" {
		p.lines(indent, "not claimed: "+p.opt.escape(c.NotClaimed))
	}
}

func (p *doctorText) lines(indent, text string) {
	for _, line := range show.Wrap(text, p.width-len(indent)) {
		p.out.WriteString(indent + line + "\n")
	}
}

func (p *doctorText) role(r show.Role, text string) string {
	if !p.opt.Color {
		return text
	}
	return r.Render(text)
}

// The objects of a diagnosis in JSON.
type (
	doctorDocument struct {
		Host    string        `json:"host"`
		Version string        `json:"version"`
		Kernel  string        `json:"kernel"`
		User    string        `json:"user"`
		Status  doctor.Status `json:"status"`
		Checks  []doctorCheck `json:"checks"`
		Roots   []doctorRoot  `json:"roots"`
	}
	doctorCheck struct {
		Check      string        `json:"check"`
		Status     doctor.Status `json:"status"`
		Text       string        `json:"text"`
		Remedy     string        `json:"remedy,omitempty"`
		NotClaimed string        `json:"not_claimed,omitempty"`
	}
	doctorRoot struct {
		Path      string         `json:"path"`
		PathBytes []byte         `json:"path_bytes,omitempty"`
		FS        string         `json:"fs,omitempty"`
		Mount     string         `json:"mount,omitempty"`
		Dirs      int            `json:"dirs"`
		Locks     map[string]int `json:"locks"` // how many were established which way
		Seconds   float64        `json:"seconds,omitempty"`
		Checks    []doctorCheck  `json:"checks"`
	}
)

func doctorJSON(facts *doctor.Facts, d *doctor.Diagnosis, opt Options) []byte {
	doc := doctorDocument{
		Host: opt.Host, Version: opt.Version, Kernel: facts.Kernel, User: facts.Who(), Status: d.Status(),
		Checks: doctorChecks(d.Host), Roots: []doctorRoot{},
	}
	for i, r := range d.Roots {
		f := &facts.Roots[i]
		root := doctorRoot{FS: f.Mount.FSType, Dirs: f.Dirs, Locks: map[string]int{}, Seconds: f.Took.Seconds(), Checks: doctorChecks(r.Checks)}
		root.Path, root.PathBytes = report.JSONText(r.Path)
		root.Mount, _ = report.JSONText(f.Mount.Point)
		for source, n := range f.Established {
			root.Locks[source.String()] = n
		}
		doc.Roots = append(doc.Roots, root)
	}
	return append(report.EncodeJSON(doc), '\n')
}

func doctorChecks(checks []doctor.Check) (out []doctorCheck) {
	for _, c := range checks {
		j := doctorCheck{Check: c.Name, Status: c.Status}
		j.Text, _ = report.JSONText(c.Text)
		j.Remedy, _ = report.JSONText(c.Remedy)
		j.NotClaimed, _ = report.JSONText(c.NotClaimed)
		out = append(out, j)
	}
	return out
}
