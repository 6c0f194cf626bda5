package webcam

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
)

// noisy is a picture each of whose pixels is darker or brighter by at most 1
// of 255.
func noisy(m image.Image, seed uint64) image.Image {
	b := m.Bounds()
	out := image.NewNRGBA(b)
	noise := rand.New(rand.NewPCG(seed, 0))
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			by := noise.IntN(3) - 1
			for _, v := range []*uint8{&c.R, &c.G, &c.B} {
				*v = uint8(min(max(int(*v)+by, 0), 255))
			}
			out.SetNRGBA(x, y, c)
		}
	}
	return out
}

// yuyv is a picture as YUY2, by BT.601 with luma of 16..235; its width is
// even.
func yuyv(m image.Image) []byte {
	b := m.Bounds()
	out := make([]byte, 0, b.Dx()*b.Dy()*2)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			y0, u0, v0 := ycc(m, x, y)
			y1, u1, v1 := ycc(m, x+1, y)
			out = append(out, clamp(y0), clamp((u0+u1)/2), clamp(y1), clamp((v0+v1)/2))
		}
	}
	return out
}

func ycc(m image.Image, x, y int) (luma, cb, cr float64) {
	r16, g16, b16, _ := m.At(x, y).RGBA()
	r, g, b := float64(r16)/0xffff, float64(g16)/0xffff, float64(b16)/0xffff
	luma = 0.299*r + 0.587*g + 0.114*b
	return 16 + 219*luma, 128 + 224*(b-luma)/1.772, 128 + 224*(r-luma)/1.402
}

func clamp(v float64) byte { return byte(min(max(v+0.5, 0), 255)) }

// bareJPEG is a picture as webcams send it: a JPEG that leaves out the Huffman
// tables, since all have those of the standard's Annex K.
func bareJPEG(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		return nil, err
	}
	const startOfImage, tables, startOfScan = 2, 0xc4, 0xda
	in := b.Bytes()
	out := append([]byte(nil), in[:startOfImage]...)
	for at := startOfImage; at+4 <= len(in); {
		if in[at] != 0xff {
			return nil, fmt.Errorf("no marker at byte %d of a JPEG", at)
		}
		if in[at+1] == startOfScan {
			return append(out, in[at:]...), nil
		}
		next := at + 2 + int(in[at+2])<<8 + int(in[at+3])
		if in[at+1] != tables {
			out = append(out, in[at:next]...)
		}
		at = next
	}
	return nil, fmt.Errorf("a JPEG without a scan")
}
