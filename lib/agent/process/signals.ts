import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import type { Logger } from 'pino'
import type { LoadedAddon, NativeSignals } from '../../addon.ts'
import { endProcess } from './own-exit.ts'
import type { ReloadRequest } from './reload-request.ts'
import type { StopRequest } from './stop.ts'

const { SIGHUP, SIGINT, SIGTERM, SIGUSR1 } = constants.signals
const ENDING: readonly number[] = [SIGTERM, SIGINT]
/** SIGUSR1, which not every system has, opens a debugger's port unless somebody takes it. */
const WATCHED: readonly number[] = [...ENDING, SIGHUP, SIGUSR1].filter(number => number > 0)

/** How long JavaScript has to end the process by itself after the second signal. */
const GRACE_MS = 500

/**
 * The first SIGTERM or SIGINT ends the agent in good order. The second ends it at once, with the exit code
 * that a shell reports for a signal (128 + its number), even if the event loop is blocked. SIGHUP asks for a
 * reload, and SIGUSR1 does nothing. No beat can take these signals away, where the addon watches them.
 * Returns a function after which no signal has an effect.
 */
export function installSignalHandlers(
  stop: StopRequest,
  reload: ReloadRequest,
  log: Logger,
  loaded: LoadedAddon,
): () => void {
  let asked = false
  const end = (number: number) => {
    const signal = nameOf(number)
    if (asked) {
      log.warn(`Ending at once on a second signal, ${signal}`)
      endProcess(128 + number)
    }
    asked = true
    log.info({ signal }, 'Stopping')
    stop.ask()
  }
  let over = false
  const tell = (number: number) => {
    if (over) return
    if (ENDING.includes(number)) end(number)
    else if (number === SIGHUP) reload.ask()
  }
  const native = 'addon' in loaded ? loaded.addon.signals : undefined
  if (native) watch(native, tell, log)
  else for (const number of WATCHED) process.on(nameOf(number), () => tell(number))
  return () => {
    over = true
    native?.release()
  }
}

function watch(native: NativeSignals, tell: (signal: number) => void, log: Logger): void {
  const errno = native.watch(WATCHED, ENDING, GRACE_MS, tell)
  if (errno === 0) return
  log.warn(`Signals are not watched natively: ${getSystemErrorName(-Math.abs(errno))}`)
  // Told twice, the first signal would be the second.
  if (errno < 0) return
  for (const number of WATCHED) process.on(nameOf(number), () => tell(number))
}

function nameOf(number: number): NodeJS.Signals {
  const entry = Object.entries(constants.signals).find(([, each]) => each === number)
  return (entry?.[0] ?? 'SIGTERM') as NodeJS.Signals
}
