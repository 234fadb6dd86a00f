// Package dial says which addresses an engine may connect to on a customer's word.
package dial

import (
	"fmt"
	"net/netip"
	"syscall"
)

// Guard is the Control of a net.Dialer. An estate that listens on loopback only is a person's own and may connect anywhere. Any
// other refuses loopback, link-local and unspecified addresses altogether, whatever name resolves to them: the machine's own
// services are not its customers' to reach.
func Guard(loopback bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		if loopback {
			return nil
		}
		p, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if a := p.Addr().Unmap(); a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast() {
			return fmt.Errorf("%s is an address of this machine or its link", a)
		}
		return nil
	}
}
