package vcda_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

func TestWarningTexts(t *testing.T) {
	var task vcda.Task
	body := `{"warnings":["Mind the gap.",{"code":"Gap","msg":"Mind it.","args":[1],"stacktrace":"secret"},{"code":"Gap","msg":""},{"text":"other"},7,["a"]]}`
	if err := json.Unmarshal([]byte(body), &task); err != nil {
		t.Fatal(err)
	}
	want := []string{"Mind the gap.", "Gap: Mind it.", "Gap", `{"text":"other"}`, "7", `["a"]`}
	if got := task.WarningTexts(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
