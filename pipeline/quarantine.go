package pipeline

import (
	"strings"
	"time"

	"materializer/cdc"
	"materializer/projections"
	"materializer/store"
)

// Quarantine is the documents that cannot be made from their rows now, since an
// expression fails for them. Redis keeps what they were.
type Quarantine struct {
	Count     int64            `json:"count"`
	Documents []HeldBackReport `json:"documents,omitempty"` // the first ones
}

// HeldBackReport is one document in quarantine. It holds no values of rows
// besides those in keys.
type HeldBackReport struct {
	Projection string    `json:"projection"`
	Keys       []string  `json:"keys,omitempty"` // a member is shown behind the key of its collection
	Error      string    `json:"error"`
	Since      time.Time `json:"since"`
	LSN        cdc.LSN   `json:"lsn"` // of the state in which it failed last
}

// listed is how many documents in quarantine a status shows.
const listed = 20

// park puts a document that cannot be made into quarantine. It is tried again
// whenever something of it changes. Until then its keys are its own: they are no
// leftovers of an earlier state, and go when the row goes.
func (r *roundInHand) park(one *result) error {
	r.Metrics.Parked.Inc()
	held, in, err := r.db.Held(one.projection.ID, []byte(one.key))
	if err != nil {
		return err
	}
	if reason := one.parked.Error(); !in || held.Reason != reason {
		r.Logger.Error("a document cannot be made and keeps what it was", "projection", one.projection.Name, "error", reason)
		held.Reason = reason
	}
	if !in {
		held.Since = time.Now().UTC()
	}
	held.LSN = r.snapshot.Position().LSN
	r.after.Hold(one.projection.ID, []byte(one.key), held)
	for _, name := range one.keys {
		r.after.NotLeftover(name)
	}
	if one.known {
		return r.doubt(one)
	}
	none := store.Published{Round: r.round, Keys: one.keys}
	if one.projection.Claims {
		claim := claim{rankOf(one.projection.Shape, none.Hash), claimant{one.projection.ID, one.key}}.stored()
		for _, name := range one.keys {
			r.after.Claim(name, claim)
		}
	}
	r.after.Put(one.projection.ID, []byte(one.key), none)
	return nil
}

// doubt makes the record of a root such that its next document is written,
// whatever it is, where Redis may have lost, or may hold, another than the record
// says. What it claims counts as not shown: other rows' members do not rely on it.
func (r *roundInHand) doubt(one *result) error {
	if !r.force {
		return nil
	}
	published, root := one.before, claimant{one.projection.ID, one.key}
	published.Hash = [16]byte{} // of an element: no value yet
	if one.projection.Shape.Collects() && one.projection.Claims {
		published.Hash[unsettled] = 1
		r.claims.forgotten[root] = true
		for _, name := range published.Keys {
			if err := r.unclaimAll(r.after, name, root); err != nil {
				return err
			}
			r.after.Claim(name, claim{nothing, root}.stored())
		}
	}
	r.after.Put(one.projection.ID, []byte(one.key), published)
	return nil
}

// release lets a root out of quarantine that has a document again, or needs none.
func (r *roundInHand) release(one root) error {
	_, in, err := r.db.Held(one.projection.ID, []byte(one.key))
	if err != nil || !in {
		return err
	}
	r.Logger.Info("a document can be made again", "projection", one.projection.Name)
	r.after.Release(one.projection.ID, []byte(one.key))
	return nil
}

func (p *Pipeline) quarantined() int64 {
	if db := p.db.Load(); db != nil {
		return db.Quarantined()
	}
	return 0
}

// quarantine lists documents in quarantine, as many as a status shows.
func (p *Pipeline) quarantine(db *store.DB) Quarantine {
	q := Quarantine{Count: db.Quarantined()}
	if q.Count == 0 {
		return q
	}
	err := db.Quarantine(func(projection uint16, root []byte, held store.Held) bool {
		if int(projection) >= len(p.Plan.Projections) {
			return true
		}
		one := HeldBackReport{Projection: p.Plan.Projections[projection].Name, Error: held.Reason, Since: held.Since, LSN: held.LSN}
		if published, known, err := db.Published(projection, root); err == nil && known {
			one.Keys = shownNames(published.Keys)
		}
		q.Documents = append(q.Documents, one)
		return len(q.Documents) < listed
	})
	if err != nil {
		p.Logger.Warn("cannot list the documents in quarantine", "error", err)
	}
	return q
}

// shownNames shows names as text for people.
func shownNames(names [][]byte) (shown []string) {
	for _, name := range names {
		text := string(name)
		if key, member, ok := projections.SplitElement(name); ok {
			text = string(key) + " " + string(member)
		}
		shown = append(shown, strings.ToValidUTF8(text, "?"))
	}
	return shown
}
