package writer

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers/servertest"
)

// BenchmarkWrite compares rounds with what one connection to Redis can take
// at all: the same documents as plain SETs in one pipeline.
func BenchmarkWrite(b *testing.B) {
	url := servertest.Redis(b)
	for _, size := range []int{100, 500, 2000} {
		for _, count := range []int{1, 10, 1000, 20000} {
			round := documents(count, size)
			name := fmt.Sprintf("size=%d/round=%d", size, count)
			b.Run(name+"/Write", func(b *testing.B) {
				r := open(b, url)
				b.ReportAllocs()
				lsn := 0
				for b.Loop() {
					lsn++
					write(b, r, marker(lsn), round...)
				}
				rate(b, count)
				m, ok := connect(b, r)
				wantMarker(b, m, ok, marker(lsn))
			})
			b.Run(name+"/plain SET", func(b *testing.B) {
				c := client(b, url).Conn()
				defer c.Close()
				b.ReportAllocs()
				for b.Loop() {
					pipeline := c.Pipeline()
					for i := range round {
						if err := pipeline.Process(b.Context(), redis.NewCmd(b.Context(), "set", round[i].Key, round[i].Value)); err != nil {
							b.Fatal(err)
						}
					}
					if _, err := pipeline.Exec(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				rate(b, count)
			})
		}
	}
}

func documents(count, size int) []Command {
	round := make([]Command, count)
	for i := range round {
		round[i] = Command{Key: fmt.Appendf(nil, "product:%d", i), Value: bytes.Repeat([]byte("x"), size)}
	}
	return round
}

func rate(b *testing.B, count int) {
	b.ReportMetric(float64(b.N)*float64(count)/b.Elapsed().Seconds(), "documents/s")
}
