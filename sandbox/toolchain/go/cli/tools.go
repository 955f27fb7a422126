//go:build tools

// Package tools pins the Pulumi CLI: `go install` refuses it, because its own go.mod has a `replace`.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
