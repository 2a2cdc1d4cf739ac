package observe

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// The texts are what Linux 6.18 shows in mountinfo of the options in the comments.
func TestLayerPaths(t *testing.T) {
	for options, want := range map[string][]string{
		"rw": nil,
		"rw,lowerdir=/l1:/l2,upperdir=/u,workdir=/w":                                 {"/l1", "/l2", "/u"},
		"rw,lowerdir=lower:./lower2:../t/data,upperdir=./upper,workdir=work,uuid=on": {"lower", "./lower2", "../t/data", "./upper"},
		`rw,lowerdir=lower:lower2::data1::data2,redirect_dir=on,metacopy=on`:         {"lower", "lower2", "data1", "data2"},
		`rw,lowerdir=c\134:d:lower`:                                                  {"c:d", "lower"}, // c\:d:lower
		`rw,lowerdir=e\134\054f:lower`:                                               {"e,f", "lower"}, // e\,f:lower
		`rw,lowerdir=e\054f`:                                                         {"e,f"},          // by fsconfig(2): e,f
		`rw,lowerdir=g\040h:\011\012`:                                                {"g h", "\t\n"},
		`rw,lowerdir=i\134\134j:lower`:                                               {`i\j`, "lower"},         // i\\j:lower
		`rw,lowerdir=a\134\134:b`:                                                    {`a\`, "b"},              // a\\:b
		`rw,lowerdir+=lower,lowerdir+=c:d,datadir+=data`:                             {"lower", "c:d", "data"}, // one by one, as they are
		`rw,lowerdir+=i\134j,lowerdir+=e\054f::`:                                     {`i\j`, "e,f::"},         //
		`rw,upperdir=u\134:p`:                                                        {"u:p", `u\:p`},          // u\:p, or by descriptor
		`rw,upperdir=c:d,workdir=w`:                                                  {"c:d"},                  // not split
		`rw,upperdir=u\134\134p`:                                                     {`u\p`, `u\\p`},          //
		`rw,lowerdir=\134`:                                                           {`\`},                    //
		`rw,lowerdir=a\134`:                                                          {`a\`},                   //
		"rw,lowerdir=,upperdir=,lowerdir+=":                                          nil,                      //
		"rw,lowerdir=:::":                                                            nil,                      //
		"lowerdir,upperdir,=x,,lowerdir==":                                           {"="},                    //
		"rw,lowerdir=a=b:c=d":                                                        {"a=b", "c=d"},           //
		"rw,lowerdir=a:a,lowerdir+=a":                                                {"a"},                    //
		"rw,xlowerdir=/x,lowerdirx=/y,workdir=/z":                                    nil,                      //
		`rw,lowerdir=\303\244\000`:                                                   {"ä\x00"},                //
		`rw,lowerdir=\`:                                                              {`\`},                    // not written by the kernel
		"rw,lowerdir=" + strings.Repeat("a:", 500) + "b":                             {"a", "b"},               //
		"rw,lowerdir=.:..":                                                           {".", ".."},              //
	} {
		if got := layerPaths(options, true); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", options, got, want)
		}
	}
	// On a command line, nothing is octal.
	if got, want := layerPaths(`lowerdir=a\,b:c\:\101,upperdir=/u`, false), []string{"a,b", "c:101", "/u"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzLayerPaths(f *testing.F) {
	for _, s := range []string{`rw,lowerdir=c\134:d:lower,upperdir=/u`, `lowerdir+=a,datadir+=b\054`, `lowerdir=\`, "lowerdir=::", ",,="} {
		f.Add(s, "/a/b")
	}
	f.Fuzz(func(t *testing.T, options, name string) {
		for _, escaped := range []bool{true, false} {
			for _, p := range layerPaths(options, escaped) {
				if p == "" {
					t.Errorf("an empty path in %q", options)
				}
				ls := newLayers()
				ls.addTail(p, "/m")
				ls.find(proc.Place{Path: name}, name) // does not fail
				names := tailOf(p)
				if slices.Contains(names, "..") || slices.Contains(names, ".") || slices.Contains(names, "") {
					t.Errorf("the tail of %q is %q", p, names)
				}
				if _, ok := ls.find(proc.Place{Path: "/x/" + strings.Join(names, "/") + "/y"}, "/"); !ok {
					t.Errorf("what %q is the end of is not found", p)
				}
			}
		}
		// What the kernel would have been given is what comes out.
		if name != "" && !strings.Contains(name, "\x00") {
			written := strings.NewReplacer(`\`, `\\`, ":", `\:`, ",", `\,`).Replace(name)
			shown := strings.NewReplacer(`\`, `\134`, ",", `\054`, " ", `\040`, "\t", `\011`, "\n", `\012`).Replace(written)
			if got := layerPaths("rw,lowerdir="+shown, true); !slices.Equal(got, []string{name}) {
				t.Errorf("%q is read as %q", name, got)
			}
		}
	})
}

func TestLayersFind(t *testing.T) {
	sda, sdb := unix.Mkdev(8, 0), unix.Mkdev(8, 16)
	ls := newLayers()
	if !ls.none() {
		t.Error("there are some")
	}
	ls.add(proc.Place{Dev: sda, Path: "/data/upper"}, "/m1")
	ls.addTail("./a/upper", "/m2")
	ls.addTail("../x/../lower/", "/m3")
	ls.add(proc.Place{Dev: sdb, Path: "/"}, "/m4")
	for _, test := range []struct {
		place proc.Place
		name  string
		want  string
	}{
		{proc.Place{Dev: sda, Path: "/data/upper"}, "/data/upper", "/m1"},
		{proc.Place{Dev: sda, Path: "/data/upper/d/e"}, "/mnt/d/e", "/m1"},
		{proc.Place{Dev: sda, Path: "/data/upper2"}, "/data/upper2", ""},
		{proc.Place{Dev: sda, Path: "/data"}, "/data", ""},
		{proc.Place{Dev: 1, Path: "/data/upper"}, "/data/upper", ""},
		{proc.Place{Dev: 1, Path: "/srv/a/upper/x"}, "/srv/a/upper/x", "/m2"},
		{proc.Place{Dev: 1, Path: "/a/upper"}, "/a/upper", "/m2"},
		{proc.Place{Dev: 1, Path: "/upper/x"}, "/srv/a/upper/x", "/m2"}, // where a is a mount point
		{proc.Place{Dev: 1, Path: "/srv/a/upper/x"}, "/x", "/m2"},       // a bind mount
		{proc.Place{Dev: 1, Path: "/srv/aa/upper"}, "/srv/aa/upper", ""},
		{proc.Place{Dev: 1, Path: "/srv/a/b/upper"}, "/srv/a/b/upper", ""},
		{proc.Place{Dev: 1, Path: "/upper"}, "/upper", ""},
		{proc.Place{Dev: 1, Path: "/lower"}, "/lower", "/m3"},
		{proc.Place{Dev: sdb, Path: "/"}, "/disk", "/m4"},
		{proc.Place{Dev: sdb, Path: "/d"}, "/disk/d", "/m4"},
		{proc.Place{Path: "?"}, "", ""},
		{proc.Place{Path: "?"}, "(unreachable)/lower", "/m3"},
	} {
		if got, ok := ls.find(test.place, test.name); got != test.want || ok != (test.want != "") {
			t.Errorf("%+v, %s: %q, %v, want %q", test.place, test.name, got, ok, test.want)
		}
	}
	ls.addTail("..", "/m5") // which may be any
	if got, ok := ls.find(proc.Place{Dev: 1, Path: "/z"}, "/z"); got != "/m5" || !ok {
		t.Errorf("%q, %v", got, ok)
	}
}
