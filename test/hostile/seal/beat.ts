// A beat that tries every attack twice: in `open`, before the seal, and in `run`. Its event has the results.
import { constants, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { defineBeat } from 'sealbeat'
import type { Attack, Scene } from './attack.ts'
import { codeEndOf } from './processes.ts'
import { ATTEMPTED } from './table.ts'

/** By the name of the attack: `done`, the code of the error, or `absent` where the machine lacks the target. */
export type Results = Readonly<Record<string, string>>

const scene = {
  ...JSON.parse(process.env['HOSTILE_SCENE'] ?? ''),
  neighbour: Number(process.env['HOSTILE_NEIGHBOUR']),
  codeEnd: codeEndOf(Number(process.env['HOSTILE_NEIGHBOUR'])),
} as Scene

async function outcomeOf(attack: Attack): Promise<string> {
  if (attack.needs !== undefined && !existsSync(attack.needs)) return 'absent'
  try {
    await attack.attempt(scene)
    return 'done'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

async function attackAll(): Promise<Results> {
  const isRoot = process.geteuid?.() === 0
  const results: Record<string, string> = {}
  for (const attack of ATTEMPTED) {
    if (attack.who === 'root' && !isRoot) continue
    results[attack.name] = await outcomeOf(attack)
  }
  return results
}

/** The files and devices that this process has open for writing, from before the seal. */
function openForWriting(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap(descriptor => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`)
      const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')
      const flags = Number.parseInt(/^flags:\t(\d+)$/m.exec(info)?.[1] ?? '', 8)
      const isWritten = (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0
      return isWritten && target.startsWith('/') ? [target] : []
    } catch {
      return [] // the descriptor of the listing itself
    }
  })
}

export default defineBeat({
  name: 'hostile',
  schema: {},
  open: async () => ({ before: await attackAll() }),
  async run({ publish }, { before }) {
    await publish({ before, open: openForWriting(), after: await attackAll() })
  },
})
