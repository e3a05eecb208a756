import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { programFile, skip } from '../live.ts'

/** Something that a user does, and all that it is answered. */
export interface Mistake {
  readonly what: string
  /** Beside those of the table. */
  readonly files?: Readonly<Record<string, string>>
  /** The folder of the sealbeat that is run; this one's unless given. */
  readonly root?: (context: Mocha.Context) => string
  /** Makes the folder what it has to be. */
  readonly prepare?: (place: Workplace, context: Mocha.Context) => void
  /** The same; what the command is run through. */
  readonly through?: (place: Workplace, context: Mocha.Context) => readonly string[]
  /** After those of the table. */
  readonly args?: readonly string[]
  readonly code: number
  /** The whole of standard error, log lines aside; the folder is PLACE. */
  readonly says?: string
  /** The message of the one line of the log that is an error. */
  readonly logs?: string
}

/** What all mistakes of a table have in common. */
export interface Setting {
  readonly command: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

export function tellsOf({ command, files }: Setting, mistakes: readonly Mistake[]): void {
  let place: Workplace | undefined
  afterEach(() => place?.remove())
  for (const mistake of mistakes) {
    const { what, args = [], code, says, logs } = mistake
    it(what, async function () {
      const made = new Workplace({ ...files, ...mistake.files }, mistake.root?.(this))
      place = made
      mistake.prepare?.(made, this)
      const through = mistake.through?.(made, this) ?? []
      const run = await made.startThrough(through, ...command, ...args).ended()
      const { lines, errors } = told(run.stderr, made)
      expect(lines).to.deep.equal(says === undefined ? [] : [says])
      expect(errors).to.deep.equal(logs === undefined ? [] : [logs])
      expect(run.code).to.equal(code)
    })
  }
}

/** What is not of the log, and the messages of what is an error in it. */
function told(stderr: string, place: Workplace) {
  const root = place.root.replace(/\/$/, '')
  const all = stderr
    .replaceAll(place.folder, 'PLACE')
    .replaceAll(root, 'SEALBEAT')
    .replaceAll(process.execPath, 'NODE')
    .replaceAll(process.version, 'VERSION')
    .replaceAll(`uid=${process.geteuid?.()})`, 'uid=USER)')
    .split('\n')
    .filter(line => line !== '')
  const errors = all.flatMap(line => {
    const { 'log.level': level, message } = line.startsWith('{') ? JSON.parse(line) : {}
    return level === 'error' ? [message] : []
  })
  return { lines: all.filter(line => !line.startsWith('{')), errors }
}

const NOBODY = 65534

/**
 * As a user without any right of his own, in a folder that is root's; what is named is his.
 * Skips where that can't be.
 */
export function asNobody(
  place: Workplace,
  context: Mocha.Context,
  ...his: readonly string[]
): readonly string[] {
  if (process.getuid?.() !== 0) skip(context, 'not root')
  const through = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const [program = '', ...args] = [...through, 'test', '-r', programFile('sealed')]
  if (spawnSync(program, args).status !== 0) skip(context, 'user 65534 may not read this folder')
  chmodSync(place.folder, 0o755)
  for (const name of his) chownSync(place.path(name), NOBODY, NOBODY)
  return [...through, '--inh-caps=-all', '--bounding-set=-all']
}
