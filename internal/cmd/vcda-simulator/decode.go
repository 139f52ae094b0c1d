package main

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// decode reads JSON into a struct. Unlike encoding/json it refuses unknown fields, and its errors name the line or
// the path of the value.
func decode(text []byte, into any) error {
	var whole json.RawMessage
	err := json.Unmarshal(text, &whole)
	var broken *json.SyntaxError
	if errors.As(err, &broken) {
		line := strings.Count(string(text[:broken.Offset]), "\n") + 1
		return fmt.Errorf("line %d: %w", line, err)
	}
	return decodeValue("", whole, reflect.ValueOf(into).Elem())
}

func decodeValue(path string, text json.RawMessage, into reflect.Value) error {
	if string(text) == "null" { // the same as left out
		return nil
	}
	if _, own := reflect.TypeAssert[encoding.TextUnmarshaler](into.Addr()); own {
		return decodeLeaf(path, text, into)
	}
	switch into.Kind() {
	case reflect.Struct:
		return decodeStruct(path, text, into)
	case reflect.Slice:
		return decodeSlice(path, text, into)
	case reflect.Map:
		return decodeMap(path, text, into)
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return decodeValue(path, text, into.Elem())
	default:
		return decodeLeaf(path, text, into)
	}
}

func decodeStruct(path string, text json.RawMessage, into reflect.Value) error {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(text, &members) != nil {
		return errorAt(path, "must be an object")
	}
	fields := map[string]reflect.Value{}
	for i := range into.NumField() {
		fields[into.Type().Field(i).Tag.Get("json")] = into.Field(i)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		field, known := fields[name]
		if !known {
			return errorAt(path, "unknown field %q; known are %s", name, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
		if err := decodeValue(strings.TrimPrefix(path+"."+name, "."), members[name], field); err != nil {
			return err
		}
	}
	return nil
}

func decodeSlice(path string, text json.RawMessage, into reflect.Value) error {
	var items []json.RawMessage
	if json.Unmarshal(text, &items) != nil {
		return errorAt(path, "must be a list")
	}
	into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
	for i, item := range items {
		if err := decodeValue(fmt.Sprintf("%s[%d]", path, i), item, into.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func decodeMap(path string, text json.RawMessage, into reflect.Value) error {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(text, &members) != nil {
		return errorAt(path, "must be an object")
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := reflect.New(into.Type().Elem()).Elem()
		if err := decodeValue(path+"."+name, members[name], value); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(name), value)
	}
	return nil
}

func decodeLeaf(path string, text json.RawMessage, into reflect.Value) error {
	err := json.Unmarshal(text, into.Addr().Interface())
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		kind := map[reflect.Kind]string{reflect.Bool: "true or false", reflect.Int: "a whole number"}[into.Kind()]
		if kind == "" {
			kind = "a text"
		}
		return errorAt(path, "must be %s, not %s", kind, text)
	}
	if err != nil {
		return errorAt(path, "%w", err)
	}
	return nil
}

// errorAt returns an error at a path of the fixture.
func errorAt(path, format string, args ...any) error {
	if path == "" {
		path = "the fixture"
	}
	return fmt.Errorf("%s: %w", path, fmt.Errorf(format, args...))
}
