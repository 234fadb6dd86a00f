package functions

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// https://trino.io/docs/current/functions/url.html
func init() {
	p := page("url")
	part := func(name string, f func(r *Row, u *url.URL)) {
		p.rows("url_extract_"+name+"(varchar) varchar", func(r *Row) {
			if u, err := url.Parse(r.Text(0)); err == nil {
				f(r, u)
			}
		})
	}
	part("protocol", func(r *Row, u *url.URL) { r.PutText(u.Scheme) })
	part("host", func(r *Row, u *url.URL) { r.PutText(u.Hostname()) })
	part("path", func(r *Row, u *url.URL) { r.PutText(u.Path) })
	part("query", func(r *Row, u *url.URL) { r.PutText(u.RawQuery) })
	part("fragment", func(r *Row, u *url.URL) { r.PutText(u.Fragment) })
	p.rows("url_extract_port(varchar) bigint", func(r *Row) {
		if u, err := url.Parse(r.Text(0)); err == nil {
			if n, err := strconv.Atoi(u.Port()); err == nil {
				r.PutInt(int64(n))
			}
		}
	})
	p.rows("url_extract_parameter(varchar,varchar) varchar", func(r *Row) {
		u, err := url.Parse(r.Text(0))
		if err != nil {
			return
		}
		for _, pair := range strings.Split(u.RawQuery, "&") { // the first, as it stands
			k, v, _ := strings.Cut(pair, "=")
			if k == r.Text(1) {
				r.PutText(v)
				return
			}
		}
	})
	p.rows("url_encode(varchar) varchar", func(r *Row) {
		for _, c := range r.Bytes(0) {
			switch {
			case letters(c) || digitByte(c) || strings.IndexByte("-_.*", c) >= 0:
				r.Out.Data = append(r.Out.Data, c)
			case c == ' ':
				r.Out.Data = append(r.Out.Data, '+')
			default:
				r.Out.Data = append(r.Out.Data, '%', "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15])
			}
		}
		r.PutText("")
	})
	p.rows("url_decode(varchar) varchar", func(r *Row) {
		if s, err := url.QueryUnescape(r.Text(0)); err != nil {
			r.Invalid("%v", err)
		} else {
			r.PutText(s)
		}
	})
	addresses(page("ip address"))
}

// addresses are https://trino.io/docs/current/functions/ipaddress.html
func addresses(p page) {
	contains := func(r *Row, network string, a netip.Addr) {
		n, err := netip.ParsePrefix(network)
		if err != nil {
			r.Invalid("Invalid CIDR: %s", network)
			return
		}
		r.PutBool(n.Masked().Contains(a.Unmap()))
	}
	address := func(r *Row, i int) netip.Addr {
		a, _ := netip.AddrFromSlice(r.Bytes(i))
		return a
	}
	p.rows("contains(varchar,ipaddress) boolean", func(r *Row) { contains(r, r.Text(0), address(r, 1)) })
}
