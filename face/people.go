package face

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// ErrKnown says why a picture is of no use for knowing a person by.
type ErrKnown struct {
	File string
	Why  string
	Cure string
}

func (e *ErrKnown) Error() string { return e.File + ": " + e.Why + "; " + e.Cure }

// maxPictures bounds the pictures of people to know: each takes a fraction of
// a second to read, and each look at a face is held against all.
const maxPictures = 10000

// portrait is a picture of a person.
type portrait struct{ name, file string }

// portraits lists the pictures in a folder of people: NAME.jpg is of NAME, and
// so is each picture directly in a folder NAME.
func portraits(dir string) ([]portrait, error) {
	var list []portrait
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		// A link counts as what it leads to.
		st, err := os.Stat(path)
		if err != nil || !st.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		files, err := vision.Files(path)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			list = append(list, portrait{e.Name(), f})
		}
	}
	files, err := vision.Files(dir)
	if err != nil && len(list) == 0 {
		return nil, &ErrKnown{dir, "nobody is in this folder", "put a picture of each person in it, as NAME.jpg, or a folder NAME with several"}
	}
	for _, f := range files {
		list = append(list, portrait{strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)), f})
	}
	if len(list) > maxPictures {
		return nil, &ErrKnown{dir, fmt.Sprintf("there are %d pictures in this folder", len(list)), fmt.Sprintf("%d are the most", maxPictures)}
	}
	slices.SortStableFunc(list, func(a, b portrait) int { return cmp.Compare(a.name, b.name) })
	return list, nil
}

// LoadKnown reads a folder of people: of each a picture, NAME.jpg or any other
// kind that vision.Load reads, or a folder NAME of pictures. step is called
// after each picture. All pictures that are of no use are told at once: the
// errors are *ErrKnown and those of vision.Load, joined. A name may not be the
// one that is reserved.
func (r *Recognizer) LoadKnown(ctx context.Context, dir, reserved string, step func(done, all int)) (*Known, error) {
	list, err := portraits(dir)
	if err != nil {
		return nil, err
	}
	k := NewKnown(r.Comparer(), r.Embed.Size())
	var errs []error
	for i, p := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := r.portrait(ctx, p, reserved)
		if err != nil {
			errs = append(errs, err)
		} else {
			k.Add(p.name, f.Embedding)
		}
		step(i+1, len(list))
	}
	return k, errors.Join(errs...)
}

// alone is how many times as large as any other a face must be, by its area,
// for a picture to be of that person although others are in it.
const alone = 4

// portrait returns the face that a picture is of.
func (r *Recognizer) portrait(ctx context.Context, p portrait, reserved string) (*Face, error) {
	no := func(cure, why string, args ...any) error { return &ErrKnown{p.file, fmt.Sprintf(why, args...), cure} }
	if p.name == reserved {
		return nil, no("call the person something else", "%q is what people are called whom nobody knows", reserved)
	}
	img, err := vision.Load(p.file)
	if err != nil {
		return nil, err
	}
	found, err := r.Find(ctx, img)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.file, err)
	}
	if len(found) == 0 {
		return nil, no("give one in which it is larger, and seen from the front", "no face was found")
	}
	best := Largest(img, found)
	for i := range found {
		if i != best && found[i].Box.Area()*alone > found[best].Box.Area() {
			return nil, no("cut out the one that it is of", "there are several faces, %d", len(found))
		}
	}
	f, err := r.Describe(img, found[best])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.file, err)
	}
	if worth, why := f.Quality.Worth(); worth < Least {
		q := &f.Quality
		return nil, no("give a better one", "the face is %s: eyes %.0f pixels apart, sharpness %.0f, exposure %.2f%s", why, q.EyeDistance, q.Sharpness, q.Exposure, q.turned())
	}
	return f, nil
}

func (q *Quality) turned() string {
	if q.Pose == nil {
		return ""
	}
	return fmt.Sprintf(", yaw %.0f° and pitch %.0f°", q.Pose.Yaw, q.Pose.Pitch)
}
