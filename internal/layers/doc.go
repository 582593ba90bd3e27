// Package layers keeps the house upright. It has no code of its own, only
// tests that read the sources of every other package: imports point down, each
// heavy dependency has one home, the law is pure, and every package says what
// it is for. Each rule stands beside its reason.
package layers
