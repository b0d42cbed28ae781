// Package materializer holds the example configuration, so that the demo runs
// exactly the file that people read.
package materializer

import _ "embed" // for the example

// Example is projections.example.yaml.
//
//go:embed projections.example.yaml
var Example []byte
