import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readStoredObject } from '../../lib/agent/process/stored-file.ts'
import { type Result, type Running, Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'
import { confirmedIn, idsIn, textOf } from './ledger.ts'

interface FollowedOptions {
  /** The section of the queue; QUEUE stands for its folder. */
  readonly queue: string
  readonly after: 'confirmed' | 'stored'
  /** Of `output.file`. */
  readonly sync?: string
  /** Where data, queue and events are; by default beside the configuration. */
  readonly disk?: string
}

/** An agent whose beat keeps a position, and whose events go to files; it is killed again and again. */
export class Followed {
  readonly #place = new Workplace({ 'ledger.txt': '' })
  readonly #disk: string
  readonly #options: FollowedOptions
  #agent: Running | undefined

  constructor(options: FollowedOptions) {
    this.#options = options
    this.#disk = options.disk ?? this.#place.folder
  }

  /** Starts the agent; resolves once it has something done. */
  async start(): Promise<void> {
    const before = statSync(this.#ledger).size
    const agent = this.#start(false)
    while (statSync(this.#ledger).size === before) {
      if (agent.child.exitCode !== null) throw new Error((await agent.ended()).stderr)
      await sleep(5)
    }
  }

  async kill(): Promise<void> {
    this.#agent?.child.kill('SIGKILL')
    await this.#agent?.ended()
  }

  /** Where its notes end now. */
  noted(): number {
    return statSync(this.#ledger).size
  }

  /** Takes back the notes from there on. */
  forgetNotes(from: number): void {
    truncateSync(this.#ledger, from)
  }

  /** Starts the agent without new events, and ends it once everything before the position is in the files. */
  async drain(): Promise<Result> {
    const agent = this.#start(true)
    await agent.logged('Running')
    const end = performance.now() + 20_000
    while ((await this.ahead()).length > 0 && performance.now() < end) await sleep(50)
    agent.child.kill('SIGTERM')
    return agent.ended()
  }

  /** Numbers of events before the position that are in no file. */
  async ahead(): Promise<readonly number[]> {
    const present = this.#present()
    const position = await this.position()
    return Array.from({ length: position }, (_, n) => n).filter(n => !present.has(`c:${n}`))
  }

  /** Events that were noted as done and are in no file. */
  missing(): readonly string[] {
    const present = this.#present()
    return confirmedIn(this.#ledger).filter(id => !present.has(id))
  }

  async position(): Promise<number> {
    const state = await readStoredObject(join(this.#disk, 'data/state/cursor.json'))
    return Number(state?.['next'] ?? 0)
  }

  /** Events in the files, and those of them that are there again. */
  counts() {
    const ids = this.#ids()
    return { events: ids.length, repeated: ids.length - new Set(ids).size }
  }

  /** Takes an event away from the files. */
  forget(id: string): void {
    const folder = join(this.#disk, 'events')
    for (const name of readdirSync(folder)) {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n')
      const left = lines.filter(line => !line.includes(`"${id}"`))
      writeFileSync(join(folder, name), left.join('\n'))
    }
  }

  remove(): void {
    this.#place.remove()
  }

  get #ledger(): string {
    return this.#place.path('ledger.txt')
  }

  #start(quiet: boolean): Running {
    const { queue, after, sync = 'batch' } = this.#options
    const beat = `type: ${ROOT}dist/test/faults/cursor.js, ledger: ${this.#ledger}, after: ${after}`
    const file = `path: ${join(this.#disk, 'events')}, rotate_every_kb: 512, number_of_files: 1024`
    this.#place.write({
      'beat.yml': `beats: [{ ${beat}, quiet: ${quiet} }]
path.data: ${join(this.#disk, 'data')}
${queue.replace('QUEUE', join(this.#disk, 'queue'))}
output.file: { ${file}, sync: ${sync} }
logging.level: ${quiet ? 'info' : 'error'}
`,
    })
    this.#agent = this.#place.start('run', '--strict.perms=false')
    return this.#agent
  }

  #present(): ReadonlySet<string> {
    return new Set(this.#ids())
  }

  #ids(): readonly string[] {
    const folder = join(this.#disk, 'events')
    return readdirSync(folder).flatMap(name => idsIn(textOf(join(folder, name))))
  }
}
