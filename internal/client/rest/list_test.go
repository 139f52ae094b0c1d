package rest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// row is an item of the lists in these tests.
type row struct {
	ID   string `json:"id"`
	Port int    `json:"port"`
}

// listText returns a list of n rows, as text and decoded.
func listText(n int) (text string, rows []row) {
	parts := make([]string, n)
	for i := range n {
		rows = append(rows, row{ID: fmt.Sprintf("site-%d", i), Port: i})
		parts[i] = fmt.Sprintf(`{"id":"site-%d","port":%d,"more":[1,{"a":null}]}`, i, i)
	}
	return "[" + strings.Join(parts, ",") + "]", rows
}

// smallLimits are limits that a test reaches with little text.
var smallLimits = Limits{Response: 64 << 10, Item: 4 << 10}

// decodeWhole decodes a text in one piece, as the response of a request without
// DecodeInto.
func decodeWhole(text string) ([]row, error) {
	a := &Response{Body: []byte(text), Header: http.Header{"Content-Type": {"application/json"}}}
	var rows []row
	err := a.JSON(&rows)
	return rows, err
}

// decodeStream decodes a text as it arrives.
func decodeStream(text io.Reader) ([]row, error) {
	var list List[row]
	limits := Limits{}.withDefaults()
	err := (&Response{}).readStreamed(&limitReader{from: text, limits: limits, left: limits.Response}, &list)
	return list.Items, err
}

func reason(err error) (text string, empty bool) {
	var invalid *ResponseError
	if errors.As(err, &invalid) {
		return invalid.Reason, invalid.Empty
	}
	return fmt.Sprint(err), false
}

var listTexts = []string{
	"", " ", "null", " null ", "[]", " [ ] ", "[null]", `[{"id":"a"}]`, `[{"id":"a"},{"id":"b","port":2}] `, `{"id":"a"}`, `"text"`, "7", "true",
	"[", "[}", `[{"id":"a"}`, `[{"id":"a"},`, `[{"id":"a"},]`, `[{"id":"a"}]]`, `[] []`, `[] x`, `[]null`, `[1]`, `["a"]`, `[[]]`, `[{"id":7}]`, `[{"port":"x"}]`, `[{"id":"a"} {"id":"b"}]`, "<html>", "\xff", "[\xff]",
}

// A list that is decoded as it arrives gives the same items and the same errors as
// one that is decoded in one piece.
func TestList_streamed(t *testing.T) {
	for _, text := range listTexts {
		requireSameList(t, text)
	}
	long, rows := listText(5000)
	if got, err := decodeStream(strings.NewReader(long)); err != nil || !cmp.Equal(got, rows) {
		t.Errorf("error %v, %d rows", err, len(got))
	}
}

func requireSameList(t *testing.T, text string) {
	t.Helper()
	want, wantErr := decodeWhole(text)
	got, err := decodeStream(strings.NewReader(text))
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%q streamed: %v, in one piece: %v", text, err, wantErr)
	}
	if wantErr == nil {
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%q: %s", text, diff)
		}
		return
	}
	gotReason, gotEmpty := reason(err)
	wantReason, wantEmpty := reason(wantErr)
	if gotEmpty != wantEmpty && strings.TrimSpace(text) != "" {
		t.Errorf("%q streamed: empty %t, %q; in one piece: %t, %q", text, gotEmpty, gotReason, wantEmpty, wantReason)
	}
}

var pageTexts = []string{
	"", "null", "{}", `{"items":[],"total":0}`, `{"total":2,"items":[{"id":"a"},{"id":"b"}],"limit":2,"offset":[{}]}`, `{"items":null,"total":null}`, `{"items":[null]}`,
	`{"items":{}}`, `{"items":"a"}`, `{"total":"1"}`, `{"total":1.5}`, `{"items":[{"id":7}]}`, `{"items":[`, `{"items":[]`, `{"items":[}`, `{"items"}`, `{"items":[],}`,
	`{"items":[]}}`, `{"items":[]} x`, `{"a":{"items":[{"id":"x"}]},"items":[{"id":"y"}]}`, `7`, `"text"`, "{", "\xff", `{"\xff":1}`,
}

// A page that is decoded as it arrives gives the same as one that is decoded in one
// piece.
func TestPage_streamed(t *testing.T) {
	for _, text := range pageTexts {
		requireSamePage(t, text)
	}
	var page Page[row]
	if err := decodePage(`[{"id":"a"}]`, &page); err != nil || !page.IsList || len(page.Items) != 1 {
		t.Errorf("page %+v, error %v", page, err)
	}
}

func decodePage(text string, page *Page[row]) error {
	limits := Limits{}.withDefaults()
	return (&Response{}).readStreamed(&limitReader{from: strings.NewReader(text), limits: limits, left: limits.Response}, page)
}

func requireSamePage(t *testing.T, text string) {
	t.Helper()
	var want struct {
		Items []row `json:"items"`
		Total *int  `json:"total"`
	}
	var got Page[row]
	whole := (&Response{Body: []byte(text), Header: http.Header{"Content-Type": {"application/json"}}}).JSON(&want)
	err := decodePage(text, &got)
	if (err == nil) != (whole == nil) {
		t.Fatalf("%q streamed: %v, in one piece: %v", text, err, whole)
	}
	if diff := cmp.Diff(Page[row]{Items: want.Items, Total: want.Total}, got); diff != "" && err == nil {
		t.Errorf("%q: %s", text, diff)
	}
}

func FuzzStreamedLists(f *testing.F) {
	for _, text := range listTexts {
		f.Add(text)
	}
	f.Fuzz(requireSameList)
}

// readRows requests a list of rows.
func readRows(c *Client, t *testing.T) ([]row, *Response, error) {
	t.Helper()
	var list List[row]
	resp, err := c.Do(t.Context(), Request{Method: http.MethodGet, Path: "/sites", DecodeInto: &list})
	return list.Items, resp, err
}

// The items of a failed try are dropped.
func TestList_brokenIsReadAgain(t *testing.T) {
	text, want := listText(1000)
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := serve(t, Options{MaxRetries: 4}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			switch tries++; tries {
			case 1: // the body is shorter than announced
				w.Header().Set("Content-Length", fmt.Sprint(len(text)))
				_, _ = io.WriteString(w, text[:len(text)/2])
				panic(http.ErrAbortHandler)
			case 2: // the last chunk is missing
				_, _ = io.WriteString(w, text[:len(text)/3])
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			case 3:
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = io.WriteString(w, `[{"id":"x"}]`)
			default:
				_, _ = io.WriteString(w, text)
			}
		})
		got, response, err := readRows(c, t)
		if err != nil || tries != 4 || !cmp.Equal(got, want) || len(response.Body) != 0 {
			t.Errorf("error %v, %d rows after %d tries", err, len(got), tries)
		}
	})
}

// The error is that of the last try, not of an earlier one.
func TestList_pageAfterABrokenOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := serve(t, Options{MaxRetries: 1}, func(w http.ResponseWriter, _ *http.Request) {
			if tries++; tries == 1 {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `[{"id":"a"},`)
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Please wait</html>")
		})
		if _, _, err := readRows(c, t); err == nil || tries != 2 || !strings.Contains(err.Error(), "it is text/html, not JSON: <html>Please wait</html>") {
			t.Errorf("error %v after %d tries", err, tries)
		}
	})
}

func TestList_otherResponses(t *testing.T) {
	big := `[{"id":"` + strings.Repeat("x", 2*smallLimits.Item) + `"}]`
	many := "[" + strings.Repeat(`{"id":"`+strings.Repeat("x", smallLimits.Item/2)+`"},`, 2*smallLimits.Response/smallLimits.Item) + "{}]"
	space := "[]" + strings.Repeat(" ", smallLimits.Item)
	for name, c := range map[string]struct {
		status     int
		kind, body string
		want       string
	}{
		"status":      {http.StatusForbidden, "application/json", `{"code":"Forbidden"}`, "GET /sites: status 403"},
		"page":        {http.StatusOK, "text/html", "<html>Please wait</html>", "it is text/html, not JSON: <html>Please wait</html>"},
		"empty page":  {http.StatusOK, "text/html", "", "it is empty"},
		"empty":       {http.StatusOK, "application/json", "", "it is empty"},
		"null":        {http.StatusOK, "application/json", "null", "it is null"},
		"object":      {http.StatusOK, "application/json", `{"items":[]}`, "as a whole it is of another type than documented"},
		"wrong field": {http.StatusOK, "application/vnd.vmware.h4-v4.7+json", `[{"id":7}]`, `its field "id" is of another type than documented`},
		"broken":      {http.StatusOK, "", `[{"id":`, "it is not valid JSON"},
		"more":        {http.StatusOK, "application/json", `[]{}`, "it is not valid JSON"},
		"big item":    {http.StatusOK, "application/json", big, "an item of the list is larger than 4096 bytes"},
		"much space":  {http.StatusOK, "application/json", space, "an item of the list is larger than 4096 bytes"},
		"huge":        {http.StatusOK, "application/json", many, "it is larger than 65536 bytes"},
	} {
		bubble(t, name, func(t *testing.T) {
			client := serve(t, Options{Limits: smallLimits}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body) // the client may leave
			})
			_, _, err := readRows(client, t)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %.200v, want %q", err, c.want)
			}
		})
	}
}

// The request timeout ends a response that stops in the middle of a list.
func TestList_timeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := serve(t, Options{RequestTimeout: 3 * time.Second}, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `[{"id":"a"},`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		begin := time.Now()
		_, _, err := readRows(c, t)
		var connection *ConnectionError
		if !errors.As(err, &connection) || !errors.Is(err, ErrTimeout) || time.Since(begin) != 3*time.Second {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
	})
}

// Responses may be compressed. The limits apply to the unpacked size.
func TestResponses_compressed(t *testing.T) {
	text, want := listText(2000)
	for name, c := range map[string]struct {
		text string
		want string
	}{"list": {text, ""}, "bomb": {`[{"id":"` + strings.Repeat("x", 16*smallLimits.Item) + `"}]`, "larger than"}} {
		bubble(t, name, func(t *testing.T) {
			sent := 0
			client := serve(t, Options{Limits: Limits{Item: smallLimits.Item}}, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Accept-Encoding") != "gzip" {
					t.Errorf("it accepts %q", r.Header.Get("Accept-Encoding"))
				}
				w.Header().Set("Content-Encoding", "gzip")
				w.Header().Set("Content-Type", "application/json")
				var packed bytes.Buffer
				zip := gzip.NewWriter(&packed)
				_, err := io.WriteString(zip, c.text)
				if err = errors.Join(err, zip.Close()); err != nil {
					t.Error(err)
				}
				sent = packed.Len()
				_, _ = packed.WriteTo(w)
			})
			got, _, err := readRows(client, t)
			switch {
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			case c.want == "" && (err != nil || !cmp.Equal(got, want)):
				t.Errorf("error %v, %d rows", err, len(got))
			case sent*5 > len(c.text):
				t.Errorf("%d bytes were sent for %d", sent, len(c.text))
			}
			if _, err := client.Do(t.Context(), get("/other")); c.want == "" && err != nil {
				t.Error(err)
			}
		})
	}
}

// A streamed list needs less memory than its text.
func BenchmarkList(b *testing.B) {
	text, _ := listText(5000)
	for name, decode := range map[string]func() error{
		"streamed": func() error { _, err := decodeStream(strings.NewReader(text)); return err },
		"whole":    func() error { _, err := decodeWhole(text); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := decode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
