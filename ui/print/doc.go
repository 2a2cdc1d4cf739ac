// Package print writes what a scan found to a stream: as a table or a line for people, as JSON for
// programs. It knows no screen. Whatever came from outside is escaped, in every form.
//
// The first error of the stream ends the printing, for what follows would have a hole before it.
package print
