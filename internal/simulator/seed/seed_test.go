package seed_test

import (
	"regexp"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestSeed_sameIDs(t *testing.T) {
	one, other := seed.New("drill"), seed.New("drill")
	a, b := one.UUID("a"), one.UUID("b")
	again := one.UUID("a")
	if b != other.UUID("b") || a != other.UUID("a") || again != other.UUID("a") {
		t.Error("the same seed makes other ids")
	}
	if a == b || a == again || a == seed.New("other").UUID("a") {
		t.Error("two ids are the same")
	}
	if !uuid.MatchString(a) {
		t.Errorf("%s is no UUID", a)
	}
}

func TestSeed_none(t *testing.T) {
	if one := seed.New("").UUID("a"); one == seed.New("").UUID("a") || !uuid.MatchString(one) {
		t.Errorf("%s is not random", one)
	}
}
