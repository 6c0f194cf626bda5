package models

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn/plan"
)

// BenchmarkCompile is what a network costs before its first picture.
func BenchmarkCompile(b *testing.B) {
	for _, c := range networks {
		count := 0
		g, err := c.make(drawn(&count))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := plan.Compile(g, plan.Bindings{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
