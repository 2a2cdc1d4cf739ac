package cli

import (
	"context"

	"lockscope/scan/doctor"
	"lockscope/ui"
	"lockscope/ui/print"
)

// runDoctor says what can be seen from here, and returns the exit status.
func runDoctor(ctx context.Context, s *settings, stdout, stderr *ui.Output) int {
	cfg := doctor.Config{Scan: s.scanConfig(0), Kept: s.kept}
	if !s.ReadOnly {
		cfg.Audit = s.auditLog()
	}
	facts, err := doctor.Examine(ctx, cfg)
	if err != nil {
		if sig, stopped := stoppedBy(ctx); stopped {
			printError(stderr, sig)
			return sig.status()
		}
		printError(stderr, err)
		return exitIncomplete
	}
	opt := s.printOptions()
	opt.Color, opt.Width = s.Color.enabled(isTerminal(stdout)), columnsOf(stdout)
	diagnosis := doctor.Diagnose(facts)
	if err := print.Doctor(stdout, s.output, facts, diagnosis, opt); err != nil {
		return writeFailed(stderr, err)
	}
	if diagnosis.Status() == doctor.Failed {
		return exitIncomplete
	}
	return exitOK
}
