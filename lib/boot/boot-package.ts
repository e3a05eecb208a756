import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../errors.ts'
import { boot } from './machine.ts'
import type { PackageFile } from './package-file.ts'
import { debianRoot, freshRoot } from './root.ts'
import { type BootStep, bootSteps, CREDENTIALS } from './steps.ts'

/** Told what goes on. */
interface Progress {
  /** A few words on what begins, as that may take a while. */
  step(words: string): void
  say(line: string): void
}

interface Options {
  /** A folder with a system to boot, which stays as it is; undefined: a Debian is made for it, once. */
  readonly root: string | undefined
  /** Where Debians are kept. */
  readonly cache: string
  /** `bookworm`. */
  readonly suite: string
  /** Files, by the names of credentials in the configuration. */
  readonly credentials: ReadonlyMap<string, string>
  /** Whether the agent is on the network of this machine, instead of on none. */
  readonly network: boolean
  /** How long to wait for the first event. */
  readonly eventsMs: number
  readonly signal: AbortSignal
  readonly progress: Progress
}

/**
 * Installs the package in a system that systemd has booted, and yields each step of its agent there. What has been
 * started and written is gone at the end, however that comes.
 *
 * @throws AgentError `OPEN_FAILED` if there is no system, or it does not boot
 */
export async function* bootPackage(
  { path, ...file }: PackageFile,
  options: Options,
): AsyncGenerator<BootStep> {
  const { cache, suite, credentials, eventsMs, signal, progress } = options
  if (options.root !== undefined) requireSystem(options.root)
  const root = freshRoot(options.root ?? (await debian()))
  try {
    const home = join(root.upper, 'root')
    mkdirSync(join(root.upper, CREDENTIALS), { recursive: true, mode: 0o700 })
    place(path, join(home, 'agent.deb'))
    for (const [name, from] of credentials) place(from, join(root.upper, CREDENTIALS, name))
    progress.step('Booting')
    const machine = await boot(root, { privateNetwork: !options.network, signal })
    try {
      const names = [...credentials.keys()]
      yield* bootSteps(
        machine,
        { path: '/root/agent.deb', ...file },
        { credentials: names, eventsMs, signal, begin: words => progress.step(words) },
      )
    } finally {
      await machine.stop()
    }
  } finally {
    root.remove()
  }

  function debian(): Promise<string> {
    const begin = () => {
      progress.say(`Making a Debian in ${cache}, once; that takes a minute or two.`)
      progress.step(`Making a Debian (${suite})`)
    }
    return debianRoot(cache, { suite, packages: file.needs }, { signal, begin })
  }
}

function requireSystem(folder: string): void {
  const has = (path: string) => existsSync(join(folder, path))
  if (has('etc/os-release') && has('usr/bin/dpkg')) return
  const lacks = 'it has no etc/os-release, or no usr/bin/dpkg'
  throw new AgentError('OPEN_FAILED', `--root: ${folder} is not the root of a system: ${lacks}`)
}

function place(from: string, to: string): void {
  try {
    copyFileSync(from, to)
  } catch (cause) {
    throw new AgentError('OPEN_FAILED', `${from}: ${Object(cause).message}`, { cause })
  }
}
