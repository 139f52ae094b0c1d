package providerdata

import "sync"

// PreviousPassword decides when to warn that the appliance still accepts the
// previous root password: not if a resource of this provider block changes it.
type PreviousPassword struct {
	Warn func()

	lock     sync.Mutex
	used     bool
	awaited  bool // a resource has the password, and its plan is not known yet
	changing bool
}

// Used is called when the appliance refuses the password and accepts the previous one.
func (p *PreviousPassword) Used() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.used = true
	p.warn()
}

// Await delays the warning until Planned is called.
func (p *PreviousPassword) Await() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.awaited = true
}

// Planned records whether the plan of a resource changes the password.
func (p *PreviousPassword) Planned(changes bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.awaited, p.changing = false, changes
	p.warn()
}

func (p *PreviousPassword) warn() {
	if p.used && !p.awaited && !p.changing {
		p.used = false // once
		p.Warn()
	}
}
