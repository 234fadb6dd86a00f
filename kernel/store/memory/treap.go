package memory

// node is part of a treap: ordered by key, heaped by rank. Nodes are never changed once reachable.
type node struct {
	key         string
	value       []byte
	rank        uint64
	left, right *node
}

// rank scatters keys, so that the tree is balanced whatever the order of insertion, and the same in every run.
func rank(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}

// put returns n with x in it, in place of a node of the same key.
func put(n, x *node) *node {
	switch {
	case n == nil:
		return x
	case n.key == x.key:
		return &node{x.key, x.value, x.rank, n.left, n.right}
	case n.rank < x.rank:
		x.left, x.right = split(n, x.key)
		return x
	case x.key < n.key:
		return &node{n.key, n.value, n.rank, put(n.left, x), n.right}
	default:
		return &node{n.key, n.value, n.rank, n.left, put(n.right, x)}
	}
}

func remove(n *node, key string) *node {
	switch {
	case n == nil:
		return nil
	case n.key == key:
		return join(n.left, n.right)
	case key < n.key:
		if l := remove(n.left, key); l != n.left {
			return &node{n.key, n.value, n.rank, l, n.right}
		}
	default:
		if r := remove(n.right, key); r != n.right {
			return &node{n.key, n.value, n.rank, n.left, r}
		}
	}
	return n
}

// split parts n into the keys below key and the rest.
func split(n *node, key string) (low, high *node) {
	if n == nil {
		return nil, nil
	}
	if n.key < key {
		l, h := split(n.right, key)
		return &node{n.key, n.value, n.rank, n.left, l}, h
	}
	l, h := split(n.left, key)
	return l, &node{n.key, n.value, n.rank, h, n.right}
}

// join undoes split: every key of a is below every key of b.
func join(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.rank > b.rank:
		return &node{a.key, a.value, a.rank, a.left, join(a.right, b)}
	default:
		return &node{b.key, b.value, b.rank, join(a, b.left), b.right}
	}
}
