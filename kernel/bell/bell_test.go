package bell_test

import (
	"testing"

	"unyo/kernel/bell"
)

func heard(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestBell(t *testing.T) {
	var b bell.Bell
	b.Ring("a") // nobody listens
	both, leave := b.Listen("a", "b")
	one, gone := b.Listen("b")
	if heard(both) || heard(one) {
		t.Error("heard what was rung before")
	}
	b.Ring("a")
	b.Ring("a")
	if !heard(both) || heard(both) || heard(one) {
		t.Error("two rings are one piece of news, for those alone who listen")
	}
	b.Ring("b")
	if !heard(both) || !heard(one) {
		t.Error("not everybody was told")
	}
	leave()
	leave()
	b.Ring("b")
	if heard(both) || !heard(one) {
		t.Error("who has left is told nothing, who stays is")
	}
	gone()
	b.Ring("b")
	if heard(one) {
		t.Error("told after leaving")
	}
}
