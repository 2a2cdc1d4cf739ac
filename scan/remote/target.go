package remote

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

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
			return Target{}, fmt.Errorf("host %q: %q is no name of a user", s, t.User)
		}
	}
	host, port, err := net.SplitHostPort(t.Host)
	switch {
	case err == nil:
		t.Host = host
		if t.Port, err = strconv.Atoi(port); err != nil || t.Port < 1 || t.Port > 65535 {
			return Target{}, fmt.Errorf("host %q: %q is no port", s, port)
		}
	case strings.HasPrefix(t.Host, "[") && strings.HasSuffix(t.Host, "]"):
		t.Host = t.Host[1 : len(t.Host)-1]
	}
	if t.Host == "" || t.Host[0] == '-' || t.Host[0] == '.' || strings.ContainsFunc(t.Host, notInHost) {
		return Target{}, fmt.Errorf("host %q is no name of a host", s)
	}
	if strings.ContainsAny(t.Host, ":%") {
		if _, err := netip.ParseAddr(t.Host); err != nil {
			return Target{}, fmt.Errorf("host %q is no address", s)
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

// ReadHosts reads a file that names a host in each line. What follows a # is a comment.
func ReadHosts(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hosts, err := parseHosts(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return hosts, nil
}

func parseHosts(r io.Reader) (hosts []string, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		if len(words) > 1 {
			return nil, fmt.Errorf("line %d has more than one word: %q", n, line)
		}
		hosts = append(hosts, words...)
	}
	return hosts, lines.Err()
}
