package input

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
