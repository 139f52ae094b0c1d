package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// events are the events of a run in which package a fails, b skips a test and c keeps running.
const events = `{"Action":"start","Package":"m/a"}
{"Action":"start","Package":"m/b"}
{"Action":"start","Package":"m/c"}
{"Action":"run","Package":"m/a","Test":"TestBad"}
{"Action":"output","Package":"m/a","Test":"TestBad","Output":"    a_test.go:7: got 1, want 2\n"}
{"Action":"fail","Package":"m/a","Test":"TestBad","Elapsed":3.5}
{"Action":"run","Package":"m/a","Test":"TestGood"}
{"Action":"run","Package":"m/a","Test":"TestGood/sub"}
{"Action":"pass","Package":"m/a","Test":"TestGood/sub","Elapsed":2}
{"Action":"output","Package":"m/a","Test":"TestGood","Output":"    a_test.go:9: a detail\n"}
{"Action":"pass","Package":"m/a","Test":"TestGood","Elapsed":0.5}
{"Action":"fail","Package":"m/a","Elapsed":4}
{"Action":"run","Package":"m/b","Test":"TestOld"}
{"Action":"output","Package":"m/b","Test":"TestOld","Output":"    b_test.go:3: this CLI lacks actions\n"}
{"Action":"output","Package":"m/b","Test":"TestOld","Output":"--- SKIP: TestOld (0.00s)\n"}
{"Action":"skip","Package":"m/b","Test":"TestOld","Elapsed":0}
{"Action":"pass","Package":"m/b","Elapsed":1}
{"Action":"run","Package":"m/c","Test":"TestLong"}
`

func TestReport(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	r := newReport(&out, false)
	readEvents(r, strings.NewReader(events))
	r.printRunning(time.Minute)
	r.printSummary()
	const want = `    a_test.go:7: got 1, want 2
fail m/a 4.0 s
pass m/b 1.0 s
     60 s: m/c runs 1 tests: TestLong
skipped 1: this CLI lacks actions
slowest tests:
    3.5 s  a TestBad
    2.0 s  a TestGood/sub
    0.0 s  b TestOld
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	file := filepath.Join(t.TempDir(), "skipped")
	if err := r.writeSkipped(file); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "m/b TestOld\n" {
		t.Errorf("skipped: %q, %v", got, err)
	}
}
