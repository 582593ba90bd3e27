package ipfs

import (
	"log/slog"

	"github.com/ipfs/go-log/v2"
	"github.com/libp2p/go-libp2p/gologshim"
)

// Quiet keeps the libraries below this package, which log to standard error by
// themselves, from doing so in this process. What they have to say comes back as
// errors, too. It is for main, and comes before Start.
func Quiet() {
	log.SetAllLoggers(log.LevelFatal)
	gologshim.SetDefaultHandler(slog.DiscardHandler)
}
