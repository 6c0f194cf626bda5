package capture

import "context"

// player gives what a pump reads: of what is live the newest frame, of what
// has an end every frame, paced as if it were live.
type player struct {
	*pump
	pace *pacer // of what has an end
	seq  int    // of the next frame, for pace
	lost int    // frames left out since the last one that was given
}

// newPlayer makes the player of a source whose rate, where it is known, is in
// info.
func newPlayer(info Info, o *Options) player {
	if info.Live {
		if !(info.FPS > 0 && info.FPS <= maxRate) { // streams without one tell that of their clock
			info.FPS = 0
		}
		return player{pump: newPump(info, o, false)}
	}
	if o.FPS > 0 {
		info.FPS = o.FPS
	}
	if !(info.FPS > 0 && info.FPS <= maxRate) {
		info.FPS = defaultVideoRate
	}
	return player{pump: newPump(info, o, true), pace: &pacer{rate: info.FPS, asFast: o.AsFast}}
}

// maxRate bounds frames a second.
const maxRate = 1000

func (p *player) Info() Info { return p.info }

// next makes f the next frame, but for its planes, which data is.
func (p *player) next(ctx context.Context, f *Frame) (data []byte, err error) {
	if p.pace == nil {
		return p.frame(ctx, f)
	}
	f.Release()
	skip, at, err := p.pace.next(ctx, p.seq)
	if err != nil {
		return nil, err
	}
	for i := range skip + 1 {
		if data, err = p.frame(ctx, f); err != nil {
			return nil, err
		}
		p.seq = int(f.Sequence) + 1
		if i < skip {
			p.lost++
		}
	}
	f.Captured = at
	f.Dropped += p.lost
	p.lost = 0
	return data, nil
}
