// Package report says what is known of data directories, and what it amounts to.
//
// [Evidence] is what was seen of one directory. [Classify] makes a [Verdict] of it, [Report.Explain]
// the sentences for people. [Line] is what programs read, and [Decode] reads it back. All of it is pure: nothing here
// asks the system, and the same evidence always gives the same words. Commands, paths and pidfile
// texts in it come from outside: [Escape] makes them safe to print.
package report
