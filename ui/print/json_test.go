package print

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"lockscope/scan/report"
)

type object = map[string]any

// decode reads a JSON text into maps, as a script would.
func decode(t *testing.T, text string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return o
}

func lines(t *testing.T, text string) (objects []object) {
	t.Helper()
	for line := range strings.Lines(text) {
		objects = append(objects, decode(t, line))
	}
	return objects
}

// The field names and values are those that scripts rely on.
func TestPrintNDJSONFields(t *testing.T) {
	r := inheritedLock()
	out := lines(t, printed(t, NDJSON, printOptions(), updateOf(r), summaryOf(r)))
	if len(out) != 2 {
		t.Fatalf("got %d lines", len(out))
	}
	want := decode(t, `{"type":"dir","path":"/srv/us/tenant-1180/data","root":"/srv","state":"orphaned",
		"reasons":["pid-gone","inherited-fd"],"observed":"2026-11-22T16:06:00Z","since":"2026-11-22T14:06:00Z",
		"lock":{"state":"held","source":"table","dev":"254:0","inode":10413990,"locker":4410,"fs":"ext4"},
		"pidfile":{"state":"named","pid":4410,"written":"2026-11-22T14:06:00Z","inode":10413991},
		"process":{"pid":4410,"state":"gone"},
		"holders":[{"pid":9377,"ns_pid":12,"command":"logrotate /etc/logrotate.conf","user":"root",
			"started":"2026-11-22T14:06:00Z","fd":7,"inherited":true,"deleted":false}]}`)
	summary, next := r.Explain()
	if summary != "" {
		want["summary"] = summary
	}
	if next != "" {
		want["next"] = next
	}
	if !reflect.DeepEqual(out[0], want) {
		t.Errorf("directory:\ngot  %v\nwant %v", out[0], want)
	}
	want = decode(t, `{"type":"summary","dirs":1,"errors":0,"seconds":0.412,"host":"web-07","states":{"split":0,
		"unguarded":0,"orphaned":1,"mismatch":0,"unnamed":0,"stale":0,"unknown":0,"held":0,"free":0}}`)
	if !reflect.DeepEqual(out[1], want) {
		t.Errorf("summary:\ngot  %v\nwant %v", out[1], want)
	}
}

func TestPrintNDJSONLeavesOutWhatNobodyLookedAt(t *testing.T) {
	for _, r := range assorted() {
		if r.Verdict.State != report.Unknown {
			continue
		}
		got := lines(t, printed(t, NDJSON, printOptions(), updateOf(r), summaryOf(r)))[0]
		for _, fact := range []string{"pidfile", "process", "holders", "from", "path_bytes"} {
			if _, there := got[fact]; there {
				t.Errorf("%s is there: %v", fact, got)
			}
		}
		if !reflect.DeepEqual(got["lock"], object{"state": "unknown"}) {
			t.Errorf("lock: %v", got["lock"])
		}
	}
}

func TestPrintNDJSONStream(t *testing.T) {
	var b bytes.Buffer
	p := New(&b, NDJSON, Options{States: []report.State{report.Stale, report.Unguarded}})
	next := func(u report.Update) []string {
		t.Helper()
		b.Reset()
		if err := p.Update(u); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range lines(t, b.String()) {
			text := o["type"].(string) + " " + o["path"].(string)
			for _, key := range []string{"from", "state", "error"} {
				if v, there := o[key]; there {
					text += " " + v.(string)
				}
			}
			got = append(got, text)
		}
		return got
	}
	expect := func(u report.Update, want ...string) {
		t.Helper()
		if got := next(u); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	denied := report.Update{Errors: []report.PathError{{Path: "/srv/no", Err: fs.ErrPermission}}}
	looking := reportAt("/srv/c", report.Stale)
	looking.Checking = true

	expect(updateOf(reportAt("/srv/b", report.Stale), reportAt("/srv/a", report.Held), looking), "dir /srv/b stale")
	expect(denied)
	b.Reset()
	if err := p.End(report.Summary{Dirs: 3, States: map[report.State]int{report.Stale: 1, report.Held: 1}, Checking: 1, Errors: 1}); err != nil {
		t.Fatal(err)
	}
	end := lines(t, b.String())
	if len(end) != 2 || end[0]["error"] != fs.ErrPermission.Error() || end[0]["path"] != "/srv/no" {
		t.Errorf("want the errors, then the summary: %v", end)
	}
	if states := end[len(end)-1]["states"].(object); states["held"] != 1.0 || end[1]["checking"] != 1.0 {
		t.Errorf("the summary does not count what is not shown: %v", end[1])
	}
	expect(denied, "error /srv/no permission denied")
	expect(updateOf(reportAt("/srv/c", report.Stale)), "dir /srv/c stale") // had its second look
	expect(updateOf(reportAt("/srv/b", report.Held)), "change /srv/b stale held")
	expect(updateOf(reportAt("/srv/b", report.Free)))
	expect(updateOf(reportAt("/srv/b", report.Unguarded)), "change /srv/b free unguarded")
	expect(report.Update{Gone: []string{"/srv/a", "/srv/b", "/srv/x"}}, "gone /srv/b")
	expect(updateOf(reportAt("/srv/b", report.Stale)), "dir /srv/b stale")
}

func TestPrintJSON(t *testing.T) {
	all := assorted()
	u := updateOf(all...)
	u.Errors = []report.PathError{{Path: "/srv/\xfe", Err: &fs.PathError{Op: "open", Path: "/srv/\xfe", Err: errors.New("no")}}}
	text := printed(t, JSON, printOptions(), u, summaryOf(all...))
	doc := decode(t, text)
	var states, paths []string
	for _, d := range doc["dirs"].([]any) {
		states = append(states, d.(object)["state"].(string))
		paths = append(paths, d.(object)["path"].(string))
	}
	if got, want := strings.Join(states, " "), "unguarded orphaned unnamed stale unknown held free free"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if paths[0] != "/srv/eu/\u202etxt\u0085" || paths[6] != "/srv" {
		t.Errorf("paths are not what they were: %q", paths)
	}
	stale := doc["dirs"].([]any)[3].(object)
	raw, err := base64.StdEncoding.DecodeString(stale["path_bytes"].(string))
	if err != nil || string(raw) != "/srv/a\n<b>&\xff\\" || stale["path"] != `/srv/a\n<b>&\xff\\` {
		t.Errorf("path %q, bytes %q, %v", stale["path"], raw, err)
	}
	problem := doc["errors"].([]any)[0].(object)
	if problem["path"] != `/srv/\xfe` || problem["path_bytes"] != "L3Nydi/+" || problem["error"] != `open /srv/\xfe: no` {
		t.Errorf("error: %v", problem)
	}
	if doc["host"] != "web-07" || doc["started"] != "2026-11-22T16:05:59Z" || !reflect.DeepEqual(doc["roots"], []any{"/srv"}) ||
		doc["summary"].(object)["dirs"] != 9.0 || doc["summary"].(object)["checking"] != 1.0 {
		t.Errorf("document: %v", doc)
	}
}

func TestPrintJSONOfNothing(t *testing.T) {
	doc := decode(t, printed(t, JSON, printOptions(), report.Update{}, report.Summary{}))
	for _, list := range []string{"dirs", "errors"} {
		if l, ok := doc[list].([]any); !ok || len(l) > 0 {
			t.Errorf("%s: %v, want an empty list", list, doc[list])
		}
	}
}

// Nothing that was found can reach the terminal raw, in any form.
func TestPrintNothingRaw(t *testing.T) {
	all := assorted()
	for _, f := range []Format{Table, JSON, NDJSON, Check} {
		opt := printOptions()
		opt.Roots = []string{"/srv/\x1b]0;\u202e\xff"}
		out := printed(t, f, opt, updateOf(all...), summaryOf(all...))
		for i, r := range out {
			if r != '\n' && !unicode.IsPrint(r) || r == utf8.RuneError {
				t.Errorf("%s: %q at %d: …%.40q", f, r, i, out[max(0, i-20):])
				break
			}
		}
	}
}
