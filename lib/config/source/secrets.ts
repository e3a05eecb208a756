import type { Path } from '../../errors.ts'
import { mapScalars, type Tree } from './tree.ts'

/** Replaces a value that must not be shown. */
export const REDACTED = '[redacted]'

/** Characters. A shorter value is not a secret, and would also occur in unrelated words. */
const MIN_CHARS = 4

const NOTE = ' (it comes from a credential, which is always text and never shown)'

/** The values that came from credentials, and the settings that contain them. */
export class Secrets {
  /** The settings that contain a credential. */
  readonly paths: readonly Path[]
  /** The values to hide in every text, the longest first. */
  readonly values: readonly string[]

  constructor(paths: readonly Path[], values: readonly string[]) {
    this.paths = paths
    const long = values.filter(({ length }) => length >= MIN_CHARS)
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
   * The message about a setting that may be shown. A message about a secret might contain the secret, a part
   * of it or a similar word; `unseen` replaces such a message.
   */
  wordsAt(path: Path, message: string, unseen?: string): string {
    const within = this.paths.filter(each => isWithin(each, path))
    const isSecret = within.some(({ length }) => length === path.length)
    if (isSecret) return message === unseen ? message : (unseen ?? 'is not valid') + NOTE
    // There is a secret somewhere below, and the message may be about it.
    return within.length > 0 && unseen !== undefined ? unseen : this.hide(message)
  }

  /** The text with every value replaced, whether it is quoted as in JSON or not. */
  hide(text: string): string {
    const spellings = this.values.flatMap(value => [value, JSON.stringify(value).slice(1, -1)])
    return spellings.reduce((hidden, value) => hidden.replaceAll(value, REDACTED), text)
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

/** Whether a path is that of a section or of something in it. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.every((key, at) => key === path[at])
}
