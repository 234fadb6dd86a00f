package credential

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
)

// Ids of access keys bear the number of their account, as AWS's do: 40 of their 80 bits, behind the first one, which is set.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
const (
	accountBits  = 40
	accountShift = 7
	marked       = 1 << (accountBits + accountShift)
)

// KeyID makes the id of an access key of an account; chance has ten bytes at least.
func KeyID(prefix, account string, chance []byte) string {
	n, _ := strconv.ParseUint(account, 10, accountBits)
	b := [10]byte(chance)
	head := uint64(b[0])<<40 | uint64(binary.BigEndian.Uint32(b[1:]))<<8 | uint64(b[5])
	head = marked | n<<accountShift | head&(1<<accountShift-1)
	b[0], b[5] = byte(head>>40), byte(head)
	binary.BigEndian.PutUint32(b[1:], uint32(head>>8))
	return prefix + base32.StdEncoding.EncodeToString(b[:])
}

// AccountOf reads the account from the id of an access key; ok=false for what is no id of that kind.
func AccountOf(id string) (account string, ok bool) {
	if len(id) != 20 {
		return "", false
	}
	b, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil || b[0]&0x80 == 0 {
		return "", false
	}
	head := uint64(b[0])<<40 | uint64(binary.BigEndian.Uint32(b[1:]))<<8 | uint64(b[5])
	return fmt.Sprintf("%012d", head&(marked-1)>>accountShift), true
}
