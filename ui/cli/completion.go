package cli

import (
	"fmt"
	"strings"
)

// completionText is a program for a shell that completes the command line of lockscope.
func completionText(shell string) (string, error) {
	switch shell {
	case "bash":
		return bashCompletion(), nil
	case "zsh":
		return zshCompletion(), nil
	case "fish":
		return fishCompletion(), nil
	}
	return "", fmt.Errorf("completion: unknown shell %q (valid: bash, zsh, fish)", shell)
}

// eachFlag calls do with each flag.
func eachFlag(do func(f *flagDoc)) {
	for _, g := range flagGroups {
		for i := range g.flags {
			do(&g.flags[i])
		}
	}
}

// bashCompletion needs nothing but bash: no package bash-completion. In bash "=" ends a word
// (COMP_WORDBREAKS), so --output=json is three.
func bashCompletion() string {
	var names, cases strings.Builder
	eachFlag(func(f *flagDoc) {
		fmt.Fprintf(&names, " --%s", f.name)
		if f.value == "" {
			return
		}
		pattern := "--" + f.name
		if short := f.short(); short != "" {
			pattern = "-" + short + "|" + pattern
		}
		fmt.Fprintf(&cases, "\t%s) ", pattern)
		switch {
		case f.list:
			fmt.Fprintf(&cases, "_lockscope_list %q ;;\n", strings.Join(f.words, " "))
		case f.words != nil:
			fmt.Fprintf(&cases, "COMPREPLY=($(compgen -W %q -- \"$word\")) ;;\n", strings.Join(f.words, " "))
		case f.path == "file":
			cases.WriteString("_lockscope_paths -f ;;\n")
		default:
			cases.WriteString(";;\n")
		}
	})
	return `# bash completion for lockscope: source <(lockscope --completion bash)
_lockscope_list() {
	local done=
	[[ $word == *,* ]] && done=${word%,*},
	COMPREPLY=($(compgen -P "$done" -W "$1" -- "${word##*,}"))
}
_lockscope_paths() { # whose names may have spaces in them, and be globs
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
}
_lockscope() {
	local IFS=$' \t\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	if [[ $word == = ]]; then
		word=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	COMPREPLY=()
	case $before in
` + cases.String() + `	*)
		if [[ $word == -* ]]; then
			COMPREPLY=($(compgen -W "` + names.String()[1:] + `" -- "$word"))
		else
			_lockscope_paths -d
		fi ;;
	esac
}
complete -F _lockscope lockscope
`
}

// zshCompletion is a file for a directory in $fpath, and can be evaluated after compinit, too.
func zshCompletion() string {
	var b strings.Builder
	b.WriteString("#compdef lockscope\n# zsh completion: lockscope --completion zsh > DIR/_lockscope, with DIR in $fpath\n_lockscope() {\n\t_arguments -s -S \\\n")
	quote := strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`)
	eachFlag(func(f *flagDoc) {
		many := ""
		if f.name == "exclude" || f.name == "host" {
			many = "*"
		}
		text := "[" + quote.Replace(f.text) + "]"
		action := ""
		if f.value != "" {
			action = ":" + f.value + ":"
			switch words := strings.Join(f.words, " "); {
			case f.list:
				action += "_values -s , " + f.value + " " + words
			case words != "":
				action += "(" + words + ")"
			case f.path == "file":
				action += "_files"
			}
		}
		name := "--" + f.name
		if f.value != "" {
			name += "="
		}
		if short := f.short(); short != "" {
			if f.value != "" {
				short += "+"
			}
			fmt.Fprintf(&b, "\t\t%s{-%s,%s}'%s%s' \\\n", exclusive(f, many), short, name, text, action)
		} else {
			fmt.Fprintf(&b, "\t\t'%s%s%s%s' \\\n", many, name, text, action)
		}
	})
	b.WriteString("\t\t'*:root:_files -/'\n}\nif [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n\t_lockscope \"$@\"\nelse\n\tcompdef _lockscope lockscope\nfi\n")
	return b.String()
}

// exclusive says which other form of a flag is not offered beside it.
func exclusive(f *flagDoc, many string) string {
	if many != "" {
		return "'" + many + "'"
	}
	return fmt.Sprintf("'(-%s --%s)'", f.short(), f.name)
}

// fishCompletion is a file for ~/.config/fish/completions, or to be sourced.
func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# fish completion: lockscope --completion fish > ~/.config/fish/completions/lockscope.fish\n")
	b.WriteString("complete -c lockscope -f -a '(__fish_complete_directories)'\n")
	quote := strings.NewReplacer(`\`, `\\`, "'", `\'`)
	eachFlag(func(f *flagDoc) {
		fmt.Fprintf(&b, "complete -c lockscope -l %s", f.name)
		if short := f.short(); short != "" {
			b.WriteString(" -s " + short)
		}
		switch words := strings.Join(f.words, " "); {
		case f.list:
			fmt.Fprintf(&b, " -x -a '(__fish_complete_list , \"string split \\\" \\\" -- %s\")'", words)
		case words != "":
			fmt.Fprintf(&b, " -x -a '%s'", words)
		case f.path == "file":
			b.WriteString(" -r -F")
		case f.value != "":
			b.WriteString(" -x")
		}
		fmt.Fprintf(&b, " -d '%s'\n", quote.Replace(f.text))
	})
	return b.String()
}
