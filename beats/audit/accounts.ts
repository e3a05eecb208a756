import { readFileSync, statSync } from 'node:fs'

/** Names of users and groups by number. */
export interface Accounts {
  user(id: number): string | undefined
  group(id: number): string | undefined
}

/** From /etc/passwd and /etc/group: other sources of accounts would take programs or the network. */
export function localAccounts(folder = '/etc'): Accounts {
  const users = new NumberedNames(`${folder}/passwd`)
  const groups = new NumberedNames(`${folder}/group`)
  return { user: id => users.get(id), group: id => groups.get(id) }
}

/** Milliseconds between two looks whether the file has changed. */
const PERIOD = 5_000

class NumberedNames {
  readonly #file: string
  #names: ReadonlyMap<string, string> = new Map()
  #looked = Number.NEGATIVE_INFINITY
  #changed = 0

  constructor(file: string) {
    this.#file = file
  }

  get(id: number): string | undefined {
    if (performance.now() - this.#looked > PERIOD) this.#refresh()
    return this.#names.get(String(id))
  }

  #refresh(): void {
    this.#looked = performance.now()
    try {
      const { mtimeMs } = statSync(this.#file)
      if (mtimeMs === this.#changed) return
      this.#names = parse(readFileSync(this.#file, 'utf8'))
      this.#changed = mtimeMs
    } catch {
      // Whoever may not read it has numbers alone.
    }
  }
}

/** The third field of a line is the number, in passwd(5) as in group(5); the first line that has it counts. */
function parse(text: string): ReadonlyMap<string, string> {
  const rows = text.split('\n').map(line => line.split(':'))
  return new Map(rows.reverse().map(([name = '', , id = '']) => [id, name]))
}
