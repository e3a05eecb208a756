import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** A Debian that systemd has booted in a container, on this machine's kernel. */
export interface Machine {
  /** Runs a shell command in the machine and returns its output. @throws Error if it fails */
  run(command: string): string
  /** Does the same, but returns the exit code instead of throwing. */
  attempt(command: string): { readonly code: number | null; readonly text: string }
  stop(): Promise<void>
}

/**
 * Boots the root under systemd-nspawn(1), in its own mount namespace with the tmpfs on /run that nspawn
 * needs. nspawn's own filter is off, as it denies audit sockets; the capability for them is granted.
 */
export async function boot(root: string): Promise<Machine> {
  const id = randomUUID()
  const nspawn = [
    'systemd-nspawn --quiet --boot --register=no --keep-unit --console=interactive',
    '--capability=CAP_AUDIT_READ --drop-capability=CAP_SYS_RESOURCE',
    // systemd 256 and later refuses a host with cgroup v1 without this.
    '--setenv=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1',
    `--setenv=SEALBEAT_BOOT=${id} --directory=${root}`,
  ].join(' ')
  const script = `mount -t tmpfs tmpfs /run; SYSTEMD_SECCOMP=0 exec ${nspawn}`
  // systemd needs a terminal; script(1) provides one.
  const command = `unshare --mount --propagation private sh -c '${script}'`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', chunk => (text += chunk))
  }
  const leader = await leaderOf(id, child, () => text)
  const machine = inside(leader, child)
  await untilBooted(machine)
  return machine
}

/** Finds the first process of the container, by the id in its environment. */
async function leaderOf(id: string, child: ChildProcess, output: () => string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const found = readdirSync('/proc').find(name => /^\d+$/.test(name) && isLeader(name, id))
    if (found) return Number(found)
    if (child.exitCode !== null) break
    await pause(50)
  }
  throw new Error(`systemd-nspawn has not booted the container:\n${output()}`)
}

function isLeader(pid: string, id: string): boolean {
  try {
    const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SEALBEAT_BOOT=${id}`)
    return isOurs && /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false // the process has ended, or is a kernel thread
  }
}

function inside(leader: number, child: ChildProcess): Machine {
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
      const closed = once(child, 'close')
      attempt('systemctl --no-block poweroff')
      const overdue = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await closed
      clearTimeout(overdue)
    },
  }
}

async function untilBooted({ attempt }: Machine): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (/^(running|degraded)$/m.test(attempt('systemctl is-system-running').text)) return
    await pause(100)
  }
  throw new Error(`the container does not finish booting:\n${attempt('systemctl --failed').text}`)
}
