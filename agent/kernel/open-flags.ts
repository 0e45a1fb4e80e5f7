/** open(2), beyond what Node names: a place in the tree (`O_PATH`), without access to what is there. */
export const openPathOnly = 0o10_000_000
