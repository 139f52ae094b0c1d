// Package network connects clients and servers of one process in memory. In a synctest
// bubble, data takes no time to arrive, and the time of all waiting goroutines passes at
// once.
package network

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Network is a separate network. It is safe for concurrent use.
type Network struct {
	lock      sync.Mutex
	listeners map[string]*listener // by address
}

// New returns a network on which nothing listens.
func New() *Network { return &Network{listeners: map[string]*listener{}} }

// Listen listens at an address. Port 0 selects a free port.
func (n *Network) Listen(address string) (net.Listener, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if host, port, err := net.SplitHostPort(address); err == nil && port == "0" {
		address = fmt.Sprintf("%s:%d", host, len(n.listeners)+1)
	}
	if n.listeners[address] != nil {
		return nil, fmt.Errorf("the address %s is in use", address)
	}
	l := &listener{address: address, connections: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

// Dial connects to the listener at an address.
func (n *Network) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.lock.Lock()
	l := n.listeners[address]
	n.lock.Unlock()
	if l == nil {
		return nil, fmt.Errorf("nothing listens at %s", address)
	}
	client, server := net.Pipe()
	select {
	case l.connections <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

type listener struct {
	address     string
	connections chan net.Conn
	once        sync.Once
	closed      chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return l }

func (*listener) Network() string  { return "memory" }
func (l *listener) String() string { return l.address }
