package logs

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
)

//go:embed prices.json
var priceFacts []byte

// prices are the first tiers of one region, without what is free.
type prices struct {
	Region, Noted string // where, and when they were written down
	Items         []item
}

// item is what a usage of the meter costs.
type item struct {
	Name, What, Usage, Per, Page string
	Dollars                      float64
	Share                        float64 // of the bytes that is paid: lines are kept compressed, which the page takes as 0.15
}

const (
	gigabyte = 1 << 30
	terabyte = 1 << 40
	month    = 30 * 24 // hours
)

func readPrices() (p prices, err error) {
	return p, json.Unmarshal(priceFacts, &p)
}

// of is what so much of an item costs.
func (p *prices) of(name string, amount float64) float64 {
	for _, i := range p.Items {
		if i.Name == name {
			return i.cost(amount)
		}
	}
	panic("BUG: no price of " + name)
}

func (i *item) cost(amount float64) float64 {
	if i.Share > 0 {
		amount *= i.Share
	}
	return amount / i.unit() * i.Dollars
}

// unit is how much of the usage the price is for.
func (i *item) unit() float64 {
	switch i.Per {
	case "GB":
		return gigabyte
	case "TB":
		return terabyte
	case "GB-month":
		return gigabyte * month
	}
	n, err := strconv.ParseFloat(i.Per, 64)
	if err != nil {
		panic("BUG: no unit: " + i.Per)
	}
	return n
}

func dollars(v float64) string { return fmt.Sprintf("%.7f", v) }
