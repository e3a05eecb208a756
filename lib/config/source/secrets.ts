import type { Path } from '../../errors.ts'
import { mapScalars, type Tree } from './tree.ts'

/** Replaces a value that must not be shown. */
export const REDACTED = '[redacted]'

/** Characters. A shorter value is not a secret, and would also occur in unrelated words. */
const MIN_CHARS = 4

const NOTE = ' (it comes from a credential, which is always text and never shown)'

/** The settings that contain a credential, key by key, so that one is found without a look at the others. */
interface Place {
  isSecret: boolean
  readonly below: Map<string | number, Place>
}

/** The values that came from credentials, and the settings that contain them. */
export class Secrets {
  /** The settings that contain a credential. */
  readonly paths: readonly Path[]
  /** The values to hide in every text, the longest first. */
  readonly values: readonly string[]
  readonly #places: Place = { isSecret: false, below: new Map() }
  /** The values, as they are and as in JSON, by how they begin: there may be thousands. */
  readonly #spellings: Map<string, string[]> = new Map()

  constructor(paths: readonly Path[], values: readonly string[]) {
    this.paths = paths
    const long = values.filter(({ length }) => length >= MIN_CHARS)
    this.values = [...new Set(long)].sort((a, b) => b.length - a.length)
    for (const path of paths) addPlace(this.#places, path)
    for (const value of this.values) {
      for (const spelling of new Set([value, JSON.stringify(value).slice(1, -1)])) {
        const start = spelling.slice(0, MIN_CHARS)
        const known = this.#spellings.get(start)
        if (known === undefined) this.#spellings.set(start, [spelling])
        else known.push(spelling)
      }
    }
    for (const known of this.#spellings.values()) known.sort((a, b) => b.length - a.length)
  }

  static in(tree: Tree): Secrets {
    const found: { readonly path: Path; readonly secrets: readonly string[] }[] = []
    mapScalars(tree, (scalar, path) => {
      if (scalar.secrets) found.push({ path, secrets: scalar.secrets })
      return scalar
    })
    return new Secrets(
      found.map(({ path }) => path),
      found.flatMap(({ secrets }) => secrets),
    )
  }

  /**
   * The message about a setting that may be shown. A message about a secret might contain the secret, a part
   * of it or a similar word; `unseen` replaces such a message.
   */
  wordsAt(path: Path, message: string, unseen?: string): string {
    const place = placeAt(this.#places, path)
    if (place?.isSecret === true) {
      return message === unseen ? message : (unseen ?? 'is not valid') + NOTE
    }
    // There is a secret somewhere below, and the message may be about it.
    return place !== undefined && unseen !== undefined ? unseen : this.hide(message)
  }

  /** The text with every value replaced, whether it is quoted as in JSON or not. */
  hide(text: string): string {
    let hidden = ''
    let end = 0
    for (let at = 0; this.#spellings.size > 0 && at <= text.length - MIN_CHARS; at++) {
      const known = this.#spellings.get(text.slice(at, at + MIN_CHARS))
      const found = known?.find(spelling => text.startsWith(spelling, at))
      if (found === undefined) continue
      // Two that overlap are hidden as one.
      if (at >= end) hidden += text.slice(end, at) + REDACTED
      end = Math.max(end, at + found.length)
    }
    return hidden + text.slice(end)
  }

  /** Throws the error again, with the values hidden in its message and stack. */
  rethrow(thrown: unknown): never {
    if (thrown instanceof Error && this.values.length > 0) {
      thrown.message = this.hide(thrown.message)
      thrown.stack &&= this.hide(thrown.stack)
    }
    throw thrown
  }
}

function addPlace(root: Place, path: Path): void {
  let here = root
  for (const key of path) {
    const below = here.below.get(key) ?? { isSecret: false, below: new Map() }
    here.below.set(key, below)
    here = below
  }
  here.isSecret = true
}

function placeAt(root: Place, path: Path): Place | undefined {
  return path.reduce<Place | undefined>((here, key) => here?.below.get(key), root)
}

/** Whether a path is that of a section or of something in it. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.every((key, at) => key === path[at])
}
