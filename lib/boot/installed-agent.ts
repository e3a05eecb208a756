import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from './machine.ts'

/** The installed agent, as systemd and the kernel report it. */
export class InstalledAgent {
  readonly #machine: Machine
  readonly #name: string

  constructor(machine: Machine, name: string) {
    this.#machine = machine
    this.#name = name
  }

  /** A property of the unit, such as `ActiveState` or `MainPID` (systemctl(1), show). */
  property(name: string): string {
    return this.#machine.run(`systemctl show --property=${name} --value ${this.#name}`).trim()
  }

  get pid(): number {
    return Number(this.property('MainPID'))
  }

  /** The values of a field in /proc/PID/task/TID/status, one for each thread. */
  statuses(key: string): readonly string[] {
    const lines = this.#machine.run(`grep -h ^${key}: /proc/${this.pid}/task/*/status`)
    return lines
      .trim()
      .split('\n')
      .map(line => line.replace(/^\w+:\s*/, ''))
  }

  /** The unit's journal, one message per item, as written. */
  journal(): readonly string[] {
    return this.#machine.run(`journalctl --unit=${this.#name} --output=cat --no-pager`).split('\n')
  }

  /** The lines of its log. */
  logged(): readonly Record<string, unknown>[] {
    return this.#objects().filter(each => 'log.level' in each)
  }

  /** The events that it has published. */
  events(): readonly Record<string, unknown>[] {
    return this.#objects().filter(each => 'ecs' in each)
  }

  /** Waits up to 30 s until `check` returns something, and returns that. */
  async until<T>(what: string, check: () => T | undefined | false): Promise<T> {
    for (let tries = 0; tries < 150; tries++) {
      const found = check()
      if (found) return found
      await pause(200)
    }
    throw new Error(`not within 30 s: ${what}\n${this.journal().slice(-30).join('\n')}`)
  }

  #objects(): readonly Record<string, unknown>[] {
    return this.journal().flatMap(line => (line.startsWith('{') ? objectsIn(line) : []))
  }
}

function objectsIn(line: string): readonly Record<string, unknown>[] {
  try {
    return [JSON.parse(line)]
  } catch {
    return [] // the text of somebody else
  }
}

/** The events of one dataset. */
export function ofDataset(events: readonly Record<string, unknown>[], dataset: string) {
  return events.filter(({ event }) => Object(event).dataset === dataset)
}
