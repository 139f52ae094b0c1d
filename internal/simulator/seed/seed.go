// Package seed makes the bytes of keys and ids: random ones, or with a seed the
// same in each run.
package seed

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// Source makes bytes. Its methods may be called from any goroutine.
type Source struct {
	seed string

	mu   sync.Mutex
	made map[string]int // how often, by name
}

// New makes a source; an empty seed stands for randomness.
func New(seed string) *Source {
	return &Source{seed: seed, made: map[string]int{}}
}

// Bytes returns the next bytes of a name. The order of different names does not matter.
func (s *Source) Bytes(name string) [32]byte {
	var b [32]byte
	if s.seed == "" {
		_, _ = rand.Read(b[:]) // never fails
		return b
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[name]++
	return sha256.Sum256(fmt.Appendf(nil, "%q %q %d", s.seed, name, s.made[name]))
}

// UUID returns the next UUID of a name.
func (s *Source) UUID(name string) string {
	b := s.Bytes(name)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
