package values

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// bearer is the prefix that some tools print before a token.
const bearer = "bearer "

// Token returns a token, cookie or session id without surrounding white space and
// the word Bearer. It refuses a text that a header can't hold.
func Token(text string) (string, error) {
	token := trim(text)
	for len(token) >= len(bearer) && strings.EqualFold(token[:len(bearer)], bearer) {
		token = trim(token[len(bearer):])
	}
	if token == "" || strings.EqualFold(token, strings.TrimSpace(bearer)) {
		return "", errors.New("it is empty")
	}
	for i, r := range []rune(token) {
		if unicode.IsControl(r) || isInvisible(r) {
			return "", fmt.Errorf("character %d is %U, which no token has", i+1, r)
		}
	}
	return token, nil
}

// SAMLToken returns a SAML token without surrounding white space. The rest is
// signed and does not change. It refuses a text that is no XML.
func SAMLToken(text string) (string, error) {
	if text = trim(text); text == "" {
		return "", errors.New("it is empty")
	}
	for i, r := range []rune(text) {
		if r < ' ' && !unicode.IsSpace(r) {
			return "", fmt.Errorf("character %d is %U, which no XML has", i+1, r)
		}
	}
	return text, nil
}

// Credential returns a user name or a password unchanged. It refuses a line break
// at the end, which a file or a command has added: the login would fail.
func Credential(text string) (string, error) {
	if text != strings.TrimRight(text, "\r\n") {
		return "", errors.New("it ends in a line break, which is not part of it: use trimspace() or chomp()")
	}
	if text == "" {
		return "", errors.New("it is empty")
	}
	return text, nil
}

// CloudUser is Credential for a user of Cloud Director, whose name includes the
// organization.
func CloudUser(text string) (string, error) {
	if at := strings.LastIndex(text, "@"); at < 1 || at == len(text)-1 {
		return "", errors.New("a user of Cloud Director is written with the organization, such as administrator@System")
	}
	return Credential(text)
}
