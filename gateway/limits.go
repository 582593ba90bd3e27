package gateway

import "time"

// Limits bound what clients may ask for. A zero field means its default.
type Limits struct {
	MaxBody      int64         // bytes of a request body; 2 MiB
	MaxBatchBody int64         // bytes of a batch of transactions or a census dump; 16 MiB
	MaxBatch     int           // transactions in a batch; 10,000
	MaxMetadata  int           // bytes of a metadata document; 1 MiB
	Rate         float64       // requests per second and client address; 200
	Burst        int           // requests at once from one client address; 400
	Clients      int           // client addresses remembered; 65,536
	Concurrent   int           // requests answered at the same time; 512
	Timeout      time.Duration // for one request; 30 s
}
