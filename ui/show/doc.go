// Package show is how facts look in words, the same wherever they are read: in the table on the
// screen and the printed one, in the detail, the log and the dialogs.
//
// Everything here is a function of the fact. A text comes escaped, unless it says otherwise, and
// with the role that it plays. Who draws it chooses where it stands and how a role looks there.
// All of it may be called from several goroutines.
package show
