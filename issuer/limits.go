package issuer

import "time"

// Bounds on what strangers may make the service do.
const (
	maxBodyBytes    = 16 << 10         // of a request; an ID token takes up to 8 KiB
	maxAnswerBytes  = 10 << 10         // of one answer to a question
	maxAnswers      = 4                // in one step
	maxSessions     = 100_000          // open at a time; no more until some expire
	sessionLife     = 15 * time.Minute // an e-mail may take a while
	maxTries        = 5                // wrong codes in a session
	maxMails        = 5                // to one address in mailWindow
	mailWindow      = time.Hour
	asksPerMinute   = 60 // steps and signatures of one client address
	burst           = 30
	maxClients      = 100_000 // client addresses that are remembered
	maxMemberBytes  = 320     // the longest e-mail address
	maxNameBytes    = 64
	maxMembers      = 10_000_000
	maxEmailSeconds = 20
)
