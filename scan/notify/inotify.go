package notify

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// entryEvents are those of a directory's entries, and of the directory itself. None of them is
// about what is done with a file, so the kernel does not even look for the parent's watch when a
// file is opened or written (fsnotify_inode_watches_children in include/linux/fsnotify_backend.h).
//
// IN_MASK_ADD is for a directory that is watched already. Without it the kernel clears the mask
// before it sets the same one again, and what happens in between makes no event
// (inotify_update_existing_watch in fs/notify/inotify/inotify_user.c).
const entryEvents = unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO |
	unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR | unix.IN_MASK_ADD

// watches are the directories that are watched.
type watches struct {
	marks    map[int32]*mark
	passed   int    // marks that no data directory needs
	arming   int    // calls of inotify_add_watch under way
	removals uint64 // calls of inotify_rm_watch so far

	halved time.Time // when the kernel had no more, and half was given back
	most   int       // marks that were left then: for a while there are no more
	load   load
}

func openInotify() (int, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return -1, os.NewSyscallError("inotify_init1", err)
	}
	return fd, nil
}

// Watch tells of the directory that fd is a descriptor of, which may be an O_PATH one, and may be
// closed afterwards. No path is resolved. Several watches of one directory are each told of
// everything that is for their kind. The key is for the caller.
//
// The error is a [*RefusedError], or os.ErrClosed. On a file system that hangs the call may not
// come back; nothing else waits for it.
func (s *Source) Watch(fd int, kind Kind, key any) (*Watch, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	if s.inotify < 0 {
		return nil, s.refuse(Unsupported, time.Time{}, s.inotifyErr)
	}
	path := "/proc/self/fd/" + strconv.Itoa(fd)
	dir, err := identify(fd)
	if err != nil {
		return nil, s.refuse(Failed, time.Time{}, &fs.PathError{Op: "statx", Path: path, Err: err})
	}
	began := time.Now()
	if err := s.reserve(dir, kind, began); err != nil {
		return nil, err
	}
	w, err := s.arm(path, dir, &Watch{Key: key, kind: kind})
	switch {
	case err == os.ErrClosed:
		return nil, err
	case err == unix.ENOSPC:
		return nil, s.refuse(NoSpace, s.giveHalfBack(began), err)
	case err != nil:
		return nil, s.refuse(reasonOf(err), time.Time{}, &fs.PathError{Op: "inotify_add_watch", Path: path, Err: err})
	}
	return w, nil
}

// arm has the kernel watch a directory. It does not hold the lock while it asks for that: the file
// system may hang. If another call has the kernel end a watch meanwhile, it may be this one, which
// was there before for another path. So it is asked for again: that does nothing where it is there.
func (s *Source) arm(path string, dir inode, w *Watch) (*Watch, error) {
	ws := &s.watches
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { ws.arming-- }()
	for {
		removals := ws.removals
		s.mu.Unlock()
		wd, err := s.addWatch(s.inotify, path)
		s.mu.Lock()
		switch {
		case err != nil:
			return nil, err
		case s.closed:
			return nil, os.ErrClosed
		case removals == ws.removals:
			m := ws.marks[wd]
			if m == nil {
				m = &mark{wd: wd, dir: dir}
				ws.marks[wd] = m
				ws.passed++
			}
			if w.kind == Data && !m.has(Data) {
				ws.passed--
			}
			m.add(w)
			return w, nil
		}
	}
}

// Unwatch ends a watch. The directory is watched further where it is for another one. What happened
// there and was not taken yet is not told.
func (s *Source) Unwatch(w *Watch) {
	if s.begin() != nil {
		return
	}
	defer s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ws := w.mark, &s.watches
	if m == nil {
		return
	}
	m.remove(w)
	if ws.marks[m.wd] != m {
		return // lost, and not yet taken
	}
	if w.kind == Data && !m.has(Data) {
		ws.passed++
	}
	if m.watches == nil {
		s.disarm(m)
	}
}

// disarm ends the kernel's watch. The caller holds mu.
func (s *Source) disarm(m *mark) {
	s.forget(m)
	s.watches.removals++
	unix.InotifyRmWatch(s.inotify, uint32(m.wd)) // an error means that the kernel has ended it
}

// forget lets go of a mark that is watched no more. The caller holds mu.
func (s *Source) forget(m *mark) {
	delete(s.watches.marks, m.wd)
	if !m.has(Data) {
		s.watches.passed--
	}
}

// lose ends a watch, and has that told. The caller holds mu.
func (s *Source) lose(m *mark, why Reason, now, until time.Time) {
	s.disarm(m)
	s.lost(m, why, now, until)
}

// lost has it told that a mark is watched no more. The caller holds mu.
func (s *Source) lost(m *mark, why Reason, now, until time.Time) {
	n := s.newsOf(m)
	n.lost, n.at, n.until = why, now, until
	s.stats.lost(why)
	s.tell()
}

func addWatch(inotify int, path string) (wd int32, err error) {
	err = eintr.Retry(func() error {
		n, err := unix.InotifyAddWatch(inotify, path, entryEvents)
		wd = int32(n)
		return err
	})
	return wd, err
}

// identify asks no server, nor anybody else who may hang: what a descriptor leads to never changes.
func identify(fd int) (inode, error) {
	var st unix.Statx_t
	err := eintr.Retry(func() error {
		return unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &st)
	})
	return inode{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}, err
}

// reasonOf says what an error of the system means for who asked.
func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return Budget
	case errors.Is(err, fs.ErrPermission):
		return Denied
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV):
		return Unsupported // no /proc, or no such call
	}
	return Failed
}
