package columnar

import "sync"

// pageRooms are rooms for pages that no reader needs any more, by how long they are: each of a list is as long as roomSize says, or somewhat longer.
var pageRooms [29]sync.Pool

// Rooms that are shorter are made anew, and longer ones are not kept.
const (
	leastRoom = 256 << 10
	mostRoom  = 32 << 20
)

// roomSize is 256 KiB, 320, 384, 448, 512, 640 … 32 MiB.
func roomSize(class int) int { return (4 + class%4) << (16 + class/4) }

// roomFor is b, or a longer room, of n bytes; what it holds means nothing. b stays whose it is, who may still have it when what was to be put into the other fails.
func roomFor(b []byte, n int) []byte {
	if cap(b) >= n {
		return b[:n]
	}
	if n < leastRoom || n > mostRoom {
		return resized(b, n)
	}
	class := 0
	for roomSize(class) < n {
		class++
	}
	for c := class; c < min(class+4, len(pageRooms)); c++ { // none of twice the length
		if used, ok := pageRooms[c].Get().(*[]byte); ok {
			return (*used)[:n]
		}
	}
	return make([]byte, n, roomSize(class))
}

// leaveRoom gives a room to whoever needs one next.
func leaveRoom(b []byte) {
	if cap(b) < leastRoom || cap(b) > mostRoom {
		return
	}
	class := 0
	for class+1 < len(pageRooms) && roomSize(class+1) <= cap(b) {
		class++
	}
	pageRooms[class].Put(&b)
}
