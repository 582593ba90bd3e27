package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockHome keeps other processes from using a home until the returned function
// is called, or this process ends. The lock is on the directory itself, so that
// nothing is left behind.
func lockHome(home string) (unlock func() error, err error) {
	d, err := os.Open(home)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%s is in use by another process", home)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d.Close, nil
}
