package doctor

import (
	"context"
	"errors"
	"time"

	"lockscope/lock"
	"lockscope/scan"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// root examines one root. The error is ctx's.
func (e *examiner) root(ctx context.Context, path string) error {
	r := Root{Path: path, Established: map[report.Source]int{}, Why: map[report.Reason]int{}}
	mounts := e.facts.Sight.Mounts
	r.Mount, _ = mounts.Find(path)
	found, err := e.scan(ctx, path)
	if err != nil {
		return err
	}
	found.into(&r)
	if r.Err == nil {
		e.place(&r)
	}
	e.facts.Roots = append(e.facts.Roots, r)
	return nil
}

// place finds out where a root is that could be looked at. Its path may lead through links.
func (e *examiner) place(r *Root) {
	type place struct {
		real, overlay string
		unread        int
	}
	names := e.cfg.Scan.Names.OrDefault()
	at, ok := pool.Call(e.calls, r.Path, func() (p place) {
		d, err := names.OpenDir(r.Path)
		if err != nil {
			return p
		}
		defer d.Close()
		p.real = d.RealPath()
		p.overlay, p.unread = e.session.Layer(d)
		return p
	})
	if !ok || at.real == "" {
		return
	}
	r.Mount, _ = e.facts.Sight.Mounts.Find(at.real)
	if at.overlay != "" {
		r.Overlay = at.overlay
	}
	r.UnreadNS = at.unread
	for _, m := range e.facts.Sight.Mounts.Below(at.real) {
		if m.MayHang() {
			r.MayHang = append(r.MayHang, m.Point)
		}
	}
}

// findings are what a scan of a root has found.
type findings struct {
	dirs    map[string]finding // by path
	errors  []report.PathError // of the last walk
	summary *report.Summary    // of the last pass
}

// finding is what counts of the report on one directory.
type finding struct {
	source   report.Source
	noLock   bool
	checking bool
	unknown  bool
	reasons  report.Reasons // of the verdict
	overlay  string
}

// scan watches a root until every verdict stands, as any watch begins. The error is ctx's.
func (e *examiner) scan(ctx context.Context, path string) (*findings, error) {
	cfg := e.cfg.Scan
	cfg.Roots, cfg.Stream, cfg.SummaryOnly = []string{path}, 0, false
	watch, stop := context.WithCancel(ctx)
	defer stop()
	f := &findings{dirs: map[string]finding{}}
	var late *time.Timer
	err := scan.New(cfg).Run(watch, func(u report.Update) {
		f.take(u)
		if u.Summary == nil {
			return
		}
		f.summary = u.Summary
		if late == nil {
			late = time.AfterFunc(settleWithin, stop)
		}
		if u.Summary.Checking == 0 {
			stop()
		}
	})
	if late != nil {
		late.Stop()
	}
	if ctx.Err() != nil {
		return nil, err
	}
	return f, nil
}

// take takes in an update. Each walk begins the list of errors anew.
func (f *findings) take(u report.Update) {
	f.errors = append(f.errors, u.Errors...)
	for _, c := range u.Changes {
		f.dirs[c.Report.Path] = findingOf(c.Report)
	}
	for _, path := range u.Gone {
		delete(f.dirs, path)
	}
}

func findingOf(r *report.Report) finding {
	ev := &r.Evidence
	return finding{
		source: ev.Source, noLock: ev.Lock.State == lock.LockMissing, checking: r.Checking, overlay: ev.OverlayMount,
		unknown: r.Verdict.State == report.Unknown, reasons: r.Verdict.Reasons,
	}
}

// count counts a directory that is unknown for these reasons.
func (r *Root) count(reasons report.Reasons) {
	r.Unknown++
	if reasons&fromHere != 0 {
		r.Unseen++
	}
	if reasons.Has(report.Timeout) {
		r.Silent++
	}
	for _, reason := range reasons.List() {
		r.Why[reason]++
	}
}

// fromHere are the reasons for which a directory is unknown that have to do with where this program runs, and not
// only with what is there.
var fromHere = report.Reasons(0).With(report.HolderNotVisible).With(report.Permission).With(report.IOError).
	With(report.Timeout).With(report.NotProbed).With(report.NotVisible)

// into counts what was found.
func (f *findings) into(r *Root) {
	seen := map[string]bool{}
	for _, err := range f.errors {
		if seen[err.Path] { // by several walks
			continue
		}
		seen[err.Path] = true
		if err.Root && err.Path == r.Path {
			r.Err = err.Err
		}
		r.ErrorCount++
		if errors.Is(err.Err, report.ErrNoAnswer) {
			r.Silent++
		}
		if len(r.Errors) < mostErrors {
			r.Errors = append(r.Errors, err)
		}
	}
	for _, d := range f.dirs {
		switch {
		case d.checking:
			r.Unsettled++
		case d.unknown:
			r.count(d.reasons)
		case d.noLock:
			r.NoLock++
		default:
			r.Established[d.source]++
		}
		if d.overlay != "" {
			r.InLayers++
			r.Overlay = d.overlay
		}
	}
	r.Dirs = len(f.dirs)
	if f.summary != nil {
		r.Took, r.Watched = f.summary.Duration, f.summary.Watched
	}
}
