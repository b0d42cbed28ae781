package store

// Collections in Redis that something else was found in the place of are
// remembered until all of their members were written again: a crash in the
// middle of that leaves a collection that looks right and lacks members.

// Mend remembers the Redis key of a collection that is to be written again.
func (p *Publication) Mend(key []byte) {
	p.key = append(append(p.key[:0], spaceMend), key...)
	p.set(p.key, nil)
}

// Mended remembers that all of the members are there again.
func (p *Publication) Mended(key []byte) {
	p.key = append(append(p.key[:0], spaceMend), key...)
	p.unset(p.key)
}

// Mend calls fn for the key of each collection that is to be written again.
func (db *DB) Mend(fn func(key []byte) error) error {
	return db.scan([]byte{spaceMend}, func(key, _ []byte) error { return fn(key[1:]) })
}
