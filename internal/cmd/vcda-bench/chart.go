package main

import (
	"fmt"
	"math"
	"strings"
)

// chart has a logarithmic scale on both axes.
type chart struct {
	title, across string
	lines         []series
}

type series struct {
	name   string
	points []point
}

type point struct{ x, y float64 }

// The size of a chart, and the room around what it shows.
const (
	width, height            = 460, 320
	left, right, top, bottom = 60, 20, 50, 50
	smallest                 = 0.001 // of what is shown: a logarithm knows no zero
	perRow                   = 2
)

var colours = []string{"#1f6feb", "#6e7781", "#bf8700"}

// draw makes one picture of charts.
func draw(charts ...chart) string {
	var b strings.Builder
	rows := (len(charts) + perRow - 1) / perRow
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", perRow*width, rows*height)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	for i, c := range charts {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", i%perRow*width, i/perRow*height)
		c.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (c chart) draw(b *strings.Builder) {
	x := scaleOf(c.lines, func(p point) float64 { return p.x }, left, width-right)
	y := scaleOf(c.lines, func(p point) float64 { return p.y }, height-bottom, top)
	fmt.Fprintf(b, `<text x="%d" y="20" font-size="14" font-weight="bold">%s</text>`+"\n", left, c.title)
	for _, tick := range x.ticks() {
		at := x.at(tick)
		fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#d0d7de"/><text x="%.1f" y="%d" text-anchor="middle">%g</text>`+"\n",
			at, top, at, height-bottom, at, height-bottom+16, tick)
	}
	for _, tick := range y.ticks() {
		at := y.at(tick)
		fmt.Fprintf(b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#d0d7de"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, at, width-right, at, left-6, at+4, tick)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", (left+width-right)/2, height-12, c.across)
	var legend strings.Builder
	for i, line := range c.lines {
		colour := colours[i]
		var path []string
		for _, p := range line.points {
			path = append(path, fmt.Sprintf("%.1f,%.1f", x.at(p.x), y.at(p.y)))
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x.at(p.x), y.at(p.y), colour)
		}
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(path, " "), colour)
		fmt.Fprintf(&legend, `<tspan dx="%d" fill="%s">%s</tspan>`, min(i, 1)*14, colour, line.name)
	}
	fmt.Fprintf(b, `<text x="%d" y="40">%s</text>`+"\n", left, legend.String())
}

// scale maps the whole powers of ten around some values to a stretch of a chart.
type scale struct{ low, high, from, to float64 }

func scaleOf(lines []series, part func(point) float64, from, to float64) scale {
	s := scale{low: math.Inf(1), high: math.Inf(-1), from: from, to: to}
	for _, line := range lines {
		for _, p := range line.points {
			power := math.Log10(max(part(p), smallest))
			s.low, s.high = min(s.low, math.Floor(power)), max(s.high, math.Ceil(power), math.Floor(power)+1)
		}
	}
	return s
}

func (s scale) at(value float64) float64 {
	return s.from + (math.Log10(max(value, smallest))-s.low)/(s.high-s.low)*(s.to-s.from)
}

func (s scale) ticks() (all []float64) {
	for power := s.low; power <= s.high; power++ {
		all = append(all, math.Pow(10, power))
	}
	return all
}
