package iam

// linkedPath is where the roles that belong to a service stand, and the policies that only they may bear.
const linkedPath = "/aws-service-role/"
