#!/bin/sh
# dpkg calls it with a word, rpm with how many versions stay.
set -e
case "$1" in
remove | 0)
	if [ -d /run/systemd/system ]; then
		systemctl disable --now lockscope.service || true
	fi
	;;
esac
