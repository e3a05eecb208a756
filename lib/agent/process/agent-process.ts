import type { Logger } from 'pino'
import { loadAddon, type NativeChecksum } from '../../addon.ts'
import { AgentError } from '../../errors.ts'
import { makeFolder } from '../../folders.ts'
import { createLogger, type LogControl } from '../../log/logger.ts'
import { version } from '../../own-package.ts'
import { plainReason } from '../../system-errors.ts'
import type { Plan } from '../plan.ts'
import type { Attribution } from './attribution.ts'
import { CloseStack } from './close-stack.ts'
import { type DataLock, lockFolder } from './data-lock.ts'
import { refuseForeignLinks } from './foreign-links.ts'
import { type Identity, readIdentity } from './identity.ts'
import type { ReloadRequest } from './reload-request.ts'
import { connectServiceManager, type ServiceManager } from './service-manager.ts'
import { installSignalHandlers } from './signals.ts'
import type { StopRequest } from './stop.ts'
import { catchUncaught } from './uncaught.ts'

/** The process itself, whatever the beats do: its data path, log, identity and signal handlers. */
export interface AgentProcess {
  readonly log: Logger
  readonly logging: LogControl
  readonly identity: Identity
  readonly manager: ServiceManager
  /** Set by SIGHUP from now on. */
  readonly reload: ReloadRequest
  /** Undefined where the addon has none. */
  readonly checksum: NativeChecksum | undefined
  /** Adds something to close after the beats, the queue and the output, but before the log. */
  addCloser(what: string, close: () => void): void
  close(): Promise<void>
}

/** The longest that closing may take. */
const CLOSE_TIMEOUT_MS = 1_000

/** @throws AgentError `OPEN_FAILED`, `STATE_INVALID`; whatever was opened before is closed again */
export async function openAgentProcess(
  plan: Plan,
  stop: StopRequest,
  reload: ReloadRequest,
  attribution: Attribution,
): Promise<AgentProcess> {
  const { path, logging, serviceName, queue } = plan.config
  refuseForeignLinks([path.data, ...(logging.to_files ? [path.logs] : []), ...queue.outside])
  const lock = await claim('path.data', path.data)
  const queueLocks = await Promise.all(
    queue.outside.map(folder => claim('queue.disk.path', folder)),
  )
  const loaded = loadAddon()
  const checksum = 'addon' in loaded ? loaded.addon.checksum : undefined
  const manager = connectServiceManager(process.env, loaded)
  const secrets = plan.secrets.values
  const logs = await closeOnFailure(lock, manager, () => {
    return createLogger(logging, { paths: path, name: serviceName, secrets })
  })
  const { log } = logs
  const closeStack = new CloseStack()
  closeStack.add('the lock of path.data', lock.release)
  for (const each of queueLocks) closeStack.add('the lock of the queue', each.release)
  closeStack.add('the service manager', manager.close)
  closeStack.add('the log', logs.close)
  closeStack.add('the handlers', installHandlers(stop, reload, log, attribution))
  const addCloser = (what: string, end: () => void) => void closeStack.add(what, end)
  const close = () => closeStack.closeAll(AbortSignal.timeout(CLOSE_TIMEOUT_MS), log)
  log.info(startFields(plan), 'Starting')
  if (manager.problem !== undefined) log.warn(`The service manager is not told: ${manager.problem}`)
  if (lock.warning !== undefined) log.warn(`path.data can't be locked: ${lock.warning}`)
  try {
    const identity = await readIdentity(path.data)
    return { log, logging: logs, identity, manager, reload, checksum, addCloser, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** There is no log yet, so close without reporting. */
async function closeOnFailure<T>(
  lock: DataLock,
  manager: ServiceManager,
  open: () => T,
): Promise<T> {
  try {
    return open()
  } catch (error) {
    manager.close()
    await lock.release()
    throw error
  }
}

async function claim(setting: Parameters<typeof lockFolder>[0], folder: string): Promise<DataLock> {
  try {
    makeFolder(folder, 0o700)
    return await lockFolder(setting, folder, loadAddon())
  } catch (error) {
    if (error instanceof AgentError) throw error
    throw new AgentError('OPEN_FAILED', `${setting}: ${plainReason(error)}`, { cause: error })
  }
}

function installHandlers(
  stop: StopRequest,
  reload: ReloadRequest,
  log: Logger,
  attribution: Attribution,
): () => void {
  const undo = [
    installSignalHandlers(stop, reload, log, loadAddon()),
    catchUncaught(stop, log, attribution),
  ]
  // A beat that waits for its signal alone holds no handle, and Node would end the process under it.
  const keepAlive = setInterval(() => {}, 60_000)
  return () => {
    clearInterval(keepAlive)
    for (const each of undo) each()
  }
}

function startFields({ config, files }: Plan): Readonly<Record<string, unknown>> {
  const { pid, version: node, platform, arch } = process
  return { name: config.name, version: version(), pid, node, platform, arch, config: files }
}
