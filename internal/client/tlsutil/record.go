package tlsutil

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"net"
	"sync"
	"time"
)

// recorder keeps what a server sends before a TLS 1.2 connection is encrypted.
type recorder struct {
	lock sync.Mutex
	sent []byte
}

// dial makes a connection that is recorded.
func (r *recorder) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return recordedConn{conn, r}, nil
}

type recordedConn struct {
	net.Conn
	recorder *recorder
}

func (c recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.recorder.lock.Lock()
	defer c.recorder.lock.Unlock()
	c.recorder.sent = append(c.recorder.sent, p[:n]...)
	return n, err
}

// Types of TLS records and messages (RFC 5246, 6.2.1 and 7.4).
const (
	handshakeRecord    = 22
	certificateMessage = 11
)

// certificate returns the first certificate of the Certificate message, or nil.
func (r *recorder) certificate() []byte {
	r.lock.Lock()
	defer r.lock.Unlock()
	sent := r.sent
	if bytes.HasPrefix(sent, []byte("HTTP/")) { // the response of a proxy to CONNECT
		_, sent, _ = bytes.Cut(sent, []byte("\r\n\r\n"))
	}
	var messages []byte
	for len(sent) >= 5 && sent[0] == handshakeRecord {
		var record []byte
		record, sent = split(sent[5:], int(binary.BigEndian.Uint16(sent[3:])))
		messages = append(messages, record...)
	}
	for len(messages) >= 4 {
		kind := messages[0]
		var message []byte
		message, messages = split(messages[4:], length24(messages[1:]))
		if kind == certificateMessage && len(message) >= 6 { // length of the list, length of the first
			der, _ := split(message[6:], length24(message[3:]))
			return der
		}
	}
	return nil
}

func length24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// split cuts b after n bytes, or at its end.
func split(b []byte, n int) (before, after []byte) {
	n = min(n, len(b))
	return b[:n], b[n:]
}

// ParseCertificate parses a certificate. If Go refuses to parse it, for a negative
// serial number for example, the result has only names, dates and serial number. It
// fails if these can't be read either.
func ParseCertificate(der []byte) (*x509.Certificate, error) {
	certificate, refused := x509.ParseCertificate(der)
	if refused == nil {
		return certificate, nil
	}
	certificate, err := parseNames(der)
	if err != nil {
		return nil, refused
	}
	return certificate, nil
}

// parseNames reads names, dates and serial number of a certificate. After an error
// the result has the bytes, and what could be read.
func parseNames(der []byte) (*x509.Certificate, error) {
	var parsed struct {
		Certificate struct {
			Version      int `asn1:"optional,explicit,default:0,tag:0"`
			SerialNumber *big.Int
			Algorithm    pkix.AlgorithmIdentifier
			Issuer       pkix.RDNSequence
			Validity     struct{ NotBefore, NotAfter time.Time }
			Subject      pkix.RDNSequence
		}
	}
	_, err := asn1.Unmarshal(der, &parsed)
	c := &x509.Certificate{Raw: der, SerialNumber: parsed.Certificate.SerialNumber, NotBefore: parsed.Certificate.Validity.NotBefore, NotAfter: parsed.Certificate.Validity.NotAfter}
	c.Issuer.FillFromRDNSequence(&parsed.Certificate.Issuer)
	c.Subject.FillFromRDNSequence(&parsed.Certificate.Subject)
	return c, err
}
