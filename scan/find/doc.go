// Package find finds the data directories below the roots.
//
// It follows links at the roots and nowhere below: directories are opened from their parent's
// descriptor, so that a tenant who swaps one for a link leads nowhere. Every directory is opened by a
// job of a pool, since its file system may hang. What is looked at in a data directory is the caller's:
// see [Visitor].
package find
