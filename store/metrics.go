package store

// Metrics are the store's numbers at a moment; counters since it was opened.
type Metrics struct {
	JournalRecords    int64
	JournalBytes      int64
	DiskBytes         uint64
	CacheBytes        int64
	MemTableBytes     uint64
	WALBytes          uint64
	L0Files           int64
	ReadAmplification int
	Compactions       int64
	Flushes           int64
	WriteStalls       int64
	WriteStallSeconds float64
	Corruptions       int64
	BackgroundErrors  int64
}

// Metrics reads the numbers.
func (db *DB) Metrics() Metrics {
	m := db.pebble.Metrics()
	out := Metrics{
		DiskBytes:         m.DiskSpaceUsage(),
		CacheBytes:        m.BlockCache.Size,
		MemTableBytes:     m.MemTable.Size,
		WALBytes:          m.WAL.Size,
		L0Files:           m.Levels[0].TablesCount,
		ReadAmplification: m.ReadAmp(),
		Compactions:       m.Compact.Count,
		Flushes:           m.Flush.Count,
		WriteStalls:       db.events.stalls.Load(),
		WriteStallSeconds: float64(db.events.stalled.Load()) / 1e9,
		Corruptions:       db.events.corruptions.Load(),
		BackgroundErrors:  db.events.background.Load(),
	}
	db.journal.mu.Lock()
	defer db.journal.mu.Unlock()
	out.JournalRecords = int64(len(db.journal.records))
	for _, r := range db.journal.records {
		out.JournalBytes += r.bytes
	}
	return out
}
