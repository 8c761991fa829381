package sample

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/jpeg"
	"image/png"
)

// scanPage draws a page of a lease: paper with lines of writing, another for each page.
func scanPage(s scan) ([]byte, error) {
	if s.ext == "pdf" {
		return writePDF([]string{"Umowa o lokal nr " + s.leaseNo, "strona " + s.page}), nil
	}
	sum := fnv.New32a()
	_, _ = fmt.Fprintf(sum, "%s/%s", s.leaseNo, s.page)
	n := sum.Sum32()
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
	if s.ext == "png" {
		err = png.Encode(&out, img)
	} else {
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: 40})
	}
	return out.Bytes(), err
}
