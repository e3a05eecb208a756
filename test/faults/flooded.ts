import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Running, Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'
import { textsOfThreads } from '../threads.ts'
import {
  confirmedIn,
  fragmentOf,
  idsIn,
  judge,
  textOf,
  type Verdict,
  type Written,
} from './ledger.ts'

/** More files than a test rotates, so that none is removed by the output. */
const FILES = 1024
const CURRENT = 'events.ndjson'

/** An agent under flood that is killed again and again, its files, and what was taken from them. */
export class Flooded {
  readonly #place: Workplace
  readonly #fragments: string[] = []
  readonly #excused = new Set<string>()
  #moved = 0
  #agent: Running | undefined

  /** `output`: the section of the output; it has to write to `events/events.ndjson`. */
  constructor(
    output = `output.file: { path: EVENTS, rotate_every_kb: 256, number_of_files: ${FILES} }`,
  ) {
    this.#place = new Workplace({ 'ledger.txt': '', 'events/.keep': '' })
    const ledger = this.#place.path('ledger.txt')
    this.#place.write({
      'beat.yml': `beats: [{ type: ${ROOT}dist/test/faults/flood.js, ledger: ${ledger} }]
queue.mem: { events: 1000, flush: { min_events: 200, timeout: 5ms } }
logging.level: error
${output.replaceAll('EVENTS', this.#place.path('events'))}
`,
    })
  }

  /** Starts the agent; resolves once it has confirmed something. */
  async start(): Promise<void> {
    const before = statSync(this.#place.path('ledger.txt')).size
    const agent = this.#place.start('run', '--strict.perms=false')
    this.#agent = agent
    while (statSync(this.#place.path('ledger.txt')).size === before) {
      if (agent.child.exitCode !== null) throw new Error((await agent.ended()).stderr)
      await sleep(5)
    }
  }

  async kill(): Promise<void> {
    const { child, ended } = this.#running
    child.kill('SIGKILL')
    await ended()
    const text = textOf(this.#current)
    this.#fragments.push(fragmentOf(text))
  }

  /** Leaves half a line in the current file, as a kill in the middle of a write does. */
  tear(): void {
    const text = textOf(this.#current)
    if (fragmentOf(text) !== '') return
    const fragment = '{"id":"torn","pad":"xxx'
    appendFileSync(this.#current, fragment)
    this.#fragments.push(fragment)
  }

  /** Removes the current file of an agent that stands still: what is in it is known to the byte. */
  async removeStopped(): Promise<void> {
    const { child, pid } = this.#running
    child.kill('SIGSTOP')
    while (!stateOfThreads(pid).every(state => state === 'T')) await sleep(1)
    this.remove()
    child.kill('SIGCONT')
  }

  /** Removes the current file, if there is one, of an agent that does not run. */
  remove(): void {
    if (!existsSync(this.#current)) return
    this.#excuse(readFileSync(this.#current, 'utf8'))
    rmSync(this.#current)
  }

  /** Moves the current file away and removes it there, while the agent writes to it. */
  removeMoved(): void {
    const moved = this.#move()
    if (moved === undefined) return
    const file = openSync(moved, 'r')
    rmSync(moved)
    // What comes after this is written to a file without a name, and has to be written again.
    const content = Buffer.alloc(fstatSync(file).size)
    readSync(file, content, 0, content.length, 0)
    closeSync(file)
    this.#excuse(content.toString())
  }

  /** Moves the current file away, for good. */
  move(): void {
    this.#move()
  }

  /** Everything that is there, compared with everything confirmed that was not removed. */
  judge(): Verdict {
    const excused = this.#excused
    const confirmed = confirmedIn(this.#place.path('ledger.txt')).filter(id => !excused.has(id))
    return judge(this.files(), confirmed, this.#fragments)
  }

  /** The number of events that were confirmed, and of those that went with removed files. */
  get counts() {
    const confirmed = confirmedIn(this.#place.path('ledger.txt'))
    return { confirmed: confirmed.length, removed: this.#excused.size }
  }

  /** The files, the oldest first; those that were moved away come before them. */
  files(): readonly Written[] {
    const folder = this.#place.path('events')
    const names = readdirSync(folder).filter(name => name !== '.keep')
    const ageOf = (name: string) =>
      name === CURRENT ? 0 : Number(name.split('.').at(-1)) || FILES + 1
    names.sort((a, b) => ageOf(b) - ageOf(a))
    return names.map(name => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') }))
  }

  end(): void {
    this.#place.remove()
  }

  get #running(): Running {
    if (this.#agent === undefined) throw new Error('it was not started')
    return this.#agent
  }

  get #current(): string {
    return this.#place.path(`events/${CURRENT}`)
  }

  #move(): string | undefined {
    const to = this.#place.path(`events/moved-${this.#moved++}`)
    try {
      renameSync(this.#current, to)
      return to
    } catch {
      // The agent is just rotating it.
      return undefined
    }
  }

  #excuse(text: string): void {
    for (const id of idsIn(text)) this.#excused.add(id)
  }
}

function stateOfThreads(pid: number): readonly string[] {
  const stats = textsOfThreads(pid, 'stat')
  return stats.map(stat => stat.slice(stat.lastIndexOf(')') + 2).charAt(0))
}
