package config

import (
	"bytes"
	"strings"
)

// Parse decodes the sections tables and projections of a configuration and
// returns every mistake of YAML and of grammar in them. The File is never nil:
// it holds what could be read. Settings are left to Load.
func Parse(path string, source []byte) (*File, Problems) {
	doc := open(path, source)
	file := doc.file()
	doc.problems.Sort()
	return file, doc.problems
}

// document is one file being read.
type document struct {
	*decoder
	source []byte
	top    map[string]entry // the sections; nil when the file could not be read
	partly bool             // a key was not understood
}

func open(path string, source []byte) *document {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	doc := &document{decoder: &decoder{newReporter(path, source)}, source: source}
	root := read(doc.reporter, source)
	if root == nil {
		return doc
	}
	if root.kind == empty {
		doc.mistake("", at(1, 1), "it needs at least the section projections", "the file is empty")
		return doc
	}
	doc.top = doc.sections(root)
	return doc
}

// sections are the top-level entries. Those that begin with x- are the user's
// own, a place for anchors.
func (doc *document) sections(root *node) map[string]entry {
	kept := *root
	kept.entries = nil
	for _, e := range root.entries {
		if !strings.HasPrefix(e.key.Value, "x-") {
			kept.entries = append(kept.entries, e)
		}
	}
	s, ok := doc.section("", &kept, fileLevel)
	doc.partly = s.damaged || !ok
	return s.entries
}

func (doc *document) file() *File {
	out := &File{Path: doc.path, Source: doc.source}
	if doc.top == nil {
		return out
	}
	if e, ok := doc.top["name"]; ok {
		out.Name = doc.text("", "name", e.value, "a name")
	}
	if e, ok := doc.top["tables"]; ok {
		out.Tables = doc.tables(e.value)
	}
	if e, ok := doc.top["projections"]; ok {
		out.Projections = doc.decoder.projections(e.value)
		if e.value.kind == mapping && len(e.value.entries) == 0 {
			doc.mistake("", e.place, "", "projections is empty: there is nothing to do")
		}
		return out
	}
	if doc.partly {
		return out
	}
	doc.mistake("", at(1, 1), "", "the section projections is missing")
	return out
}
