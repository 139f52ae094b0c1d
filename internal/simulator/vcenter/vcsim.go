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

// link is a SOAP client of govmomi's simulator, which it calls in process. Each
// session has one of its own: the simulator's cookie is in it.
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

// as makes the link act for the client of a request.
func (l *link) as(caller *http.Request) *link {
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

// refuse is a fault of the front end, in the form of those of the simulator.
func refuse(fault types.BaseMethodFault) error {
	return soap.WrapSoapFault(simulator.Fault("", fault))
}

// faultOf is the fault in an error, made by refuse or by the simulator.
func faultOf(err error) types.BaseMethodFault {
	switch fault := soap.ToSoapFault(err).VimFault().(type) {
	case types.BaseMethodFault:
		return fault
	case types.InvalidLogin: // the one fault left to the simulator
		return &fault
	}
	panic(err)
}
