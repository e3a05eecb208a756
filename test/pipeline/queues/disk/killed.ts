import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Mood } from './killed-program.ts'
import { drained } from './opened.ts'

const PROGRAM = fileURLToPath(new URL('./killed-program.js', import.meta.url))

/** In flight: three batches of 50, and what is tried again beside them. */
export interface Killed {
  readonly stored: number
  readonly missing: readonly string[]
  /** Events that were sent more than once: so many for each kill. */
  readonly duplicates: number
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
  const having = (what: string) => notes.filter(([kind]) => kind === what).map(([, id = '']) => id)
  const { ids, messages } = await drained({ path })
  const sent = [...having('sent'), ...ids]
  const arrived = new Set(sent)
  const stored = having('stored')
  return {
    stored: stored.length,
    missing: stored.filter(id => !arrived.has(id)),
    duplicates: sent.length - arrived.size,
    messages,
  }
}
