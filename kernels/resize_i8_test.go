package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestResizeI8(t *testing.T) {
	for _, row := range ResizeI8Rows(testFeatures(t)) {
		t.Run(row.Name, func(t *testing.T) {
			var in [4]*check.Fence
			for i := range in {
				in[i] = check.NewFence(t, 1<<12)
			}
			out := check.NewFence(t, 1<<12)
			r := rand.New(rand.NewPCG(41, 42))
			for c := 1; c <= 70; c++ {
				pixels, columns, side := 1+c%5, 1+r.IntN(6), check.Sides[c%2]
				fill := fillsI8[(c%3+2)%3*5] // all 255, in a third of the cases
				upper, lower := fenced(t, in[0], fill.activations(r, columns*c), side), fenced(t, in[1], fill.activations(r, columns*c), side)
				off, right := make([]int32, 2*pixels), make([]int32, pixels)
				for i := range off {
					off[i] = int32(r.IntN(columns) * c)
				}
				for i := range right {
					right[i] = [...]int32{0, ResizeI8Unit, r.Int32N(ResizeI8Unit), 1024}[r.IntN(4)]
				}
				off, right = fenced(t, in[2], off, side), fenced(t, in[3], right, side)
				below := [...]int32{0, ResizeI8Unit, r.Int32N(ResizeI8Unit), 1024}[c%4]
				dst := check.Fenced[uint8](t, out, pixels*c, side)
				for i := range dst {
					dst[i] = untouched
				}
				row.Func(&ResizeI8Args{Dst: &dst[0], Upper: &upper[0], Lower: &lower[0], Off: &off[0], Right: &right[0], Below: below, Pixels: pixels, C: c})
				for i, got := range dst {
					p := i / c
					mix := func(row []uint8) int64 {
						return int64(row[int(off[2*p])+i%c])*int64(ResizeI8Unit-right[p]) + int64(row[int(off[2*p+1])+i%c])*int64(right[p])
					}
					sum := mix(upper)*int64(ResizeI8Unit-below) + mix(lower)*int64(below)
					if want := (sum + 1<<21) >> 22; int64(got) != want {
						t.Fatalf("%s: %d pixels of %d: byte %d is %d, want %d", row.Name, pixels, c, i, got, want)
					}
				}
				out.Check(t)
			}
			row.Func(&ResizeI8Args{C: 16})
			row.Func(&ResizeI8Args{C: 3})
		})
	}
}

// BenchmarkResizeI8 doubles a row of 40 pixels.
func BenchmarkResizeI8(b *testing.B) {
	for _, row := range ResizeI8Rows(testFeatures(b)) {
		for _, c := range []int{21, 64, 128} {
			b.Run(fmt.Sprintf("%s/%d", row.Name, c), func(b *testing.B) {
				const pixels = 80
				src, dst := make([]uint8, 2*pixels/2*c), make([]uint8, pixels*c)
				off, right := make([]int32, 2*pixels), make([]int32, pixels)
				for p := range right {
					off[2*p], off[2*p+1], right[p] = int32(p/2*c), int32(min(p/2+1, pixels/2-1)*c), int32(512+p%2*1024)
				}
				a := &ResizeI8Args{Dst: &dst[0], Upper: &src[0], Lower: &src[pixels/2*c], Off: &off[0], Right: &right[0], Below: 512, Pixels: pixels, C: c}
				b.SetBytes(int64(len(dst)))
				for b.Loop() {
					row.Func(a)
				}
			})
		}
	}
}
