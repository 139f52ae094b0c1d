package storware

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnum(t *testing.T) {
	tests := map[string]struct {
		text string
		want []Enum
		bad  bool
	}{
		"strings":        {`["PL","DE"]`, []Enum{"PL", "DE"}, false},
		"objects":        {`[{"name":"PL","description":"Polish"},{"name":"DE"}]`, []Enum{"PL", "DE"}, false},
		"mixed":          {`["PL",{"name":"DE"},null]`, []Enum{"PL", "DE", ""}, false},
		"unknown value":  {`["KLINGON"]`, []Enum{"KLINGON"}, false},
		"nameless":       {`[{}]`, []Enum{""}, false},
		"null name":      {`[{"name":null}]`, []Enum{""}, false},
		"number":         {`[1]`, nil, true},
		"list":           {`[["PL"]]`, nil, true},
		"name of number": {`[{"name":1}]`, nil, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []Enum
			err := json.Unmarshal([]byte(tt.text), &got)
			if (err != nil) != tt.bad {
				t.Fatalf("error %v, want one: %t", err, tt.bad)
			}
			if diff := cmp.Diff(tt.want, got); !tt.bad && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimestamp(t *testing.T) {
	tests := map[string]struct {
		text, want string
		bad        bool
	}{
		"time":    {`{"t":1451677502000}`, "2016-01-01T19:45:02Z", false},
		"before":  {`{"t":-1000}`, "1969-12-31T23:59:59Z", false},
		"zero":    {`{"t":0}`, "", false},
		"null":    {`{"t":null}`, "", false},
		"missing": {`{}`, "", false},
		"text":    {`{"t":"2016-01-01T19:45:02Z"}`, "", true},
		"object":  {`{"t":{}}`, "", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got struct {
				T Timestamp `json:"t"`
			}
			err := json.Unmarshal([]byte(tt.text), &got)
			if (err != nil) != tt.bad || got.T.RFC3339() != tt.want {
				t.Errorf("got %q, %v, want %q", got.T.RFC3339(), err, tt.want)
			}
		})
	}
}
