//go:build tools

// Package tools pins the language host. Later ones live in a module without tags, which no proxy can serve.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
