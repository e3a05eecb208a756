// What a document may have at most: more than any configuration needs, and so little that it is read within a second.

/** Far fewer levels than would exhaust the stack of what walks them. */
export const MAX_DEPTH = 100

export const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`

/** Values, also after aliases are expanded: `*a` of `*b` of `*c` … grows exponentially. */
export const MAX_NODES = 10_000

export const TOO_MANY = `has more than ${MAX_NODES} values`

/** systemd passes a mebibyte in all, names and values. */
export const MAX_CREDENTIALS = 1000

/** Characters of all variables and credentials, each as often as it is referred to. */
export const MAX_EXPANDED = 10_000_000

/** As many as a file has at most that has a value in each tenth. */
export const MAX_LINES = 100_000
