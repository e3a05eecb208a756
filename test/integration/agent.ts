import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Running, Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'

interface Started {
  readonly events: number
  /** What the ids of its events begin with. */
  readonly prefix: string
  /** The section of its output: its type and its settings, a line each. */
  readonly output: readonly string[]
  readonly conflicts?: number
  /** Further lines of its configuration. */
  readonly more?: readonly string[]
  /** The Node that it runs on, if that of this process does not do. */
  readonly node?: string
}

/** A sealed agent that publishes so many events and then ends. */
export class CountingAgent {
  readonly place: Workplace = new Workplace({ 'confirmed.txt': '' })
  readonly running: Running

  constructor({
    events,
    prefix,
    output,
    conflicts = 0,
    more = [],
    node = process.execPath,
  }: Started) {
    const beat = {
      ...{ type: `${ROOT}dist/test/integration/counting.js`, events, prefix, conflicts },
      confirmed: this.place.path('confirmed.txt'),
    }
    const lines = [
      `beats: [${JSON.stringify(beat)}]`,
      'seccomp.required: true',
      'logging.metrics.period: 1s',
      'shutdown_timeout: 20s',
      ...more,
      'output.main:',
      ...output.map(line => `  ${line}`),
    ]
    this.place.write({ 'beat.yml': `${lines.join('\n')}\n` })
    this.running = this.place.startOn(node, [], 'run', '--strict.perms=false')
  }

  /** How many of its events the output has confirmed. */
  get confirmed(): number {
    const lines = readFileSync(this.place.path('confirmed.txt'), 'utf8').split('\n')
    return Number(lines.at(-2) ?? 0)
  }

  /** Resolves once so many are; rejects when it ends before. */
  async hasConfirmed(events: number): Promise<void> {
    const ended = this.running.ended()
    while (this.confirmed < events) {
      const result = await Promise.race([ended, sleep(10)])
      if (result === undefined) continue
      if (this.confirmed >= events) return
      throw new Error(`the agent has ended with ${result.code}:\n${result.stderr.slice(-3000)}`)
    }
  }

  /** Resolves once the metrics have such a count of events: `retried`, `failed_writes`. */
  async hasCounted(count: string): Promise<void> {
    for (let line = 1; ; line++) {
      const { monitoring } = await this.running.logged('Non-zero metrics in the last 1s', line)
      if (Number(Object(monitoring).metrics?.events?.[count] ?? 0) > 0) return
    }
  }

  remove(): void {
    this.place.remove()
  }
}
