package vcda

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// SSOToken logs in with a SAML token. A bearer token needs no signature. A
// holder-of-key token needs the PrivateKey (PEM, RSA) of the certificate in the
// assertion, or a ready-made Signature with its Timestamp (milliseconds since the
// epoch) and Nonce, which is valid for one login only. Principal is optional.
//
// The API does not document the signed bytes. They are assumed to be token, decimal
// timestamp and nonce, joined without separators, in UTF-8.
type SSOToken struct {
	SAMLToken, PrivateKey, Signature, Nonce, Principal string
	Timestamp                                          int64
}

// Kind returns the name of the type in the provider block.
func (SSOToken) Kind() string { return "sso_token" }

// Traits returns how the type behaves.
func (l SSOToken) Traits() session.Traits {
	return session.Traits{
		SingleUse: l.Signature != "",
		Hint:      "Another likely cause is this machine's clock. A nonce is valid for one login only.",
	}
}

type ssoTokenRequest struct {
	Type      string `json:"type"`
	SAMLToken string `json:"samlToken"`
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature,omitempty"`
	Principal string `json:"principal,omitempty"`
}

func (l SSOToken) logIn(ctx context.Context, c *Client) (string, error) {
	body, err := l.body(c.clock.Now())
	if err != nil {
		return "", err
	}
	return c.requestLogin(ctx, body, l.SAMLToken, l.PrivateKey, body.Signature)
}

// body returns the request with the ready-made signature, or with a fresh timestamp
// and nonce, signed if there is a key.
func (l SSOToken) body(now time.Time) (body ssoTokenRequest, err error) {
	body = ssoTokenRequest{
		Type: "ssoToken", SAMLToken: l.SAMLToken, Timestamp: l.Timestamp,
		Nonce: l.Nonce, Signature: l.Signature, Principal: l.Principal,
	}
	if l.Signature != "" {
		return body, nil
	}
	body.Timestamp, body.Nonce = now.UnixMilli(), rand.Text()
	if l.PrivateKey != "" {
		body.Signature, err = l.sign(body.Timestamp, body.Nonce)
	}
	return body, err
}

func (l SSOToken) sign(timestamp int64, nonce string) (string, error) {
	key, err := values.PrivateKey(l.PrivateKey)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(l.SAMLToken + strconv.FormatInt(timestamp, 10) + nonce))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign the SAML token: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}
