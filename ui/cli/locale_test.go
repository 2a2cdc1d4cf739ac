package cli

import "testing"

func TestUTF8Locale(t *testing.T) {
	for _, test := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false},
		{"", "", "C", false},
		{"", "", "POSIX", false},
		{"", "", "C.UTF-8", true},
		{"", "", "en_US.utf8", true},
		{"", "", "de_DE.UTF-8@euro", true},
		{"", "", "de_DE@euro", false},
		{"", "", "pl_PL.ISO-8859-2", false},
		{"", "", "pl_PL", false},
		{"", "UTF-8", "", true},
		{"", "pl_PL.ISO-8859-2", "en_US.UTF-8", false},
		{"C", "en_US.UTF-8", "en_US.UTF-8", false},
		{"C.UTF-8", "C", "C", true},
	} {
		t.Setenv("LC_ALL", test.all)
		t.Setenv("LC_CTYPE", test.ctype)
		t.Setenv("LANG", test.lang)
		if got := utf8Locale(); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}
