package remote

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// ThisHost stands for this host among those that are named: no host can have such a name.
const ThisHost = "."

// Target is a host to watch, as the user names it.
type Target struct {
	User string // empty: as ssh decides
	Host string // a name, an address, or an alias in the configuration of ssh
	Port int    // 0: as ssh decides
}

// ParseTarget reads user@host:port, of which user and port may be missing. An address of IPv6 with a port is
// in brackets. Whatever ssh, or a shell that it starts, could take for something else than a name is refused:
// ssh itself puts the name into commands such as ProxyCommand.
func ParseTarget(s string) (Target, error) {
	t := Target{Host: s}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		t.User, t.Host = s[:i], s[i+1:]
		if t.User == "" || t.User[0] == '-' || strings.ContainsFunc(t.User, notInName) {
			return Target{}, fmt.Errorf("host %.80q: %.80q is no name of a user", s, t.User)
		}
	}
	host, port, err := net.SplitHostPort(t.Host)
	switch {
	case err == nil:
		t.Host = host
		if t.Port, err = strconv.Atoi(port); err != nil || t.Port < 1 || t.Port > 65535 {
			return Target{}, fmt.Errorf("host %.80q: %.80q is no port", s, port)
		}
	case strings.HasPrefix(t.Host, "[") && strings.HasSuffix(t.Host, "]"):
		t.Host = t.Host[1 : len(t.Host)-1]
	}
	if t.Host == "" || t.Host[0] == '-' || t.Host[0] == '.' || strings.ContainsFunc(t.Host, notInHost) {
		return Target{}, fmt.Errorf("host %.80q is no name of a host", s)
	}
	if strings.ContainsAny(t.Host, ":%") {
		if _, err := netip.ParseAddr(t.Host); err != nil {
			return Target{}, fmt.Errorf("host %.80q is no address", s)
		}
	}
	return t, nil
}

// notInName is for what neither a shell, nor a terminal, nor ssh takes for anything but a part of a name.
func notInName(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-+", r))
}

// notInHost allows the characters of an IPv6 address with a zone, too.
func notInHost(r rune) bool { return notInName(r) && r != ':' && r != '%' }

// Name is what the host is called on the screen and in JSON.
func (t Target) Name() string {
	switch {
	case t.Port == 0:
		return t.Host
	default:
		return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
	}
}

// String is the target as ParseTarget reads it.
func (t Target) String() string {
	if t.User == "" {
		return t.Name()
	}
	return t.User + "@" + t.Name()
}

// args are the arguments for ssh that say where to go.
func (t Target) args() []string {
	var args []string
	if t.Port != 0 {
		args = append(args, "-p", strconv.Itoa(t.Port))
	}
	if t.User != "" {
		args = append(args, "-l", t.User)
	}
	return append(args, "--", t.Host)
}

// ParseHosts reads the text of a file that names a host in each line, or "." for this one. What follows a # is a
// comment. An error begins with the number of its line.
func ParseHosts(text []byte) (hosts []string, err error) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line, _, _ = bytes.Cut(line, []byte("#"))
		words := strings.Fields(string(line))
		switch {
		case len(words) == 0:
			continue
		case len(words) > 1:
			return nil, fmt.Errorf("%d: more than one word: %.80q", n, bytes.TrimSpace(line))
		}
		if words[0] != ThisHost {
			if _, err := ParseTarget(words[0]); err != nil {
				return nil, fmt.Errorf("%d: %w", n, err)
			}
		}
		hosts = append(hosts, words[0])
	}
	return hosts, nil
}
