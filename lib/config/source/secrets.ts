import type { Path } from '../../errors.ts'
import { mapScalars, type Tree } from './tree.ts'

/** What stands for a value that may not be shown. */
export const REDACTED = '[redacted]'

/** Anything shorter is no secret, and would be found in words that have nothing to do with it. */
const SHORTEST = 4

const NOTE = ' (it comes from a credential, which is text and not shown)'

/** What came from credentials: where it stands, and what it is. */
export class Secrets {
  /** Of the settings that have one in them. */
  readonly paths: readonly Path[]
  /** What may not be seen in any text, the longest first. */
  readonly values: readonly string[]

  constructor(paths: readonly Path[], values: readonly string[]) {
    this.paths = paths
    const long = values.filter(({ length }) => length >= SHORTEST)
    this.values = [...new Set(long)].sort((a, b) => b.length - a.length)
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
   * What may be said of a setting. A message on a secret may show it, or a part, or a word that is like
   * it: then `unseen` takes its place.
   */
  wordsAt(path: Path, message: string, unseen?: string): string {
    const within = this.paths.filter(each => isWithin(each, path))
    const isSecret = within.some(({ length }) => length === path.length)
    if (isSecret) return message === unseen ? message : (unseen ?? 'is not valid') + NOTE
    // Somewhere below: that the message is about it is no more than possible.
    return within.length > 0 && unseen !== undefined ? unseen : this.hide(message)
  }

  /** The text without any of the values, as they are or as they are quoted. */
  hide(text: string): string {
    const spellings = this.values.flatMap(value => [value, JSON.stringify(value).slice(1, -1)])
    return spellings.reduce((hidden, value) => hidden.replaceAll(value, REDACTED), text)
  }

  /** Throws it again, with none of the values in its message. */
  rethrow(thrown: unknown): never {
    if (thrown instanceof Error && this.values.length > 0) {
      thrown.message = this.hide(thrown.message)
      thrown.stack &&= this.hide(thrown.stack)
    }
    throw thrown
  }
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.every((key, at) => key === path[at])
}
