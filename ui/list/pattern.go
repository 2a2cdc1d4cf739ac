package list

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a regular expression, for which the case of letters does not matter.
type pattern struct {
	folded   *regexp.Regexp
	plain    *regexp.Regexp // the same for texts in lower case, and several times as fast; nil if there is none
	literal  string         // in lower case: what a text must contain to match; "" if nothing is known
	anchored bool           // what is before a text matters
}

// parsePattern compiles an expression. One that is empty is not complete yet: then there is none.
func parsePattern(expression string) (p *pattern, problem string) {
	if expression == "" {
		return nil, ""
	}
	folded, err := regexp.Compile("(?i)" + expression)
	if err != nil {
		text := "no regular expression"
		if wrong := (*syntax.Error)(nil); errors.As(err, &wrong) {
			text += ": " + wrong.Code.String()
		}
		return nil, text
	}
	p = &pattern{folded: folded, anchored: strings.ContainsAny(expression, `^\`)}
	if strings.ToLower(expression) == expression { // so it has no \S either, which means the same, and no \pL, which would not
		p.plain = regexp.MustCompile(expression)
		if tree, err := syntax.Parse(expression, syntax.Perl); err == nil {
			p.literal = required(tree)
		}
	}
	return p, ""
}

// required is the longest text that everything which matches has in it, as far as can be told.
func required(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return string(re.Rune)
		}
	case syntax.OpConcat:
		longest := ""
		for _, sub := range re.Sub {
			if text := required(sub); len(text) > len(longest) {
				longest = text
			}
		}
		return longest
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	}
	return ""
}

// matches reports whether the pattern is in a text. With lower, that has no capitals.
func (p *pattern) matches(text string, lower bool) bool {
	if lower && p.plain != nil {
		return strings.Contains(text, p.literal) && p.plain.MatchString(text)
	}
	return p.folded.MatchString(text)
}
