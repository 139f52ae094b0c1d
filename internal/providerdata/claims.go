package providerdata

import "sync"

// Claims notices when two resources of one plan want the same thing.
type Claims struct {
	lock     sync.Mutex
	applying bool
	repeats  bool
	holders  map[string]holder
}

type holder struct {
	owner   string
	leaving bool
}

// Begin tells whether the claims that follow belong to a plan or to an apply,
// which plans once more. Where one process does both in turn, as in "terraform
// test", what the one before wanted no longer counts: its marks were not kept.
func (c *Claims) Begin(applying bool) {
	if c == nil {
		return // the provider isn't configured
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.applying != applying {
		c.applying = applying
		clear(c.holders)
	}
}

// Repeats tells that the same things are planned again and again, as in the runs
// of a "terraform test": from now on only applies are held to what they claim.
func (c *Claims) Repeats() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.repeats = true
}

// Give makes the key the owner's, whoever planned for it: plans come and go with
// their marks, an object stays.
func (c *Claims) Give(key, owner string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.holders == nil {
		c.holders = map[string]holder{}
	}
	c.holders[key] = holder{owner: owner}
}

// Release gives the key up.
func (c *Claims) Release(key string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	delete(c.holders, key)
}

// Take reserves the key for the owner and tells whether nobody else wants it. A
// leaving owner is about to give the thing up: two of them don't disturb each
// other.
func (c *Claims) Take(key, owner string, leaving bool) bool {
	if c == nil {
		return true // the provider isn't configured
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.repeats && !c.applying {
		return true
	}
	held, taken := c.holders[key]
	if taken && held.owner != owner {
		return held.leaving && leaving
	}
	if c.holders == nil {
		c.holders = map[string]holder{}
	}
	c.holders[key] = holder{owner, leaving && (held.leaving || !taken)}
	return true
}
