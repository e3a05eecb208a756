import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BULK, type Mood, WINDOW } from './killed-settings.ts'
import { drained } from './opened.ts'

const PROGRAM = fileURLToPath(new URL('./killed-program.js', import.meta.url))

/**
 * A batch is taken while fewer than WINDOW events have been that the position file does not know to be settled. A
 * kill repeats none but those, and a kill before all of them were repeated adds none.
 */
export const MOST_REPEATED: number = WINDOW - 1 + BULK

export interface Killed {
  readonly stored: number
  readonly missing: readonly string[]
  /** For each run after a kill: events that a run before it had sent. */
  readonly repeated: readonly number[]
  /** Events that one run has sent twice. */
  readonly twice: readonly string[]
  readonly messages: readonly string[]
}

/** Kills a process with a queue in the folder so often, each time after another while, and empties the queue. */
export async function killed(folder: string, moods: readonly Mood[]): Promise<Killed> {
  const [path, ledger] = [join(folder, 'queue'), join(folder, 'ledger.txt')]
  for (const [run, mood] of moods.entries()) {
    const child = spawn(process.execPath, [PROGRAM, path, ledger, mood, String(run)])
    let stderr = ''
    child.stderr.on('data', text => (stderr += text))
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    await sleep(Math.random() * 120)
    if (child.exitCode !== null) throw new Error(`it ended by itself: ${stderr}`)
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  const text = existsSync(ledger) ? readFileSync(ledger, 'utf8') : ''
  // The last line may be torn by the kill.
  const notes = text.split('\n').map(line => line.split(' '))
  const { ids, messages } = await drained({ path })
  const runs: string[][] = []
  for (const [kind, id = ''] of notes) {
    if (kind === 'open') runs.push([])
    if (kind === 'sent') runs.at(-1)?.push(id)
  }
  const arrived = new Set<string>()
  const repeated: number[] = []
  const twice: string[] = []
  for (const sent of [...runs, ids]) {
    repeated.push(sent.filter(id => arrived.has(id)).length)
    twice.push(...sent.filter((id, at) => sent.indexOf(id) !== at))
    for (const id of sent) arrived.add(id)
  }
  const stored = notes.filter(([kind]) => kind === 'stored').map(([, id = '']) => id)
  const missing = stored.filter(id => !arrived.has(id))
  return { stored: stored.length, missing, repeated, twice, messages }
}
