package store

import "materializer/cdc"

// Identity says which state this is and which source it belongs to.
type Identity struct {
	StateID     string `json:"state_id"` // random, made with the state
	Epoch       uint64 `json:"epoch"`    // rises with every reload
	SystemID    string `json:"system_id"`
	Timeline    uint32 `json:"timeline"`
	Slot        string `json:"slot"`
	Fingerprint string `json:"fingerprint"` // of the schema
	Loaded      bool   `json:"loaded"`      // the first load is complete
}

type DB struct{}

func Open(dir string, o Options) (*DB, error)       { panic("stub") }
func (db *DB) Close() error                         { panic("stub") }
func (db *DB) Identity() Identity                   { panic("stub") }
func (db *DB) SetIdentity(id Identity) error        { panic("stub") } // synced
func (db *DB) Position() Position                   { panic("stub") } // durable
func (db *DB) Sync() error                          { panic("stub") } // makes all commits durable
func (db *DB) Metrics() Metrics                     { panic("stub") }
func (db *DB) NewBatch() *Batch                     { panic("stub") }
func (db *DB) Load(table int, rows []cdc.Row) error { panic("stub") }

// FinishLoad: one synced step: position, identity with Loaded, first touches.
func (db *DB) FinishLoad(id Identity, pos Position, touches []Touch) error       { panic("stub") }
func (db *DB) AppendJournal(touches []Touch) error                               { panic("stub") } // synced
func (db *DB) FoldJournal(maxRecords int) error                                  { panic("stub") }
func (db *DB) Snapshot() *Snapshot                                               { panic("stub") }
func (db *DB) Published(projection uint16, root []byte) (Published, bool, error) { panic("stub") }
func (db *DB) NewPublication() *Publication                                      { panic("stub") }

// in order of (projection, root); fn returns false to stop
func (db *DB) Claims(key []byte, fn func(projection uint16, root []byte) bool) error { panic("stub") }
func (db *DB) PublishedAfter(lsn cdc.LSN, fn func(projection uint16, root []byte) error) error {
	panic("stub")
}
func (db *DB) PublishedAll(fn func(projection uint16, root []byte, p Published) error) error {
	panic("stub")
}

// keys from a key on (inclusive), at most limit of them
func (db *DB) Leftovers(from []byte, limit int) ([]Leftover, error) { panic("stub") }

type Leftover struct {
	Key   []byte
	Hash  [16]byte // of the document that the key held; zero if not Known
	Known bool
}

type Batch struct{}

func (b *Batch) Apply(ch cdc.Change, effect func(Effect) error) error { panic("stub") }
func (b *Batch) Touch(node uint16, key []byte)                        { panic("stub") }
func (b *Batch) EndTransaction(pos Position)                          { panic("stub") }
func (b *Batch) Size() int                                            { panic("stub") }

// Commit writes everything, also an unfinished transaction (as partial), and empties the batch.
func (b *Batch) Commit(sync bool) error { panic("stub") }

// CommitAsync is Commit(true) that does not wait: call wait before relying on it; the batch is empty and usable at once.
func (b *Batch) CommitAsync() (wait func() error, err error) { panic("stub") }
func (b *Batch) Reset()                                      { panic("stub") } // forgets what was not committed

type Snapshot struct{}

func (s *Snapshot) Close()                                                      { panic("stub") }
func (s *Snapshot) Position() Position                                          { panic("stub") }
func (s *Snapshot) JournalEnd() uint64                                          { panic("stub") } // last sequence number; 0 if none ever
func (s *Snapshot) Row(table int, key, dst []byte) (cdc.Row, bool, error)       { panic("stub") }
func (s *Snapshot) Rows(table int, from []byte) *RowIterator                    { panic("stub") }
func (s *Snapshot) Lookup(index int, match []byte, reverse bool) *IndexIterator { panic("stub") }
func (s *Snapshot) NewReader() *Reader                                          { panic("stub") }
func (s *Snapshot) Journal() *JournalIterator                                   { panic("stub") }

// Reader is for one goroutine; reuses iterators and buffers.
type Reader struct{}

func (r *Reader) Close()                                                {}
func (r *Reader) Row(table int, key, dst []byte) (cdc.Row, bool, error) { panic("stub") }
func (r *Reader) Rows(table int, from []byte) *RowIterator              { panic("stub") }

// several iterators of one Reader may be open at the same time (nested)
func (r *Reader) Lookup(index int, match []byte, reverse bool) *IndexIterator { panic("stub") }

type RowIterator struct{}

func (i *RowIterator) Next() bool   { panic("stub") }
func (i *RowIterator) Key() []byte  { panic("stub") } // valid until Next
func (i *RowIterator) Row() cdc.Row { panic("stub") }
func (i *RowIterator) Err() error   { panic("stub") }
func (i *RowIterator) Close() error { panic("stub") }

type IndexIterator struct{}

func (i *IndexIterator) Next() bool     { panic("stub") }
func (i *IndexIterator) RowKey() []byte { panic("stub") } // valid until Next
func (i *IndexIterator) Err() error     { panic("stub") }
func (i *IndexIterator) Close() error   { panic("stub") }

type JournalIterator struct{}

func (i *JournalIterator) Next() bool                         { panic("stub") }
func (i *JournalIterator) Seq() uint64                        { panic("stub") } // a folded record may come in several pieces with the same Seq
func (i *JournalIterator) LSN() cdc.LSN                       { panic("stub") }
func (i *JournalIterator) Touches(fn func(Touch) error) error { panic("stub") }
func (i *JournalIterator) Err() error                         { panic("stub") }
func (i *JournalIterator) Close() error                       { panic("stub") }

type Publication struct{}

func (p *Publication) Put(projection uint16, root []byte, published Published) { panic("stub") }
func (p *Publication) Delete(projection uint16, root []byte)                   { panic("stub") }
func (p *Publication) Claim(key []byte, projection uint16, root []byte)        { panic("stub") }
func (p *Publication) Unclaim(key []byte, projection uint16, root []byte)      { panic("stub") }
func (p *Publication) ForgetJournal(uptoSeq uint64)                            { panic("stub") }
func (p *Publication) Leftover(l Leftover)                                     { panic("stub") }
func (p *Publication) NotLeftover(key []byte)                                  { panic("stub") }
func (p *Publication) Size() int                                               { panic("stub") }
func (p *Publication) Commit(sync bool) error                                  { panic("stub") } // and empties it for reuse
func (p *Publication) Close()                                                  { panic("stub") } // without writing

type Metrics struct {
	JournalRecords, JournalBytes  int64
	DiskBytes                     uint64
	CacheBytes, MemTableBytes     int64
	L0Files, ReadAmplification    int64
	Compactions, Flushes          int64
	WriteStalls                   int64
	WriteStallSeconds             float64
	WALBytes                      uint64
	Corruptions, BackgroundErrors int64
}

// Dir is the state directory: epochs as sub-directories, one process at a time.
type Dir struct{}

func OpenDir(path string) (*Dir, error)                  { panic("stub") } // ErrLocked names the pid
func (d *Dir) Close() error                              { panic("stub") }
func (d *Dir) Epochs() []Epoch                           { panic("stub") } // ascending; unfinished ones were removed by OpenDir
func (d *Dir) Newest() (Epoch, bool)                     { panic("stub") } // newest loaded
func (d *Dir) Open(epoch uint64, o Options) (*DB, error) { panic("stub") }
func (d *Dir) Create(o Options) (*DB, uint64, error)     { panic("stub") } // beside the others, Identity.Epoch set
func (d *Dir) Remove(epoch uint64) error                 { panic("stub") }

type Epoch struct {
	Number   uint64
	Path     string
	Identity Identity
	Err      error // why it cannot be read, if it cannot
}
