import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** A Debian that systemd has booted, in a container on this machine's kernel. */
export interface Machine {
  /** What a shell command there prints; throws where it fails. */
  run(command: string): string
  /** The same with the exit code instead. */
  attempt(command: string): { readonly code: number | null; readonly said: string }
  stop(): Promise<void>
}

/**
 * Boots the root under systemd-nspawn(1), in mount namespaces of its own, whose /run is of the kind that
 * nspawn wants. Its own filter is off, which refuses audit sockets; the capability for them is granted.
 */
export async function boot(root: string): Promise<Machine> {
  const id = randomUUID()
  const nspawn = [
    'systemd-nspawn --quiet --boot --register=no --keep-unit --console=interactive',
    '--capability=CAP_AUDIT_READ --drop-capability=CAP_SYS_RESOURCE',
    // systemd 256 and later refuses a host of cgroup v1 unless told so.
    '--setenv=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1',
    `--setenv=SEALBEAT_BOOT=${id} --directory=${root}`,
  ].join(' ')
  const script = `mount -t tmpfs tmpfs /run; SYSTEMD_SECCOMP=0 exec ${nspawn}`
  // systemd talks to a terminal: script(1) is one.
  const command = `unshare --mount --propagation private sh -c '${script}'`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => (said += text))
  }
  const leader = await leaderOf(id, child, () => said)
  const machine = inside(leader, child)
  await untilBooted(machine)
  return machine
}

/** The first process of the container, which has the word in its environment. */
async function leaderOf(id: string, child: ChildProcess, said: () => string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const found = readdirSync('/proc').find(name => /^\d+$/.test(name) && isLeader(name, id))
    if (found) return Number(found)
    if (child.exitCode !== null) break
    await pause(50)
  }
  throw new Error(`systemd-nspawn has booted nothing:\n${said()}`)
}

function isLeader(pid: string, id: string): boolean {
  try {
    const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SEALBEAT_BOOT=${id}`)
    return isOurs && /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false // it has ended, or is the kernel's
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
    return { code: status, said: `${stdout}${stderr}` }
  }
  return {
    attempt,
    run(command) {
      const { code, said } = attempt(command)
      if (code !== 0) throw new Error(`${command}: exit code ${code}:\n${said}`)
      return said
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
    if (/^(running|degraded)$/m.test(attempt('systemctl is-system-running').said)) return
    await pause(100)
  }
  throw new Error(`the container does not come up:\n${attempt('systemctl --failed').said}`)
}
