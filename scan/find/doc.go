// Package find finds the data directories below the roots.
//
// [OpenRoots] opens the roots, and [Start] walks them. What a walk finds it hands to a [Visitor], which
// decides what is looked at in a data directory.
//
// Links are followed at the roots and nowhere below. Each directory is opened from the descriptor of its
// parent, or from that of the root, through no link, where the parent is not kept open. So a tenant who swaps
// a directory for a link leads the walk nowhere. All this is done by jobs of a pool, since a file system
// may hang.
package find
