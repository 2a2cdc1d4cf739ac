// Package doctor says how much of a host can be seen from here: what its kernel, namespaces, privileges and file
// systems allow, root by root, what is therefore not claimed, and what would help.
//
// [Examine] gathers the [Facts]. It scans each root as any watch does, and asks nothing of a daemon's lock that a
// scan would not. [Diagnose] is a pure function of the facts.
package doctor
