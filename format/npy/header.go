package npy

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/ocellus-vision/ocellus/nn"
)

// header is what stands before the elements: a Python dictionary literal.
type header struct {
	descr   string
	fortran bool
	shape   []int
}

// readHeader returns the header and where the elements start.
func readHeader(file string, data []byte) (h header, body int, err error) {
	if !strings.HasPrefix(string(data[:min(len(data), len(magic))]), magic) || len(data) < len(magic)+4 {
		return h, 0, corrupt(file, 0, "no .npy file: it does not start with NumPy's mark")
	}
	major, at := data[len(magic)], len(magic)+2
	n := int(binary.LittleEndian.Uint16(data[at:]))
	switch major {
	case 1:
		at += 2
	case 2, 3:
		if len(data) < at+4 {
			return h, 0, corrupt(file, len(data), "the header is cut short")
		}
		n = int(min(binary.LittleEndian.Uint32(data[at:]), math.MaxInt32))
		at += 4
	default:
		return h, 0, corrupt(file, len(magic), "format version %d, want 1 to 3", major)
	}
	if n > maxHeader || n > len(data)-at {
		return h, 0, corrupt(file, at, "a header of %d bytes is over the limit of %d or past the end of the file", n, maxHeader)
	}
	p := parser{file: file, text: string(data[at : at+n]), base: at}
	h, err = p.dict()
	return h, at + n, err
}

// parser reads the few Python literals that a header is made of.
type parser struct {
	file string
	text string
	pos  int
	base int
}

func (p *parser) fail(want string) error {
	return corrupt(p.file, p.base+p.pos, "header: want %s", want)
}

func (p *parser) peek() byte {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
	if p.pos == len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.pos++
	return true
}

func (p *parser) dict() (h header, err error) {
	if !p.accept('{') {
		return h, p.fail("{")
	}
	seen := map[string]bool{}
	for !p.accept('}') {
		key, err := p.str()
		if err != nil {
			return h, err
		}
		if !p.accept(':') {
			return h, p.fail(":")
		}
		if seen[key] {
			return h, p.fail("each key once")
		}
		seen[key] = true
		switch key {
		case "descr":
			h.descr, err = p.descr()
		case "fortran_order":
			h.fortran, err = p.boolean()
		case "shape":
			h.shape, err = p.tuple()
		default:
			err = p.fail("the keys descr, fortran_order and shape alone")
		}
		if err != nil {
			return h, err
		}
		if !p.accept(',') && p.peek() != '}' {
			return h, p.fail(", or }")
		}
	}
	if len(seen) != 3 {
		return h, p.fail("the keys descr, fortran_order and shape")
	}
	if p.peek() != 0 {
		return h, p.fail("nothing after }")
	}
	return h, nil
}

// descr reads an element type; a list or tuple stands for a structured one.
func (p *parser) descr() (string, error) {
	if c := p.peek(); c == '[' || c == '(' {
		return "", &nn.ErrUnsupported{Node: p.file, Op: "npy", Attr: "descr", Why: "a structured element type"}
	}
	return p.str()
}

func (p *parser) str() (string, error) {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", p.fail("a string")
	}
	rest := p.text[p.pos+1:]
	end := strings.IndexByte(rest, quote)
	if end < 0 || strings.IndexByte(rest[:end], '\\') >= 0 {
		return "", p.fail("a closed string without escapes")
	}
	p.pos += end + 2
	return rest[:end], nil
}

func (p *parser) boolean() (bool, error) {
	p.peek()
	for word, v := range map[string]bool{"True": true, "False": false} {
		if strings.HasPrefix(p.text[p.pos:], word) {
			p.pos += len(word)
			return v, nil
		}
	}
	return false, p.fail("True or False")
}

func (p *parser) tuple() ([]int, error) {
	if !p.accept('(') {
		return nil, p.fail("(")
	}
	dims := []int{}
	for !p.accept(')') {
		n, err := p.number()
		if err != nil {
			return nil, err
		}
		dims = append(dims, n)
		if !p.accept(',') && p.peek() != ')' {
			return nil, p.fail(", or )")
		}
	}
	return dims, nil
}

func (p *parser) number() (int, error) {
	p.peek()
	from, n := p.pos, 0
	for ; p.pos < len(p.text) && p.text[p.pos] >= '0' && p.text[p.pos] <= '9'; p.pos++ {
		if n = n*10 + int(p.text[p.pos]-'0'); n > math.MaxInt32 {
			return 0, p.fail("a dimension of at most 31 bits")
		}
	}
	if p.pos == from {
		return 0, p.fail("a number")
	}
	p.accept('L') // Python 2 wrote long integers so
	return n, nil
}
