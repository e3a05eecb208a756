import { closeSync, writeSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import type { LoadedAddon } from '../../addon.ts'

/** The service manager that started the agent, which wants to be told its state: sd_notify(3). */
export interface ServiceManager {
  /** Why it can't be notified, though it has asked to be. */
  readonly problem?: string
  /** The interval in which it expects `WATCHDOG=1`, if it does (sd_watchdog_enabled(3)). */
  readonly watchdogMs: number | undefined
  /** Sends `{ READY: 1, STATUS: '…' }`. Does nothing if there is no manager or if it does not listen now. */
  notify(state: Readonly<Record<string, string | number>>): void
  close(): void
}

type Environment = Record<string, string | undefined>

const NOBODY = { watchdogMs: undefined, notify: () => undefined, close: () => undefined }

/**
 * Connects to the service manager, before a filter could refuse the socket. Removes its variables from
 * `env`: they are meant for this process, and no program that a beat starts may speak for it.
 */
export function connectServiceManager(env: Environment, loaded: LoadedAddon): ServiceManager {
  const { NOTIFY_SOCKET: address, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name]
  if (address === undefined || address === '') return NOBODY
  if (!/^[/@]./.test(address)) {
    return { ...NOBODY, problem: `NOTIFY_SOCKET is neither a path nor @ and a name: ${address}` }
  }
  if ('problem' in loaded) return { ...NOBODY, problem: loaded.problem }
  const descriptor = loaded.addon.connectDatagram(address)
  if (descriptor < 0) {
    return { ...NOBODY, problem: `${address}: ${getSystemErrorName(descriptor)}` }
  }
  const isOurs = pid === undefined || pid === String(process.pid)
  return {
    watchdogMs: isOurs ? milliseconds(usec) : undefined,
    notify: state => send(descriptor, state),
    close: () => closeSync(descriptor),
  }
}

function milliseconds(usec: string | undefined): number | undefined {
  return usec !== undefined && /^[1-9]\d{0,15}$/.test(usec) ? Number(usec) / 1000 : undefined
}

/** One line for each variable, so a value must be one line too. */
function send(descriptor: number, state: Readonly<Record<string, string | number>>): void {
  const lines = Object.entries(state).map(([name, value]) => {
    return `${name}=${String(value).replaceAll('\n', ' ')}`
  })
  try {
    writeSync(descriptor, lines.join('\n'))
  } catch {
    // Its queue is full, or it is restarting: the next message has everything that matters.
  }
}
