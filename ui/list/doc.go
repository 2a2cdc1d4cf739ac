// Package list is the table without its looks: which directories are known, which of them are
// shown and in what order, where the cursor is and what is selected. It knows no terminal.
//
// A List takes the updates of a scan with Take, and shows what it took with Settle. In between
// the picture stands still, however long that is. The cursor and the selection belong to
// directories and not to places: whatever is found, sorted or filtered, they stay with them.
//
// A List is not for concurrent use.
package list
