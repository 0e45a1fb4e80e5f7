/**
 * An immutable map ordered by its string keys (UTF-16 code units). `set` and `delete` give a new map
 * that shares all but the path to the changed leaf with the old one, which stays valid: holding a
 * view is free and nothing is ever copied whole. A B+ tree with copy-on-write nodes.
 */
export class SortedMap<V> {
  private constructor(
    private readonly root: Node<V>,
    readonly size: number,
  ) {}

  static empty<V>(): SortedMap<V> {
    return new SortedMap<V>({ keys: [], values: [] }, 0)
  }

  get(key: string): V | undefined {
    let node = this.root
    while ('children' in node) node = node.children[childFor(node.keys, key)] as Node<V>
    const at = lowerBound(node.keys, key)
    return node.keys[at] === key ? node.values[at] : undefined
  }

  set(key: string, value: V): SortedMap<V> {
    const before = this.size
    const change: Change = { size: before }
    const [left, right] = setIn(this.root, key, value, change)
    const root = right ? { keys: [lowest(left), lowest(right)], children: [left, right] } : left
    return new SortedMap(root, change.size)
  }

  /** This very map when the key is not in it. */
  delete(key: string): SortedMap<V> {
    const change: Change = { size: this.size }
    let root = deleteIn(this.root, key, change)
    if (change.size === this.size) return this
    while ('children' in root && root.children.length === 1) root = root.children[0] as Node<V>
    if ('children' in root && root.children.length === 0) root = { keys: [], values: [] }
    return new SortedMap(root, change.size)
  }

  /** The values of at most `limit` keys that start with `prefix`, in the order of their keys. */
  withPrefix(prefix: string, limit = Infinity): V[] {
    const out: V[] = []
    collectPrefix(this.root, prefix, limit, out)
    return out
  }

  /** All values in the order of their keys. */
  values(): V[] {
    const out: V[] = []
    collect(this.root, out)
    return out
  }

  /** The values one by one, for walks that pause. */
  [Symbol.iterator](): Generator<V, void, undefined> {
    return walk(this.root)
  }
}

interface Leaf<V> {
  readonly keys: readonly string[]
  readonly values: readonly V[]
}
/** `keys[i]` is a lower bound of the keys in `children[i]`; the first one counts as "before everything". */
interface Inner<V> {
  readonly keys: readonly string[]
  readonly children: readonly Node<V>[]
}
type Node<V> = Leaf<V> | Inner<V>

interface Change {
  size: number
}

/** Entries of a node at most. Wide nodes are shallow and quick to search; each write copies one per level. */
const widthMax = 48
/** A node that shrinks below this is merged with a neighbour when both fit into one. */
const widthMin = 12

/** The first position whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

function childFor(keys: readonly string[], key: string): number {
  const at = lowerBound(keys, key)
  return keys[at] === key ? at : Math.max(0, at - 1)
}

function lowest<V>(node: Node<V>): string {
  return node.keys[0] as string
}

function setIn<V>(node: Node<V>, key: string, value: V, change: Change): [Node<V>, Node<V>?] {
  if ('children' in node) {
    const at = childFor(node.keys, key)
    const [left, right] = setIn(node.children[at] as Node<V>, key, value, change)
    const children = node.children.slice()
    const keys = node.keys.slice()
    children[at] = left
    keys[at] = lowest(left)
    if (right) {
      children.splice(at + 1, 0, right)
      keys.splice(at + 1, 0, lowest(right))
    }
    if (children.length <= widthMax) return [{ keys, children }]
    const half = children.length >>> 1
    return [
      { keys: keys.slice(0, half), children: children.slice(0, half) },
      { keys: keys.slice(half), children: children.slice(half) },
    ]
  }
  const at = lowerBound(node.keys, key)
  const values = node.values.slice()
  if (node.keys[at] === key) {
    values[at] = value
    return [{ keys: node.keys, values }]
  }
  change.size++
  const keys = node.keys.slice()
  keys.splice(at, 0, key)
  values.splice(at, 0, value)
  if (keys.length <= widthMax) return [{ keys, values }]
  const half = keys.length >>> 1
  return [
    { keys: keys.slice(0, half), values: values.slice(0, half) },
    { keys: keys.slice(half), values: values.slice(half) },
  ]
}

function deleteIn<V>(node: Node<V>, key: string, change: Change): Node<V> {
  if ('children' in node) {
    const at = childFor(node.keys, key)
    const old = node.children[at]
    if (!old) return node
    const child = deleteIn(old, key, change)
    if (child === old) return node
    const children = node.children.slice()
    const keys = node.keys.slice()
    if (child.keys.length === 0) {
      children.splice(at, 1)
      keys.splice(at, 1)
      return { keys, children }
    }
    children[at] = child
    keys[at] = lowest(child)
    if (child.keys.length < widthMin && children.length > 1) mergeAt(keys, children, at > 0 ? at - 1 : at)
    return { keys, children }
  }
  const at = lowerBound(node.keys, key)
  if (node.keys[at] !== key) return node
  change.size--
  return { keys: node.keys.toSpliced(at, 1), values: node.values.toSpliced(at, 1) }
}

/** Joins the children at `at` and `at + 1` when they fit into one node. */
function mergeAt<V>(keys: string[], children: Node<V>[], at: number): void {
  const left = children[at] as Node<V>
  const right = children[at + 1] as Node<V>
  if (left.keys.length + right.keys.length > widthMax) return
  const joined = [...left.keys, ...right.keys]
  if ('children' in left && 'children' in right) {
    children.splice(at, 2, { keys: joined, children: [...left.children, ...right.children] })
  } else if ('values' in left && 'values' in right) {
    children.splice(at, 2, { keys: joined, values: [...left.values, ...right.values] })
  } else return
  keys.splice(at + 1, 1)
}

/** False when the last key with the prefix, or the limit, was met. */
function collectPrefix<V>(node: Node<V>, prefix: string, limit: number, out: V[]): boolean {
  if ('children' in node) {
    for (let at = childFor(node.keys, prefix); at < node.children.length; at++) {
      if (!collectPrefix(node.children[at] as Node<V>, prefix, limit, out)) return false
    }
    return true
  }
  for (let at = lowerBound(node.keys, prefix); at < node.keys.length; at++) {
    if (out.length >= limit || !(node.keys[at] as string).startsWith(prefix)) return false
    out.push(node.values[at] as V)
  }
  return true
}

function* walk<V>(node: Node<V>): Generator<V, void, undefined> {
  if ('children' in node) for (const child of node.children) yield* walk(child)
  else yield* node.values
}

function collect<V>(node: Node<V>, out: V[]): void {
  if ('children' in node) for (const child of node.children) collect(child, out)
  else for (const value of node.values) out.push(value)
}
