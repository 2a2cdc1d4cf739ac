// Package cli is the command line: it reads the flags and the config file, chooses between the screen
// and the printed forms, and turns the result into an exit status.
//
// Errors go to standard error, for people: one line each, escaped.
package cli
