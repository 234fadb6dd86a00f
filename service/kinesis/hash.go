package kinesis

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"math/big"
)

// A hash key is a number of 128 bits. Rows hold it as 32 hexadecimal digits, which sort as the numbers do; the API
// speaks of it in decimal.
// https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key
type hashKey string

var (
	hashEnd  = new(big.Int).Lsh(big.NewInt(1), 128) // behind the last hash key
	one      = big.NewInt(1)
	lastHash = keyOf(new(big.Int).Sub(hashEnd, one))
)

func keyOf(n *big.Int) hashKey { return hashKey(fmt.Sprintf("%032x", n)) }

// hashOf is the hash key of a partition key.
func hashOf(partitionKey string) hashKey {
	sum := md5.Sum([]byte(partitionKey))
	return hashKey(hex.EncodeToString(sum[:]))
}

// parseHash reads a decimal hash key.
func parseHash(decimal string) (hashKey, bool) {
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok || n.Sign() < 0 || n.Cmp(hashEnd) >= 0 {
		return "", false
	}
	return keyOf(n), true
}

func (h hashKey) number() *big.Int {
	n, _ := new(big.Int).SetString(string(h), 16) // our own digits
	return n
}

func (h hashKey) decimal() string { return h.number().String() }

func (h hashKey) before() hashKey { return keyOf(new(big.Int).Sub(h.number(), one)) }

func (h hashKey) next() hashKey { return keyOf(new(big.Int).Add(h.number(), one)) }

// border is where the i-th of n even ranges begins.
func border(i, n int) hashKey {
	at := new(big.Int).Mul(hashEnd, big.NewInt(int64(i)))
	return keyOf(at.Quo(at, big.NewInt(int64(n))))
}
