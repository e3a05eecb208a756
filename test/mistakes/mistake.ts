import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { programFile, skip } from '../live.ts'

/** A mistake of a user, and the complete response to it. */
export interface Mistake {
  readonly what: string
  /** In addition to the files of the table. */
  readonly files?: Readonly<Record<string, string>>
  /** The folder of the sealbeat to run. Default: this checkout. */
  readonly root?: (context: Mocha.Context) => string
  /** Prepares the folder. */
  readonly prepare?: (place: Workplace, context: Mocha.Context) => void
  /** Also prepares the folder; returns the command that starts sealbeat. */
  readonly through?: (place: Workplace, context: Mocha.Context) => readonly string[]
  /** In addition to the arguments of the table. */
  readonly args?: readonly string[]
  readonly code: number
  /** The whole of standard error except log lines; PLACE stands for the folder. */
  readonly says?: string
  /** The messages of all log lines at level error or fatal. */
  readonly logs?: string | readonly string[]
}

/** The settings that all mistakes of a table share. */
export interface Setting {
  readonly command: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

export function testMistakes({ command, files }: Setting, mistakes: readonly Mistake[]): void {
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
      const { lines, errors } = splitStderr(run.stderr, made)
      expect(lines).to.deep.equal(says === undefined ? [] : [says])
      expect(errors).to.deep.equal([logs ?? []].flat())
      expect(run.code).to.equal(code)
    })
  }
}

/** Splits standard error into lines outside the log, and the messages of errors in the log. */
function splitStderr(stderr: string, place: Workplace) {
  const root = place.root.replace(/\/$/, '')
  const all = stderr
    .replaceAll(place.folder, 'PLACE')
    .replaceAll(root, 'SEALBEAT')
    .replaceAll(process.execPath, 'NODE')
    .replaceAll(process.version, 'VERSION')
    .replaceAll(/chgrp (nogroup|nobody) /g, 'chgrp GROUP ')
    .replaceAll(`uid=${process.geteuid?.()})`, 'uid=USER)')
    .split('\n')
    .filter(line => line !== '')
  const errors = all.flatMap(line => {
    const { 'log.level': level, message } = line.startsWith('{') ? JSON.parse(line) : {}
    return level === 'error' || level === 'fatal' ? [message] : []
  })
  return { lines: all.filter(line => !line.startsWith('{')), errors }
}

const NOBODY = 65534

/**
 * The command that runs a program as a user without any rights, in a folder that root owns; the user owns the
 * files in `owned`. Skips the test where that is impossible.
 */
export function asNobody(
  place: Workplace,
  context: Mocha.Context,
  ...owned: readonly string[]
): readonly string[] {
  if (process.getuid?.() !== 0) skip(context, 'not root')
  const through = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const [program = '', ...args] = [...through, 'test', '-r', programFile('sealed')]
  if (spawnSync(program, args).status !== 0) skip(context, 'user 65534 may not read this folder')
  chmodSync(place.folder, 0o755)
  for (const name of owned) chownSync(place.path(name), NOBODY, NOBODY)
  return [...through, '--inh-caps=-all', '--bounding-set=-all']
}
