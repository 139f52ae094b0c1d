package vcenter

import (
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// link is a SOAP client that calls govmomi's simulator in process. Each session has its own, because the link holds
// the simulator's cookie.
type link struct {
	*soap.Client
	process *inProcess
}

func newLink(service *simulator.Service) *link {
	client := soap.NewClient(&url.URL{Scheme: "http", Host: "vcsim", Path: vim25.Path}, true)
	client.Namespace = "urn:" + vim25.Namespace
	client.Types = types.TypeFunc()
	l := &link{Client: client, process: &inProcess{service: service}}
	client.Transport = l.process
	return l
}

// withCaller sets the client of a request as the caller of the link.
func (l *link) withCaller(caller *http.Request) *link {
	l.process.caller = caller
	return l
}

type inProcess struct {
	service *simulator.Service
	caller  *http.Request // whose address and user agent a session shows
}

// RoundTrip implements http.RoundTripper.
func (p *inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RemoteAddr = p.caller.RemoteAddr
	r.Header.Set("User-Agent", p.caller.UserAgent())
	recorder := httptest.NewRecorder()
	p.service.ServeSDK(recorder, r)
	return recorder.Result(), nil
}

// refuse returns a fault of the front end in the form of the simulator's faults.
func refuse(fault types.BaseMethodFault) error {
	return soap.WrapSoapFault(simulator.Fault("", fault))
}

// faultOf returns the fault of an error from refuse or from the simulator.
func faultOf(err error) types.BaseMethodFault {
	switch fault := soap.ToSoapFault(err).VimFault().(type) {
	case types.BaseMethodFault:
		return fault
	case types.InvalidLogin: // the one fault left to the simulator
		return &fault
	}
	panic(err)
}
