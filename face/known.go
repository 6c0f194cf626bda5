package face

import (
	"context"
	"fmt"
	"slices"
)

// Matcher finds whom an embedding is nearest to: Known is one, and a gallery
// of enrolled people is another. It may be used by any number of goroutines.
type Matcher interface {
	// Nearest returns the person whose face is most like an embedding, however
	// unlike it is; the zero Match where nobody is known.
	Nearest(ctx context.Context, embedding []float32) (Match, error)
}

// Match is the person whose face is most like an embedding.
type Match struct {
	Name       string
	Similarity float32 // 0..1, see Comparer.Similarity
	// Next is the similarity of the runner-up, the most like of another
	// person; 0 where there is none.
	Next float32
}

// Margin returns how far the person is ahead of the runner-up.
func (m *Match) Margin() float32 { return m.Similarity - m.Next }

// Known is a few people in memory: each counts as alike as the most alike of
// their embeddings. Once it is filled any number of goroutines may use it.
type Known struct {
	compare Comparer
	size    int
	people  []person
}

type person struct {
	name      string
	templates [][]float32
}

// NewKnown returns a Known of nobody, for embeddings of a size.
func NewKnown(c Comparer, size int) *Known { return &Known{compare: c, size: size} }

// Add has a person known by one more embedding, of which a copy is kept. It
// panics for an embedding of another size.
func (k *Known) Add(name string, embedding []float32) {
	if len(embedding) != k.size {
		panic(fmt.Sprintf("face: an embedding of %d numbers among those of %d", len(embedding), k.size))
	}
	i := slices.IndexFunc(k.people, func(p person) bool { return p.name == name })
	if i < 0 {
		i = len(k.people)
		k.people = append(k.people, person{name: name})
	}
	k.people[i].templates = append(k.people[i].templates, slices.Clone(embedding))
}

// Names returns who is known, in the order in which they were added.
func (k *Known) Names() []string {
	var names []string
	for i := range k.people {
		names = append(names, k.people[i].name)
	}
	return names
}

// Nearest returns the person whose face is most like an embedding. It returns
// no error, and allocates nothing.
func (k *Known) Nearest(_ context.Context, embedding []float32) (Match, error) {
	var m Match
	for i := range k.people {
		p := &k.people[i]
		s := float32(0)
		for _, t := range p.templates {
			s = max(s, float32(k.compare.Similarity(k.compare.Distance(t, embedding))))
		}
		switch {
		case m.Name == "" || s > m.Similarity:
			m.Name, m.Similarity, m.Next = p.name, s, m.Similarity
		case s > m.Next:
			m.Next = s
		}
	}
	return m, nil
}
