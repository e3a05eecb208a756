import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSuite, type Suite } from '../apt.ts'
import type { Machine } from './machines.ts'
import { shell } from './shell.ts'

export const DEBIAN = '.cache/debian'
/** Libraries for the addon, and for a Node that does not come from Debian. */
const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1']

/** The packages of the root, besides a Node that does not come from Debian. */
export function packagesOf({ node }: Machine): readonly string[] {
  return [...LIBRARIES, ...(node ? [] : ['nodejs']), 'busybox-static']
}

/** Creates root/ in `folder`, and the file kernel if the machine has its own. */
export async function makeRoot(machine: Machine, folder: string): Promise<void> {
  const suite = await openSuite(machine.suite, DEBIAN, machine.debian)
  const root = join(folder, 'root')
  await install(suite, packagesOf(machine), root)
  await shell('find "$1/usr/share" -mindepth 1 -maxdepth 1 ! -name nodejs -exec rm -r {} +', [root])
  if (machine.node) await addNode(machine.node, root)
  if (machine.foreign) await addForeign(machine.suite, machine.foreign, root)
  if (machine.emulator) await addKernel(suite, machine.emulator.kernel, folder)
  await writeFile(join(root, 'init'), INIT, { mode: 0o755 })
  if (machine.emulator) {
    await shell('cd "$1"; find . | cpio --quiet -o -H newc >../root.cpio', [root])
  }
}

/** The first process of a machine. */
const INIT = `#!/bin/busybox sh
export PATH=/usr/local/bin:/usr/bin:/bin HOME=/root
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
busybox ip link set lo up
busybox sh /sealbeat/run
busybox poweroff -f
`

/** Unpacks packages and their dependencies into a new root, without running their scripts. */
export async function install(suite: Suite, names: readonly string[], root: string): Promise<void> {
  await prepare(root)
  for (const name of await suite.closure(names)) await add(await suite.unpack(name), root)
}

/** Creates the links for directories that Debian has merged, before anything is unpacked. */
async function prepare(root: string): Promise<void> {
  for (const name of ['usr', 'proc', 'sys', 'dev', 'tmp', 'root', 'etc']) {
    await mkdir(join(root, name), { recursive: true })
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', name))
    await symlink(`usr/${name}`, join(root, name))
  }
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n')
}

async function add({ folder }: { readonly folder: string }, root: string): Promise<void> {
  await shell('tar -C "$1" -c . | tar -C "$2" -x --keep-directory-symlink', [folder, root])
}

/** Adds Node from an npm package, which npm checks against its digest. */
async function addNode(node: NonNullable<Machine['node']>, root: string): Promise<void> {
  const script = `cd "$1/.."; npm pack --silent "$2" >/dev/null
    tar -xzf "$3"-*.tgz --strip-components=2 -C "$1/usr/bin" package/bin/node; rm "$3"-*.tgz`
  await shell(script, [root, `${node.package}@${node.version}`, node.package])
}

async function addForeign(suite: string, architecture: string, root: string): Promise<void> {
  const { folder } = await (await openSuite(suite, DEBIAN, architecture)).unpack('busybox-static')
  await shell('cp "$1"/usr/bin/busybox "$2/foreign" || cp "$1"/bin/busybox "$2/foreign"', [
    folder,
    root,
  ])
}

async function addKernel(suite: Suite, name: string, folder: string): Promise<void> {
  const image = (await suite.dependencies(name)).find(each => each.startsWith('linux-image-'))
  if (image === undefined) throw new Error(`${name} depends on no kernel`)
  // Since Debian 14 the kernel itself is in a separate package.
  const binary = (await suite.dependencies(image)).find(each => each.startsWith('linux-binary-'))
  const unpacked = await suite.unpack(binary ?? image)
  const place = binary === undefined ? 'boot/vmlinu[xz]-*' : 'usr/lib/modules/*/vmlinu[xz]'
  await shell(`cp "$1"/${place} "$2/kernel"`, [unpacked.folder, folder])
}
