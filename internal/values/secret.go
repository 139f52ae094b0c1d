package values

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// bearer is what some tools put in front of a token.
const bearer = "bearer "

// Token returns a token, cookie or session id without what copying adds: white
// space around it and the word Bearer. It refuses a text that no header can carry.
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

// SAMLToken returns a SAML token without white space around it. What is inside is
// signed and stays. It refuses a text that is no XML.
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

// Credential returns a user name or a password as it is. It refuses one with a
// line break at its end, which comes from a file or a command rather than from
// somebody who set it; sent as it is, it would count as a failed login.
func Credential(text string) (string, error) {
	if text != strings.TrimRight(text, "\r\n") {
		return "", errors.New("it ends in a line break, which is not part of it: use trimspace() or chomp()")
	}
	if text == "" {
		return "", errors.New("it is empty")
	}
	return text, nil
}

// CloudUser is Credential for a user of Cloud Director, who is named with the
// organization.
func CloudUser(text string) (string, error) {
	if at := strings.LastIndex(text, "@"); at < 1 || at == len(text)-1 {
		return "", errors.New("a user of Cloud Director is written with the organization, such as administrator@System")
	}
	return Credential(text)
}
