// Package report says what is known of data directories, and what that means.
//
// [Evidence] is what was seen of one directory. [Classify] makes a [Verdict] of it, and
// [Report.Explain] the sentences for people. [Line] is what programs read, and [Decode] reads it
// back. All of that is pure: nothing here asks the system, and the same evidence always gives the
// same words.
//
// Commands, paths and the texts of pidfiles come from outside. Use [Escape] before printing them.
package report
