package simulator

import "net/http"

// listPage is the response of a list with pages.
type listPage[A any] struct {
	Items  []A `json:"items"`
	Total  int `json:"total"`
	Offset int `json:"offset"`
	Limit  int `json:"limit"`
}

// page returns the part of a list that the query selects, at most 100 items, converted by show.
func page[T, A any](c *call, items []T, show func(T) A) (reply, *problem) {
	out := listPage[A]{Items: []A{}, Total: len(items), Limit: maxTasks}
	if err := readNumbers(c.query, map[string]*int{"limit": &out.Limit, "offset": &out.Offset}); err != nil {
		return reply{}, err
	}
	if out.Limit == 0 {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Query parameter limit is 0.")
	}
	out.Limit = min(out.Limit, c.appliance.taskSwitches.largestPage())
	from := min(out.Offset, len(items))
	for _, item := range items[from:min(from+out.Limit, len(items))] {
		out.Items = append(out.Items, show(item))
	}
	return reply{status: http.StatusOK, body: out}, nil
}

func asIs[T any](item T) T { return item }
