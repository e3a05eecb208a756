// A folder for the data, the output and the configuration of an agent that is measured.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MAIN, programFile } from './child.ts'

/** Where an agent runs while it is measured. */
export interface Folder {
  readonly path: string
  /** Where an agent writes its events, unless it has another output. */
  readonly events: string
  /** The command of an agent with this one beat. */
  agent(beat: string, options?: AgentOptions): readonly string[]
}

export interface AgentOptions {
  /** The Node binary and its options. */
  readonly node?: readonly string[]
  /** The agent's program. */
  readonly main?: string
  /** As `-E` takes it; else it is output.file. */
  readonly output?: string
  /** More settings, as `-E` takes them. */
  readonly settings?: readonly string[]
}

/** A beat of bench/programs/, with its settings. */
export function beatOf(program: string, settings: Readonly<Record<string, number>> = {}): string {
  return JSON.stringify({ type: programFile(program), ...settings })
}

/** Uses a new folder, and removes it. */
export async function inFolder<T>(use: (folder: Folder) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), 'sealbeat-bench-'))
  writeFileSync(`${path}/beat.yml`, `path: { data: ${path}/data, logs: ${path} }\n`, {
    mode: 0o644,
  })
  try {
    return await use({
      path,
      events: `${path}/events`,
      agent: (beat, options) => agentIn(path, beat, options),
    })
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

function agentIn(path: string, beat: string, options: AgentOptions = {}): readonly string[] {
  const file = `output.file={ path: ${path}, filename: events }`
  const { node = [process.execPath], main = MAIN, output = file, settings = [] } = options
  const given = [`beats=[${beat}]`, output, ...settings].flatMap(setting => ['-E', setting])
  // A checkout is as git and the umask have it, so others may be able to write the beat.
  return [...node, main, 'run', '-c', `${path}/beat.yml`, '--strict.perms=false', ...given]
}
