// Package organizations is AWS Organizations: accounts under one management account, in units, and what holds for them.
//
// State: rows of the whole partition, for an organisation spans accounts.
package organizations
