import { join, resolve } from 'node:path'
import { recordOfNode } from '../../lib/seccomp/architectures/architecture.ts'
import { openSuite } from '../apt.ts'
import { DEBIAN, install } from './root.ts'

/** Creates a root of this machine's architecture with programs that its own release lacks. */
export async function makeToolbox(
  packages: readonly string[],
  suite: string,
  folder: string,
): Promise<void> {
  const opened = await openSuite(suite, DEBIAN, recordOfNode(process.arch)?.names.debian)
  await install(opened, [...packages, 'busybox-static'], join(folder, 'root'))
}

/** A command line that runs `command` in the toolbox, with this checkout mounted at the same path. */
export function inToolbox(toolbox: string, command: readonly string[]): readonly string[] {
  return [
    'unshare',
    '--mount',
    'sh',
    '-ec',
    ENTER,
    'sh',
    join(toolbox, 'root'),
    resolve('.'),
    ...command,
  ]
}

const ENTER = `root=$1 checkout=$2 here=$PWD; shift 2
mount --make-rprivate /; mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
mkdir -p "$root$checkout"; mount --rbind "$checkout" "$root$checkout"
exec env PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot "$root" /bin/busybox sh -c 'cd "$0"; exec "$@"' "$here" "$@"`
