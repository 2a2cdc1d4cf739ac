package remote

import (
	"context"
	"testing"
	"time"

	"lockscope/scan/report"
)

// hung is a scan of this host that tells of one pass, and then nothing any more.
type hung struct{ Source }

func (hung) Once(context.Context, func(report.Update)) (report.Summary, error) {
	return report.Summary{}, nil
}

func (hung) Run(ctx context.Context, sink func(report.Update)) error {
	sink(report.Update{Summary: &report.Summary{}})
	<-ctx.Done()
	return ctx.Err()
}

// While the fleet tells summaries, whether this host is still looked at says its own scan alone.
func TestHeardHere(t *testing.T) {
	heard := 0
	f, err := New(Config{
		Targets: []Target{{Host: "web-01"}}, SSH: []string{"false"}, Here: hung{}, HereName: "here",
		HeardHere: func(report.Update) { heard++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(context.Background(), time.Minute)
	defer end()
	told := 0
	f.Run(ctx, func(u report.Update) {
		if u.Summary == nil {
			return
		}
		if told++; told == 3 {
			end()
		}
		f.merge.tick()
	})
	if heard != 1 || told < 3 {
		t.Errorf("this host was heard %d times, the fleet %d times", heard, told)
	}
}
