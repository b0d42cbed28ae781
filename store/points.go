package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// points finds single keys. After some it goes over to one iterator, which costs
// a third of a Get each where the keys come nearly in order, and half where not.
type points struct {
	open  func() (*pebble.Iterator, error)
	get   func(key []byte) ([]byte, func() error, error)
	found int
	rows  *pebble.Iterator
}

// pointsFew is how many keys are looked up one by one: an iterator has to be worth its making.
const pointsFew = 8

// find calls use with the value of a key, if there is one. The value is valid until use returns.
func (p *points) find(key []byte, use func(value []byte) error) (bool, error) {
	if p.rows == nil {
		if p.found++; p.found <= pointsFew {
			value, done, err := p.get(key)
			if errors.Is(err, pebble.ErrNotFound) {
				return false, nil
			}
			if err != nil {
				return false, classify(err)
			}
			return true, errors.Join(use(value), classify(done()))
		}
		var err error
		if p.rows, err = p.open(); err != nil {
			return false, classify(err)
		}
	}
	if !p.rows.SeekPrefixGE(key) || !bytes.Equal(p.rows.Key(), key) {
		return false, classify(p.rows.Error())
	}
	value, err := p.rows.ValueAndErr()
	if err != nil {
		return false, classify(err)
	}
	return true, use(value)
}

func (p *points) close() error {
	if p.rows == nil {
		return nil
	}
	err := p.rows.Close()
	p.rows = nil
	if err != nil {
		return fmt.Errorf("read local state: %w", classify(err))
	}
	return nil
}
