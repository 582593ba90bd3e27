package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar makes a progress bar on the terminal, or nothing where there is none. A
// total of -1 makes a spinner.
func (a *app) bar(total int, what string) *progressbar.ProgressBar {
	f, ok := a.errs.(*os.File)
	if !ok || a.json || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(int64(total), what)
	}
	return progressbar.NewOptions(total,
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWriter(f),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionSetElapsedTime(total > 0),
		progressbar.OptionSetPredictTime(total > 0),
	)
}
