package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image"
	_ "image/jpeg" // the two kinds that a page may hold
	_ "image/png"
)

// Figure shows a picture, which becomes a part of the page.
type Figure struct {
	Data    []byte // a whole JPEG or PNG file
	Caption string // shown beneath; may be empty
	Alt     string // what it shows, for who cannot see it; "" is Caption, and one of the two is needed
}

// Gallery shows pictures side by side, as many as there is room for.
type Gallery []Figure

// figureView is a Figure ready for the template.
type figureView struct {
	Source       template.URL
	W, H         int
	Alt, Caption string
}

func (f Figure) view() (string, any, error) {
	v, err := f.embed()
	return "figure", v, err
}

func (g Gallery) view() (string, any, error) {
	list, small := make([]figureView, len(g)), true
	for i, f := range g {
		v, err := f.embed()
		if err != nil {
			return "", nil, err
		}
		list[i], small = v, small && v.W <= smallWidth
	}
	return "gallery", struct {
		Small   bool
		Figures []figureView
	}{small, list}, nil
}

// smallWidth is that of pictures, in pixels, which are shown closer together,
// and whose pixels are not smoothed.
const smallWidth = 160

func (f Figure) embed() (figureView, error) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(f.Data))
	if err == nil && kind != "jpeg" && kind != "png" {
		err = errors.New("a " + kind)
	}
	if err != nil {
		return figureView{}, fmt.Errorf("figure %q: neither JPEG nor PNG: %w", f.Caption, err)
	}
	v := figureView{W: c.Width, H: c.Height, Alt: f.Alt, Caption: f.Caption}
	if v.Alt == "" {
		v.Alt = f.Caption
	}
	if v.Alt == "" {
		return figureView{}, errors.New("a figure needs an Alt or a Caption, for who cannot see it")
	}
	v.Source = template.URL("data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(f.Data))
	return v, nil
}
