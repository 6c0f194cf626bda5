package jpeg

// scan decodes a scan whose header is body and whose data begins at pos. It
// returns where the data ended, and whether the picture is done.
func (d *Decoder) scan(data []byte, pos int, body []byte) (end int, done bool, err error) {
	f := &d.frame
	if f.n == 0 {
		return 0, false, d.torn(pos, "a scan before the frame header")
	}
	order, n, why := d.scanHeader(body)
	if why != "" {
		return 0, false, d.torn(pos-len(body), why)
	}
	d.bits = bits{data: data, pos: pos}
	if n == f.n {
		f.rows, why = d.interleaved()
	} else {
		why = d.single(&d.comps[order[0]])
	}
	if why != "" {
		f.dst.fill(f.rows)
		return 0, false, d.torn(d.bits.pos, why)
	}
	done = true
	for i := range n {
		d.comps[order[i]].done = true
	}
	for i := range f.n {
		done = done && d.comps[i].done
	}
	return d.bits.pos, done, nil
}

// scanHeader returns which components the scan holds, all or one of them.
func (d *Decoder) scanHeader(body []byte) (order [3]int, n int, why string) {
	const damaged = "a damaged scan header"
	if len(body) < 1 {
		return order, 0, damaged
	}
	n = int(body[0])
	if n != 1 && n != d.frame.n || len(body) < 1+2*n {
		return order, 0, damaged
	}
	for i := range n {
		id, tables := int(body[1+2*i]), int(body[2+2*i])
		at := -1
		for j := range d.frame.n {
			if d.comps[j].id == id && !d.comps[j].done {
				at = j
			}
		}
		// Components that lie interleaved do so in the order of the header.
		if at < 0 || n > 1 && at != i || tables>>4 > 3 || tables&15 > 3 {
			return order, 0, damaged
		}
		c := &d.comps[at]
		if c.dc, c.ac = d.table(0, tables>>4), d.table(1, tables&15); c.dc == nil || c.ac == nil {
			return order, 0, "a scan names a Huffman table that is not there"
		}
		if !d.given[c.quant] {
			return order, 0, "a component names a quantisation table that is not there"
		}
		c.mean = 0
		order[i] = at
	}
	return order, n, ""
}

// interleaved decodes a scan of all components. It returns how many rows of
// the result are whole, and what is wrong.
func (d *Decoder) interleaved() (rows int, why string) {
	f := &d.frame
	left, next := f.interval, 0
	for my := range f.mcusY {
		for mx := range f.mcusX {
			if f.interval > 0 && left == 0 {
				if !d.restart(&next) {
					return rows, "a restart marker is missing"
				}
				left = f.interval
			}
			left--
			for i := range f.n {
				c := &d.comps[i]
				for v := range c.v {
					at := ((my*c.v+v)*c.stride + mx*c.h) * f.size
					for range c.h {
						if err := d.block(c, at); err != nil {
							return rows, err.Error()
						}
						at += f.size
					}
				}
			}
			if d.bits.overrun() {
				return rows, "its data ends too soon"
			}
		}
		rows = min(f.dst.H, (my+1)*f.vMax*f.size)
	}
	return rows, ""
}

// single decodes a scan of one component of several, which holds just the
// blocks that have pixels.
func (d *Decoder) single(c *component) (why string) {
	f := &d.frame
	across, down := ceilDiv(ceilDiv(f.w*c.h, f.hMax), 8), ceilDiv(ceilDiv(f.h*c.v, f.vMax), 8)
	left, next := f.interval, 0
	for y := range down {
		for x := range across {
			if f.interval > 0 && left == 0 {
				if !d.restart(&next) {
					return "a restart marker is missing"
				}
				left = f.interval
			}
			left--
			if err := d.block(c, (y*c.stride+x)*f.size); err != nil {
				return err.Error()
			}
			if d.bits.overrun() {
				return "its data ends too soon"
			}
		}
	}
	return ""
}

func (d *Decoder) block(c *component, at int) error {
	last, err := d.bits.block(&d.coeffs, &c.mean, c.dc, c.ac, &d.quant[c.quant])
	if err != nil {
		d.coeffs = [64]int32{}
		return err
	}
	if d.frame.size == 8 {
		transform(&d.coeffs, last, c.plane[at:], c.stride)
	} else {
		transformScaled(&d.coeffs, last, d.frame.size, c.plane[at:], c.stride)
	}
	return nil
}

// restart steps over the next restart marker and begins anew.
func (d *Decoder) restart(next *int) bool {
	if !d.bits.restart(*next) {
		return false
	}
	*next = (*next + 1) & 7
	for i := range d.frame.n {
		d.comps[i].mean = 0
	}
	return true
}
