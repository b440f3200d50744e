//go:build suite

// Package suite names what the conformance suite of specification 1.1.1 is built from, its tests' own imports included.
package suite

import (
	_ "github.com/onsi/gomega"
	_ "github.com/opencontainers/distribution-spec/conformance"
)
