// A Debian that systemd has booted, in a container on this machine's kernel.
// - nspawn runs in a mount namespace of its own: the overlay that is its root, and the tmpfs on /run that it
//   needs, go with it, however it ends.
// - All of its processes are found by an id in their environment: script(1), which gives systemd the terminal
//   that it wants, may end before nspawn does. Inside, the first process has it too, and takes the others with
//   it.
// - nspawn's own filter is off, as it denies audit sockets; the capability for them is granted.

import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { AgentError, codeOf } from '../errors.ts'
import type { Root } from './root.ts'

export interface Machine {
  /** Runs a shell command in the machine and returns its output. @throws Error if it fails */
  run(command: string): string
  /** Does the same, but returns the exit code instead of throwing. */
  attempt(command: string): { readonly code: number | null; readonly text: string }
  /** Shuts it down, within 30 s or by force. */
  stop(): Promise<void>
}

interface BootOptions {
  /** Nothing but a loopback device inside (default: the host's network). */
  readonly privateNetwork?: boolean
  /** Gives up: what has been started is ended. */
  readonly signal?: AbortSignal
}

/** How long killed processes may take to end. */
const KILLED_MS = 10_000

/** Has the paths in its environment, so that none of them has to be quoted for three shells. */
const SCRIPT = `mount -t overlay overlay -o "$BOOT_OVERLAY" "$BOOT_FOLDER" && mount -t tmpfs tmpfs /run &&
  exec systemd-nspawn --quiet --boot --register=no --keep-unit --console=interactive \\
  --capability=CAP_AUDIT_READ --drop-capability=CAP_SYS_RESOURCE $BOOT_NETWORK \\
  --setenv=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 \\
  --setenv=SEALBEAT_BOOT="$SEALBEAT_BOOT" --directory="$BOOT_FOLDER"`

/**
 * Boots the root under systemd-nspawn(1). Needs root.
 *
 * @throws AgentError `OPEN_FAILED` with the output of nspawn if it does not boot
 */
export async function boot(root: Root, options: BootOptions = {}): Promise<Machine> {
  const { privateNetwork = false, signal } = options
  const id = randomUUID()
  const child = spawn('script', ['-qec', 'unshare --mount sh -c "$BOOT_SCRIPT"', '/dev/null'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A Ctrl-C is for the command, which then shuts the machine down.
    detached: true,
    env: {
      ...process.env,
      BOOT_SCRIPT: SCRIPT,
      BOOT_OVERLAY: root.overlay,
      BOOT_FOLDER: root.folder,
      BOOT_NETWORK: privateNetwork ? '--private-network' : '',
      SEALBEAT_BOOT: id,
      SYSTEMD_SECCOMP: '0',
    },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', chunk => (text += chunk))
  }
  try {
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null
    const machine = inside(await leaderOf(id, hasEnded, () => text, signal), id)
    await untilBooted(machine, signal)
    return machine
  } catch (error) {
    await end(id)
    throw error
  }
}

/** Finds the first process of the container. */
async function leaderOf(
  id: string,
  hasEnded: () => boolean,
  output: () => string,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (let tries = 0; tries < 400 && !hasEnded(); tries++) {
    const found = processesOf(id).find(isLeader)
    if (found !== undefined) return found
    await pause(50, undefined, { signal })
  }
  throw new AgentError('OPEN_FAILED', `systemd-nspawn does not boot: ${output().trim()}`)
}

function isLeader(pid: number): boolean {
  return /^NSpid:.*\t1$/m.test(read(`/proc/${pid}/status`))
}

/** The processes with the id of a machine in their environment. */
function processesOf(id: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(id))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended, or is a kernel thread
  }
}

/** Ends the processes of a machine that don't end by themselves within that time. */
async function end(id: string, graceMs = 0): Promise<void> {
  const deadline = Date.now() + graceMs
  for (;;) {
    const left = processesOf(id)
    if (left.length === 0) return
    if (Date.now() >= deadline) left.forEach(kill)
    if (Date.now() >= deadline + KILLED_MS) {
      throw new AgentError('OPEN_FAILED', `can't be killed: processes ${left.join(', ')}`)
    }
    await pause(50)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

function inside(leader: number, id: string): Machine {
  function attempt(command: string) {
    const args = ['--target', String(leader), '--all', '--', 'sh', '-c', command]
    const { status, stdout, stderr } = spawnSync('nsenter', args, {
      encoding: 'utf8',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      timeout: 120_000,
      maxBuffer: 2 ** 28,
    })
    return { code: status, text: `${stdout}${stderr}` }
  }
  return {
    attempt,
    run(command) {
      const { code, text } = attempt(command)
      if (code !== 0) throw new Error(`${command}: exit code ${code}:\n${text}`)
      return text
    },
    async stop() {
      attempt('systemctl --no-block poweroff')
      await end(id, 30_000)
    },
  }
}

async function untilBooted({ attempt }: Machine, signal: AbortSignal | undefined): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (/^(running|degraded)$/m.test(attempt('systemctl is-system-running').text)) return
    await pause(100, undefined, { signal })
  }
  const failed = attempt('systemctl --failed').text
  throw new AgentError('OPEN_FAILED', `the system does not finish booting:\n${failed}`)
}
