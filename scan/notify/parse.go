package notify

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// event is one inotify_event (inotify(7)).
type event struct {
	wd     int32
	mask   uint32
	cookie uint32
	name   []byte // without the padding; part of the buffer that was parsed
}

// parseEvents calls tell for each event in what one read has returned. The kernel returns whole
// events only: what is left at the end of other bytes is not told, and whole is false.
func parseEvents(buf []byte, tell func(event)) (whole bool) {
	for len(buf) >= unix.SizeofInotifyEvent {
		size := binary.NativeEndian.Uint32(buf[12:])
		e := event{
			wd:     int32(binary.NativeEndian.Uint32(buf)),
			mask:   binary.NativeEndian.Uint32(buf[4:]),
			cookie: binary.NativeEndian.Uint32(buf[8:]),
		}
		buf = buf[unix.SizeofInotifyEvent:]
		if uint64(size) > uint64(len(buf)) {
			return false
		}
		e.name, _, _ = bytes.Cut(buf[:size], []byte{0})
		buf = buf[size:]
		tell(e)
	}
	return len(buf) == 0
}

// change is what an event says of an entry; 0 where it is of the directory itself.
func (e event) change() Change {
	switch {
	case e.mask&unix.IN_CREATE != 0:
		return Created
	case e.mask&unix.IN_DELETE != 0:
		return Deleted
	case e.mask&unix.IN_MOVED_FROM != 0:
		return MovedFrom
	case e.mask&unix.IN_MOVED_TO != 0:
		return MovedTo
	}
	return 0
}

func (e event) isDir() bool { return e.mask&unix.IN_ISDIR != 0 }
