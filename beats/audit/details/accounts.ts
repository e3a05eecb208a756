import { readFileSync, statSync } from 'node:fs'

/** Names of users and groups by numeric id. */
export interface Accounts {
  user(id: number): string | undefined
  group(id: number): string | undefined
}

/**
 * Reads /etc/passwd and /etc/group only: other sources of accounts would need programs or the network.
 *
 * @param now milliseconds on any one monotonic clock
 */
export function localAccounts(folder = '/etc', now = () => performance.now()): Accounts {
  const users = new NumberedNames(`${folder}/passwd`, now)
  const groups = new NumberedNames(`${folder}/group`, now)
  return { user: id => users.get(id), group: id => groups.get(id) }
}

/** How long names are served before the file is checked for changes again. */
const CHECK_INTERVAL_MS = 5_000

/** Names by id, both as they are written. */
type Names = ReadonlyMap<string | undefined, string | undefined>

class NumberedNames {
  readonly #file: string
  readonly #now: () => number
  #names: Names = new Map()
  #checkedAtMs = Number.NEGATIVE_INFINITY
  #modifiedMs: number | undefined

  constructor(file: string, now: () => number) {
    this.#file = file
    this.#now = now
  }

  get(id: number): string | undefined {
    if (this.#now() - this.#checkedAtMs > CHECK_INTERVAL_MS) this.#refresh()
    return this.#names.get(String(id))
  }

  #refresh(): void {
    this.#checkedAtMs = this.#now()
    try {
      const { mtimeMs } = statSync(this.#file)
      if (mtimeMs === this.#modifiedMs) return
      this.#names = parse(readFileSync(this.#file, 'utf8'))
      this.#modifiedMs = mtimeMs
    } catch {
      // A user who may not read the file gets ids without names.
    }
  }
}

/**
 * The third field of a line is the id, in both passwd(5) and group(5). If several lines have the same id,
 * the first one counts.
 */
function parse(text: string): Names {
  const rows = text.split('\n').map(line => line.split(':'))
  return new Map(rows.reverse().map(([name, , id]) => [id, name]))
}
