// Package issuer is the service that lets people vote one by one: it asks who
// they are, and signs for each of its members once and no more. In a plain
// election it signs the voter's address; in a blind one the voter's fresh key,
// without seeing it (RFC 9474).
//
// It promises that a member gets one credential, whatever is asked at the same
// time and whatever is killed; the same request gets the same answer again. Its
// journal counts credentials and names nobody.
//
// It refuses to keep anything that a ballot could be tied to, beyond what a
// plain signature gives away; it knows no votes, and decides nothing of the law.
package issuer
