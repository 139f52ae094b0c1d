package vcenter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

// reply is the result of a handler. A nil value is void.
type reply struct {
	value     any
	id        string // of the session just opened
	noSession bool   // the null of currentSession
}

// response is an encoded reply.
type response struct {
	status int
	header http.Header
	body   []byte
}

func (s *Server) encode(r reply) response {
	switch {
	case r.noSession && s.options.NoSession == NoSessionNull:
		return jsonResponse(http.StatusOK, nil)
	case r.noSession && s.options.NoSession == NoSessionEmpty:
		return response{status: http.StatusOK}
	case r.value == nil:
		return response{status: http.StatusNoContent}
	}
	out := response{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: vimJSON(r.value)}
	if r.id == "" {
		return out
	}
	switch s.options.TokenLocation {
	case TokenHeader:
		out.header.Set(sessionHeader, r.id)
	case TokenCookie:
		out.header.Set("Set-Cookie", sessionCookie+`="`+r.id+`"; Path=/; HttpOnly; Secure`)
	case TokenNowhere:
	}
	return out
}

// vimJSON encodes as vCenter does: with type names, except for strings.
func vimJSON(value any) []byte {
	if body, ok := value.(verbatim); ok {
		return body
	}
	if text, ok := value.(string); ok {
		return jsonResponse(http.StatusOK, text).body
	}
	var out bytes.Buffer
	if err := types.NewJSONEncoder(&out).Encode(value); err != nil {
		panic(err) // every value is one of govmomi's types
	}
	return out.Bytes()
}

func jsonResponse(status int, value any) response {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // every value is made of plain values
	}
	return response{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body}
}

func plain(status int, text string) response {
	return response{status: status, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, body: []byte(text)}
}

// violation refuses a request that breaks the API.
func (s *Server) violation(r *http.Request, status int, kind string) response {
	s.recordViolation(r, kind)
	return jsonResponse(status, map[string]any{"error_type": kind, "messages": []any{}})
}

// texts of faults; the others have none.
var texts = map[string]string{
	"InvalidLogin":     "Cannot complete login due to an incorrect user name or password.",
	"NotAuthenticated": "The session is not authenticated.",
	"NotSupported":     "The operation is not supported on the object.",
	"InvalidRequest":   "The request is malformed.",
}

// fault returns a fault in the form of the options.
func (s *Server) fault(fault types.BaseMethodFault) response {
	kind := reflect.TypeOf(fault).Elem().Name()
	out := response{status: http.StatusInternalServerError, header: http.Header{}}
	if kind == "NotAuthenticated" && s.options.Status401 {
		out.status = http.StatusUnauthorized
	}
	mediaType := "application/json"
	switch s.options.FaultBody {
	case FaultMessage:
		fault.GetMethodFault().FaultMessage = []types.LocalizableMessage{{Key: "vim.fault." + kind, Message: texts[kind]}}
		out.body = vimJSON(fault)
	case FaultString:
		out.body = withField(vimJSON(fault), "faultstring", texts[kind])
	case FaultBare:
		out.body = vimJSON(fault)
	case FaultXML:
		mediaType, out.body = "text/xml", fmt.Appendf(nil, soapFault, texts[kind], kind, kind)
	case FaultHTML:
		mediaType, out.body = "text/html", []byte("<html><body><h1>Internal Server Error</h1></body></html>")
	}
	out.header.Set("Content-Type", mediaType)
	return out
}

const soapFault = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>%s</faultstring><detail><%sFault xmlns="urn:vim25" xsi:type="%s"/></detail></soapenv:Fault></soapenv:Body>
</soapenv:Envelope>`

func withField(object []byte, name, value string) []byte {
	var fields map[string]any
	if err := json.Unmarshal(object, &fields); err != nil {
		panic(err) // vimJSON wrote it
	}
	fields[name] = value
	return jsonResponse(http.StatusOK, fields).body
}

func (out response) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client may have disconnected
}
