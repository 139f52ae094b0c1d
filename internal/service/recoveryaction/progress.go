package recoveryaction

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// progress shows which replications have ended, failed or run, at each change.
type progress struct {
	clock clock.Clock
	done  string
	send  func(string)

	lock          sync.Mutex
	total         int
	ended, failed int
	running       []string
	began         map[string]time.Time
}

func newProgress(c clock.Clock, done string, send func(string)) *progress {
	return &progress{clock: c, done: done, send: send, began: map[string]time.Time{}}
}

// print shows a text.
func (p *progress) print(text string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.send(text)
}

// expect sets the total number.
func (p *progress) expect(total int) { p.total = total }

func (p *progress) begin(name string) {
	p.change(func() string {
		p.running, p.began[name] = append(p.running, name), p.clock.Now()
		return name + ": started."
	})
}

func (p *progress) end(name string) {
	p.change(func() string {
		p.ended++
		return fmt.Sprintf("%s: %s after %s.", name, p.done, p.leave(name))
	})
}

func (p *progress) fail(name, why string) {
	p.change(func() string {
		p.failed++
		return fmt.Sprintf("%s: failed after %s. %s", name, p.leave(name), why)
	})
}

// leave removes a name from those that run, and returns how long it has run.
func (p *progress) leave(name string) time.Duration {
	p.running = slices.DeleteFunc(p.running, func(one string) bool { return one == name })
	return p.clock.Now().Sub(p.began[name]).Round(time.Second)
}

// change shows a change and the counts after it.
func (p *progress) change(what func() string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	text := fmt.Sprintf("%s %d of %d ended, %d failed", what(), p.ended, p.total, p.failed)
	if len(p.running) > 0 {
		text += ", running: " + strings.Join(p.running, ", ")
	}
	p.send(text + ".")
}
