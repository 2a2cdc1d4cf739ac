package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// rootChecks are those of one root.
func (f *Facts) rootChecks(r *Root) []Check {
	if r.Err != nil {
		return []Check{r.failed(f)}
	}
	return []Check{r.foundCheck(), r.readCheck(f), r.locksCheck(f), r.layersCheck(), r.answersCheck(), r.watchedCheck(f)}
}

// on says which file system the root is on.
func (r *Root) on() string {
	if r.Mount.FSType == "" {
		return "a file system that is not known"
	}
	return r.Mount.FSType + ", mounted on " + r.Mount.Point
}

func (r *Root) failed(f *Facts) Check {
	c := Check{Name: "root", Status: Failed, Text: r.Err.Error(), NotClaimed: "anything of what is below it"}
	switch {
	case errors.Is(r.Err, report.ErrNoAnswer):
		c.Text += " from " + r.on()
		c.Remedy = "see to whoever serves that file system, or unmount it (umount -l); every program that looks there hangs"
	case errors.Is(r.Err, fs.ErrPermission):
		c.Remedy = "run as root, or with CAP_DAC_READ_SEARCH"
	case errors.Is(r.Err, fs.ErrNotExist):
		c.Remedy = "the right path, or the disk that should be mounted there"
		if f.OtherInit {
			c.Remedy += "; this mount namespace is not that of process 1"
		}
	case errors.Is(r.Err, unix.EMFILE):
		c.Remedy = moreFiles
	case errors.Is(r.Err, unix.ENOTDIR):
		c.Remedy = "the path of a directory"
	case errors.Is(r.Err, unix.EIO), errors.Is(r.Err, unix.ESTALE), errors.Is(r.Err, unix.ENOTCONN):
		c.Remedy = "see to the disk or the server behind it, and mount it anew: it is " + r.on()
	}
	return c
}

func (r *Root) foundCheck() Check {
	c := Check{Name: "root", Text: fmt.Sprintf("%s; %s in %.1fs", r.on(), counted(r.Dirs, "data directory", "data directories"), r.Took.Seconds())}
	if r.Dirs == 0 {
		c.Status, c.Text = Limited, r.on()+"; there is no data directory below it"
		c.Remedy = "the right path, or the disk that should be mounted there"
	}
	return c
}

func (r *Root) readCheck(f *Facts) Check {
	if r.ErrorCount == 0 {
		return Check{Name: "readable", Text: "every directory below it could be read"}
	}
	var texts []string
	for _, err := range r.Errors {
		texts = append(texts, err.Error())
	}
	c := Check{
		Name: "readable", Status: Limited, Text: counted(r.ErrorCount, "directory", "directories") + " could not be read: " + strings.Join(texts, "; "),
		NotClaimed: "that there is no data directory below these",
	}
	if r.ErrorCount > len(r.Errors) {
		c.Text += "; and others"
	}
	switch {
	case slices.ContainsFunc(r.Errors, func(err report.PathError) bool { return errors.Is(err, unix.EMFILE) }):
		c.Remedy = moreFiles
	case !f.readSearch():
		c.Remedy = "run as root, or with CAP_DAC_READ_SEARCH"
	}
	return c
}

// sourceWords say by which way the state of a lock was established.
var sourceWords = map[report.Source]string{
	report.SourceFdinfo: "by the descriptor of its holder", report.SourceLease: "by a lease",
	report.SourceTable: "by the kernel's table", report.SourceProbe: "by a flock",
}

// locksCheck says which way each lock was established.
func (r *Root) locksCheck(f *Facts) Check {
	var parts []string
	for _, source := range []report.Source{report.SourceFdinfo, report.SourceLease, report.SourceTable, report.SourceProbe} {
		if n := r.Established[source]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+sourceWords[source])
		}
	}
	if r.NoLock > 0 {
		parts = append(parts, strconv.Itoa(r.NoLock)+" without a lock file")
	}
	if r.Unknown > 0 {
		parts = append(parts, strconv.Itoa(r.Unknown)+" unknown ("+r.why()+")")
	}
	if r.Unsettled > 0 {
		parts = append(parts, strconv.Itoa(r.Unsettled)+" still being established")
	}
	c := f.waysCheck(r)
	if len(parts) > 0 {
		c.Text = strings.Join(parts, ", ") + ": " + c.Text
	}
	if r.Unseen+r.Unsettled > 0 {
		c.Status = Limited
		if c.NotClaimed == "" {
			c.NotClaimed = "anything of those that are unknown: each says why, and what would help"
		}
	}
	remedies := r.unknownRemedies(f)
	if c.Remedy != "" {
		remedies = slices.Insert(remedies, 0, c.Remedy)
	}
	c.Remedy = strings.Join(remedies, "; ")
	return c
}

// unknownRemedies are what would help where directories are unknown, apart from what other checks say.
func (r *Root) unknownRemedies(f *Facts) (remedies []string) {
	if r.Why[report.IOError] > 0 {
		remedies = append(remedies, "look what the kernel says of this file system: dmesg")
	}
	if r.Why[report.Permission] > 0 && !f.readSearch() {
		remedies = append(remedies, "run as root, or with CAP_DAC_READ_SEARCH")
	}
	return remedies
}

// why has the reasons for which directories are unknown, as codes, with how many have each.
func (r *Root) why() string {
	var codes []string
	for _, reason := range report.AllReasons.List() {
		if n := r.Why[reason]; n > 0 {
			codes = append(codes, fmt.Sprintf("%s %d", reason, n))
		}
	}
	return strings.Join(codes, ", ")
}

// waysCheck says which ways there are to establish a lock on the root's file system.
func (f *Facts) waysCheck(r *Root) Check {
	const unlessAtRest = "that a lock is free where something moved in the last 2s"
	c := Check{Name: "locks", Status: Limited}
	switch {
	case f.Probe == observe.ProbeNever:
		c.Text, c.Remedy = "neither a lease nor a flock is asked for (--probe=never)", "--probe=auto, which makes no daemon fail"
		c.NotClaimed = "that any lock is free"
	case f.Probe == observe.ProbeFlock:
		c.Text, c.Remedy = "a flock is asked for at once (--probe=flock): a daemon that starts in that microsecond fails", "--probe=auto"
	case r.Mount.Remote():
		c.Text = "no lease proves anything on " + r.Mount.FSType + ", so a flock is asked for where nothing moved for 2s"
		c.Remedy, c.NotClaimed = "run on the host that the files are on", unlessAtRest+", or anything of processes on other hosts"
	case f.LeasesOff, !f.anyLease() && r.Established[report.SourceProbe] > 0:
		c.Text, c.Remedy = "there is no lease to be had (see leases), so a flock is asked for where nothing moved for 2s", f.leaseCheck().Remedy
		c.NotClaimed = unlessAtRest
	case !f.anyLease():
		c.Status, c.Text = OK, "a lease is to be had on files of user "+f.Who()
	default:
		c.Status, c.Text = OK, "no flock is needed"
		if r.Established[report.SourceProbe] > 0 {
			c.Text = "a flock is asked for only where somebody has the file open and no lock on it is seen, and nothing moved for 2s"
		}
	}
	return c
}

func (r *Root) layersCheck() Check {
	c := Check{Name: "layers", Text: "it is in no layer of an overlay that is mounted"}
	if r.Overlay == "" && r.UnreadNS > 0 {
		c.Text += " where that can be seen; the mounts of " + counted(r.UnreadNS, "process or namespace", "processes or namespaces") + " cannot be read"
	}
	switch {
	case r.Overlay != "":
		c.Status, c.Remedy = Limited, "look at the merged directory, "+r.Overlay+", in the mount namespace that has it"
		c.Text = "it is, or may be, in a layer of the overlay on " + r.Overlay
		if r.InLayers > 0 {
			c.Text = counted(r.InLayers, "data directory is", "data directories are") + " in a layer of the overlay on " + r.Overlay
		}
		c.Text += ", where the same file has another lock"
		c.NotClaimed = "that a lock is free or stale there: it is unknown instead"
	case r.Mount.FSType == "overlay":
		c.Status, c.Text = Limited, "it is on an overlay: the files in its layers have locks of their own"
		c.NotClaimed = "anything of locks that are held through a layer"
	}
	return c
}

// answersCheck says whether the file systems answer.
func (r *Root) answersCheck() Check {
	c := Check{Name: "answers", Text: "every file system below it answers"}
	if len(r.MayHang) > 0 {
		c.Text += "; these may hang one day: " + strings.Join(r.MayHang[:min(len(r.MayHang), mostErrors)], ", ")
	}
	if len(r.MayHang) > mostErrors {
		c.Text += " and " + counted(len(r.MayHang)-mostErrors, "other", "others")
	}
	if r.Silent > 0 {
		c.Status, c.Text = Limited, counted(r.Silent, "directory", "directories")+" gave no answer in time"
		if len(r.MayHang) > 0 {
			c.Text += "; below the root are network or FUSE file systems: " + strings.Join(r.MayHang[:min(len(r.MayHang), mostErrors)], ", ")
		}
		c.Remedy = "see to whoever serves the file system that hangs, or unmount it (umount -l), or leave it out with --exclude"
		c.NotClaimed = "anything of what is there"
	}
	return c
}
