// Package cli is the command line: it reads the flags and the config file, chooses between the screen
// and the printed forms, and turns what happened into an exit status.
//
// What it says of errors goes to standard error, for people: one line each, escaped.
package cli
