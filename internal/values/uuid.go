package values

import (
	"errors"
	"regexp"
	"strings"
)

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// UUID returns a UUID in lower case, without the prefix of a URN of Cloud Director,
// such as urn:vcloud:vm:.
func UUID(text string) (string, error) {
	id := strings.ToLower(text)
	if strings.HasPrefix(id, "urn:vcloud:") {
		id = id[strings.LastIndexByte(id, ':')+1:]
	}
	if !uuidForm.MatchString(id) {
		return "", errors.New("it must be a UUID such as 441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10, with or without a prefix such as urn:vcloud:vm")
	}
	return id, nil
}
