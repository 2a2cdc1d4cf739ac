// Package print writes what a scan found to a stream: as a table or a line for people, as JSON and as
// Prometheus metrics for programs. It knows no screen. Whatever came from outside is escaped, in every form.
//
// After the first write error the caller should stop: in what follows there would be a gap.
package print
