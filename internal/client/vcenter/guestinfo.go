package vcenter

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// ExtraConfig reads the extra configuration of a virtual machine by its moId
// ("VirtualMachine", property config). It includes the guestinfo values that the
// guest writes. Values that are not strings are left out.
func (c *Client) ExtraConfig(ctx context.Context, vm string) (map[string]string, error) {
	var extra map[string]string
	err := c.withSession(ctx, func(a *api, id string) error {
		response, err := a.send(ctx, id, rest.Request{Method: http.MethodGet, Path: "/VirtualMachine/" + url.PathEscape(vm) + "/config"})
		if err != nil {
			return err
		}
		var config struct {
			ExtraConfig []optionValue `json:"extraConfig"`
		}
		if err := response.JSON(&config); err != nil {
			return err
		}
		extra = map[string]string{}
		for _, option := range config.ExtraConfig {
			if text, ok := option.text(); ok {
				extra[option.Key] = text
			}
		}
		return nil
	})
	return extra, err
}

// optionValue is an OptionValue. The API does not document whether its value is a
// bare string or an object with a type.
type optionValue struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

func (o optionValue) text() (text string, ok bool) {
	if json.Unmarshal(o.Value, &text) == nil {
		return text, true
	}
	var typed struct {
		Value string `json:"_value"`
	}
	err := json.Unmarshal(o.Value, &typed)
	return typed.Value, err == nil && typed.Value != ""
}

// FindByUUID returns the moId of the virtual machine with a BIOS UUID
// ("SearchIndex", FindByUuid), "" where there is none.
func (c *Client) FindByUUID(ctx context.Context, uuid string) (string, error) {
	return c.find(ctx, "FindByUuid", struct {
		UUID     string `json:"uuid"`
		VMSearch bool   `json:"vmSearch"`
	}{uuid, true})
}

// FindByInventoryPath returns the moId of the virtual machine at a path such as
// /datacenter/vm/folder/name ("SearchIndex", FindByInventoryPath), "" where there
// is none.
func (c *Client) FindByInventoryPath(ctx context.Context, path string) (string, error) {
	return c.find(ctx, "FindByInventoryPath", struct {
		Path string `json:"inventoryPath"`
	}{path})
}

func (c *Client) find(ctx context.Context, method string, body any) (string, error) {
	var found *struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	}
	err := c.withSession(ctx, func(a *api, id string) error {
		response, err := a.send(ctx, id, rest.Request{Method: http.MethodPost, Path: "/SearchIndex/SearchIndex/" + method, Body: body})
		if err != nil || isNull(response.Body) {
			return err
		}
		return response.JSON(&found)
	})
	if err != nil || found == nil || found.Type != "VirtualMachine" {
		return "", err
	}
	return found.Value, nil
}
