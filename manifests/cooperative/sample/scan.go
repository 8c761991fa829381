package sample

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strconv"
)

// pictures are pages of writing as scanned; drawn once each, for a large lease archive is made of very many.
type pictures map[picture][]byte

type picture struct {
	ext     string
	variant int
}

// variants is how many different pages there are of each format.
const variants = 16

// scanPage is one page of a lease: a picture, or a PDF that says which.
func (p pictures) scanPage(s scan) ([]byte, error) {
	if s.ext == "pdf" {
		return writePDF([]string{"Umowa o lokal nr " + s.leaseNo, "strona " + s.page}), nil
	}
	page, err := strconv.Atoi(s.page)
	if err != nil {
		return nil, err
	}
	key := picture{s.ext, (page + 5*len(s.leaseNo) + int(s.leaseNo[len(s.leaseNo)-1])) % variants}
	if p[key] == nil {
		if p[key], err = draw(key); err != nil {
			return nil, err
		}
	}
	return p[key], nil
}

// draw is paper with lines of writing.
func draw(p picture) ([]byte, error) {
	n := uint32(p.variant) + 1
	img := image.NewGray(image.Rect(0, 0, 60, 84))
	for y := range 84 {
		for x := range 60 {
			shade := uint8(250)
			n = n*1664525 + 1013904223
			if y%7 == 3 && x > 6 && x < 54 && n>>30 != 0 {
				shade = 40
			}
			img.Pix[y*img.Stride+x] = shade
		}
	}
	var out bytes.Buffer
	var err error
	if p.ext == "png" {
		err = png.Encode(&out, img)
	} else {
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: 40})
	}
	return out.Bytes(), err
}
