import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Emulator } from './machines.ts'
import { shell } from './shell.ts'
import { inToolbox } from './toolbox.ts'

/** Room for a root of some 300 MB, packed and unpacked, and for Node. */
const MEMORY = '2G'
/** A machine that runs longer than this has hung. */
const TIMEOUT_MS = 900_000

/** Two folders: the base, which is unpacked only once, and the project from this checkout. */
interface MachineFiles {
  readonly base: string
  readonly project: string
}

/** Boots a kernel with root and project as its initial file system, and returns the console output. */
export async function boot(
  emulator: Emulator,
  { base, project, toolbox }: MachineFiles & { readonly toolbox: string | undefined },
): Promise<string> {
  const initrd = join(base, 'initrd')
  // The kernel unpacks concatenated archives one after the other.
  await shell('(cat "$1/root.cpio"; cd "$2"; find . | cpio --quiet -o -H newc) >"$3"', [
    base,
    project,
    initrd,
  ])
  const command = [
    ...emulator.command,
    ...['-m', MEMORY, '-smp', '2', '-nic', 'none', '-nographic', '-no-reboot'],
    ...['-kernel', join(base, 'kernel'), '-initrd', initrd],
    ...['-append', `console=${emulator.console} quiet panic=-1 ${emulator.options ?? ''}`],
  ]
  const [program = '', ...args] = toolbox === undefined ? command : inToolbox(toolbox, command)
  return runAndPrint(program, args)
}

/** Runs the project in a root of another architecture on this machine's kernel; returns its output. */
export async function changeRoot({ base, project }: MachineFiles): Promise<string> {
  const script = `mount --make-rprivate /; mount -t proc proc "$1/proc"
    mount --rbind /sys "$1/sys"; mount --rbind /dev "$1/dev"; mount -t tmpfs tmpfs "$1/tmp"
    mkdir -p "$1/sealbeat"; mount --bind "$2/sealbeat" "$1/sealbeat"
    exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$1" /bin/busybox sh /sealbeat/run`
  const namespaces = ['--fork', '--pid', '--mount', '--kill-child']
  return runAndPrint('unshare', [
    ...namespaces,
    'sh',
    '-ec',
    script,
    'sh',
    join(base, 'root'),
    project,
  ])
}

/** Runs a program, prints its output, and returns it. */
async function runAndPrint(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const overdue = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text)
    output += text.replaceAll('\r', '')
  })
  await once(child, 'close')
  clearTimeout(overdue)
  return output
}
