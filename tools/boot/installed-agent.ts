import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from './machine.ts'
import { NAME } from './sample.ts'

/** The installed agent, by what systemd and the kernel say of it. */
export class InstalledAgent {
  readonly #machine: Machine

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** `ActiveState`, `MainPID`, …: systemctl(1), show. */
  property(name: string): string {
    return this.#machine.run(`systemctl show --property=${name} --value ${NAME}`).trim()
  }

  get pid(): number {
    return Number(this.property('MainPID'))
  }

  /** Lines of /proc/PID/task/TID/status that say it, one for each thread. */
  statuses(key: string): readonly string[] {
    const said = this.#machine.run(`grep -h ^${key}: /proc/${this.pid}/task/*/status`)
    return said
      .trim()
      .split('\n')
      .map(line => line.replace(/^\w+:\s*/, ''))
  }

  /** The journal of the unit, each message as it was written. */
  journal(): readonly string[] {
    return this.#machine.run(`journalctl --unit=${NAME} --output=cat --no-pager`).split('\n')
  }

  /** Its log. */
  logged(): readonly Record<string, unknown>[] {
    return this.#objects().filter(each => 'log.level' in each)
  }

  /** What it has published. */
  events(): readonly Record<string, unknown>[] {
    return this.#objects().filter(each => 'ecs' in each)
  }

  /** Waits until something holds, for up to 30 s. */
  async until<T>(what: string, look: () => T | undefined | false): Promise<T> {
    for (let tries = 0; tries < 150; tries++) {
      const found = look()
      if (found) return found
      await pause(200)
    }
    throw new Error(`not within 30 s: ${what}\n${this.journal().slice(-30).join('\n')}`)
  }

  #objects(): readonly Record<string, unknown>[] {
    return this.journal().flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
  }
}

/** The events of one dataset. */
export function ofDataset(events: readonly Record<string, unknown>[], dataset: string) {
  return events.filter(({ event }) => Object(event).dataset === dataset)
}
