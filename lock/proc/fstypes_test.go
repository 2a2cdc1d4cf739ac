package proc

import (
	"testing"
)

func TestFSTypes(t *testing.T) {
	for fstype, want := range map[string]struct{ remote, pseudo, hangs, data bool }{
		"ext4":       {data: true},
		"tmpfs":      {data: true},
		"overlay":    {data: true},
		"nfs4":       {remote: true, hangs: true, data: true},
		"fuse.sshfs": {remote: true, hangs: true, data: true},
		"fuseblk":    {remote: true, hangs: true, data: true},
		"fusectl":    {pseudo: true},
		"proc":       {pseudo: true},
		"autofs":     {pseudo: true, hangs: true},
		"devtmpfs":   {},
	} {
		m := Mount{FSType: fstype}
		if m.Remote() != want.remote || m.Pseudo() != want.pseudo || m.MayHang() != want.hangs || m.MayHaveData() != want.data {
			t.Errorf("%s: remote %v, pseudo %v, may hang %v, may have data %v", fstype, m.Remote(), m.Pseudo(), m.MayHang(), m.MayHaveData())
		}
	}
}

func TestHidePID(t *testing.T) {
	for options, want := range map[string]string{
		"rw": "", "rw,hidepid=invisible": "invisible", "rw,gid=7,hidepid=2,subset=pid": "2", "rw,hidepid=0": "", "hidepid=off": "", "rw,xhidepid=2": "",
	} {
		if got := (Mount{FSType: "proc", Options: options}).HidePID(); got != want {
			t.Errorf("%s: %q, want %q", options, got, want)
		}
	}
}
