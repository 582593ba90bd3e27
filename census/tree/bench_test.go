package tree

import (
	"runtime"
	"slices"
	"testing"
)

const million = 1_000_000

func BenchmarkAddMillionAndHash(b *testing.B) {
	list := members(million, 1)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		tree := New()
		for batch := range slices.Chunk(list, 8192) {
			mustAdd(b, tree, batch)
		}
		tree.Root()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/million, "B/member")
		runtime.KeepAlive(tree)
	}
	b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "members/s")
}

func BenchmarkLoadMillionAndHash(b *testing.B) {
	whole := New()
	mustAdd(b, whole, members(million, 1))
	dump := whole.Dump()
	for b.Loop() {
		tree := New()
		if err := tree.Load(dump); err != nil {
			b.Fatal(err)
		}
		tree.Root()
	}
	b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "members/s")
}

func BenchmarkProofInMillion(b *testing.B) {
	tree := New()
	mustAdd(b, tree, members(million, 1))
	tree.Root()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := tree.Proof(address(i * 7919 % million)); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
