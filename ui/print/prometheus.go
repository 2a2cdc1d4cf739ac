package print

import (
	"bufio"

	"github.com/prometheus/common/expfmt"

	"lockscope/scan/report"
)

// prometheusPrinter prints metrics at the end, in the text format that node_exporter's textfile collector reads.
type prometheusPrinter struct {
	out     *bufio.Writer
	metrics *Metrics
}

func (p *prometheusPrinter) Update(u report.Update) error {
	p.metrics.Update(u)
	return nil
}

func (p *prometheusPrinter) End(s report.Summary) error {
	p.metrics.Update(report.Update{Summary: &s})
	families, err := p.metrics.registry.Gather()
	if err != nil {
		return err
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(p.out, f); err != nil {
			return err
		}
	}
	return p.out.Flush()
}
