// Package vector holds columns of values in batches: what readers of files give, and what queries compute with.
//
// A Vector is one column of a batch, typed by how its values lie in memory and not by what they mean: a date and a bigint are
// both Int. What the values of a Hive or Glue type are:
//
//	boolean                                 Bool
//	tinyint smallint int bigint             Int
//	date                                    Int, days since 1970
//	timestamp                               Int, microseconds since 1970, as the wall clock of no zone shows
//	float double                            Float
//	decimal(p ≤ 18, s); decimal(p > 18, s)  Int; Wide: the value without its point
//	string varchar char binary              Bytes (text is UTF-8)
//	array, map, struct                      List, Map, Row
//
// A vector lies flat, or under a dictionary (Dict and Index), or is constant (Dict without Index). A function that has a fast
// path for one form and Flat for the others is right for all.
//
// A dictionary is known by its pointer: what lies under one Dict is the same in all batches that bring it, so that what was found out about an entry
// once holds for them all. Who has other entries makes another Vector; adding entries behind those that are there is allowed.
//
// Vectors that a Reader hands out are the reader's: valid until its next batch, and changed by nobody else.
package vector
