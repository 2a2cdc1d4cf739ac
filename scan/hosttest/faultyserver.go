package hosttest

import (
	"encoding/binary"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Op is an operation of the protocol (enum fuse_opcode in include/uapi/linux/fuse.h).
type Op uint32

const (
	OpLookup      Op = 1
	opForget      Op = 2
	OpGetattr     Op = 3
	OpOpen        Op = 14
	OpRead        Op = 15
	opStatfs      Op = 17
	opRelease     Op = 18
	opInit        Op = 26
	OpOpendir     Op = 27
	OpReaddir     Op = 28
	opReleasedir  Op = 29
	opInterrupt   Op = 36
	opBatchForget Op = 42
)

// Sizes of what the kernel sends and gets: fuse_in_header, fuse_out_header, and what is announced as the longest write.
const (
	inHeader  = 40
	outHeader = 16
	maxWrite  = 64 << 10
)

var native = binary.NativeEndian

// serve answers requests until the file system is unmounted.
func (f *Faulty) serve() {
	buf := make([]byte, maxWrite+4096)
	for {
		n, err := unix.Read(f.fd, buf)
		switch {
		case err == unix.EINTR, err == unix.ENOENT, err == unix.EAGAIN: // ENOENT: the request was interrupted
			continue
		case err != nil || n < inHeader: // ENODEV: unmounted
			return
		}
		op, unique, id := Op(native.Uint32(buf[4:])), native.Uint64(buf[8:]), native.Uint64(buf[16:])
		if op == opForget || op == opBatchForget || op == opInterrupt {
			continue // there is no answer to these
		}
		body, errno := f.answer(op, id, buf[inHeader:n])
		out := native.AppendUint32(nil, uint32(outHeader+len(body)))
		out = native.AppendUint32(out, uint32(-int32(errno)))
		out = append(native.AppendUint64(out, unique), body...)
		unix.Write(f.fd, out) // fails where nobody waits any more
	}
}

func (f *Faulty) answer(op Op, id uint64, in []byte) (body []byte, errno unix.Errno) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op == opInit {
		// The version 7.31 with no features: locks are the kernel's own then.
		return words(7, 31, maxWrite, 0, 0, maxWrite, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0
	}
	if id < 1 || id > uint64(len(f.nodes)) {
		return nil, unix.ESTALE
	}
	n := f.nodes[id-1]
	if op == OpLookup {
		entries := n.listable
		i := slices.IndexFunc(entries, func(e Dirent) bool { return e.Name == string(in[:len(in)-1]) })
		if i < 0 {
			return nil, unix.ENOENT
		}
		id = entries[i].Ino
		n = f.nodes[id-1]
	}
	if errno := n.Errors[op]; f.faulty && errno != 0 {
		f.faults[n]++
		return nil, errno
	}
	switch op {
	case OpLookup: // fuse_entry_out
		return slices.Concat(native.AppendUint64(nil, id), make([]byte, 32), f.attr(n, id)), 0
	case OpGetattr: // fuse_attr_out
		return append(words(0, 0, 0, 0), f.attr(n, id)...), 0
	case OpOpen:
		const directIO = 1 // nothing is cached, and the size does not count
		return words(0, 0, directIO, 0), 0
	case OpOpendir:
		return words(0, 0, 0, 0), 0
	case OpRead:
		return f.read(n, native.Uint64(in[8:]), native.Uint32(in[16:])), 0
	case OpReaddir:
		return f.list(n, native.Uint64(in[8:]), native.Uint32(in[16:])), 0
	case opStatfs:
		return make([]byte, 80), 0
	case opRelease, opReleasedir:
		return nil, 0
	}
	return nil, unix.ENOSYS
}

// attr is a fuse_attr.
func (f *Faulty) attr(n *Node, id uint64) []byte {
	a := Attr{Size: uint64(len(n.Text)), Mode: n.mode()}
	if f.faulty && n.Attr != nil {
		f.faults[n]++
		n.Attr(&a)
	}
	if f.faulty && n.ID != 0 {
		f.faults[n]++
		id = n.ID
	}
	written := uint64(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Unix())
	b := native.AppendUint64(nil, id)
	for _, v := range []uint64{a.Size, 0, written, written, written} {
		b = native.AppendUint64(b, v)
	}
	return append(b, words(0, 0, 0, a.Mode, 1, 0, 0, 0, 4096, 0)...)
}

func (f *Faulty) read(n *Node, offset uint64, size uint32) []byte {
	if f.faulty && n.Endless {
		f.faults[n]++
		return slices.Repeat([]byte{'1'}, int(size))
	}
	text := n.Text[min(offset, uint64(len(n.Text))):]
	return []byte(text[:min(int(size), len(text))])
}

// list is as many fuse_dirents as there is room for.
func (f *Faulty) list(n *Node, offset uint64, size uint32) (out []byte) {
	entries := n.listable[min(offset, uint64(len(n.listable))):]
	if f.faulty && n.Listing != nil {
		f.faults[n]++
		entries = n.Listing(offset)
	}
	for _, e := range entries {
		offset++
		b := native.AppendUint64(native.AppendUint64(nil, e.Ino), offset)
		b = append(append(b, words(uint32(len(e.Name)), e.Type)...), e.Name...)
		b = append(b, make([]byte, (8-len(b)%8)%8)...)
		if len(out)+len(b) > int(size) {
			break
		}
		out = append(out, b...)
	}
	return out
}

func words(values ...uint32) (b []byte) {
	for _, v := range values {
		b = native.AppendUint32(b, v)
	}
	return b
}
