import { strictEqual } from 'node:assert'
import * as fs from 'node:fs'
import * as fsp from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { codeOf } from '../code-of.ts'
import type { Phase } from './phase.ts'

/** One file at a time: content, attributes, times; from the pool and from the main thread. */
export const files: Phase = {
  name: 'files',
  async run(folder) {
    const path = join(folder, 'file')
    await content(path)
    await attributes(path)
    await copies(path)
    blocking(path)
    await streaming(path)
    await kernelFiles()
  },
}

async function content(path: string): Promise<void> {
  await fsp.writeFile(path, 'one\n')
  await fsp.writeFile(path, 'one\n', { flag: 'w', mode: 0o600 })
  await fsp.appendFile(path, 'two\n')
  const file = await fsp.open(path, 'r+')
  await file.writev([Buffer.from('1'), Buffer.from('2')])
  await file.writev([Buffer.from('3'), Buffer.from('4')], 2)
  await file.readv([Buffer.alloc(2), Buffer.alloc(2)])
  await file.readv([Buffer.alloc(2), Buffer.alloc(2)], 0)
  await file.read(Buffer.alloc(4), 0, 4, 0)
  await file.read(Buffer.alloc(4), 0, 4)
  await file.write('x')
  await file.write('x', 0)
  await file.datasync()
  await file.sync()
  await file.truncate(3)
  await file.chmod(0o640)
  await file.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0)
  await file.utimes(1, 2)
  strictEqual((await file.stat()).size, 3)
  for await (const line of file.readLines({ start: 0 })) strictEqual(line.length, 3)
  await fsp.truncate(path, 1 << 16)
  strictEqual((await fsp.readFile(path)).length, 1 << 16)
}

async function attributes(path: string): Promise<void> {
  const [user, group] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  await fsp.stat(path, { bigint: true })
  await fsp.access(path, fs.constants.R_OK | fs.constants.W_OK)
  await fsp.chmod(path, 0o600)
  await fsp.chown(path, user, group)
  await fsp.utimes(path, new Date(), new Date())
  if (await makesLink(`${path}.link`)) {
    await fsp.lstat(`${path}.link`)
    await fsp.lchown(`${path}.link`, user, group)
    await fsp.lutimes(`${path}.link`, 1, 2)
    strictEqual(await fsp.readlink(`${path}.link`), 'file')
    await fsp.realpath(`${path}.link`)
  }
  await fsp.link(path, `${path}.hard`)
  await fsp.rename(`${path}.hard`, `${path}.renamed`)
  await fsp.unlink(`${path}.renamed`)
  await fsp.statfs(path)
  strictEqual(await fsp.stat(`${path}.none`).catch(error => error.code), 'ENOENT')
}

/** False in a Landlock domain, where an agent makes no symbolic links. */
async function makesLink(path: string): Promise<boolean> {
  try {
    await fsp.symlink('file', path)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error
    return false
  }
}

async function copies(path: string): Promise<void> {
  await fsp.copyFile(path, `${path}.copy`)
  await fsp.copyFile(path, `${path}.clone`, fs.constants.COPYFILE_FICLONE)
  strictEqual((await fsp.stat(`${path}.clone`)).size, 1 << 16)
  fs.copyFileSync(path, `${path}.copy2`)
}

/** The same from the main thread, which is another path through libuv. */
function blocking(path: string): void {
  const descriptor = fs.openSync(`${path}.sync`, 'wx+', 0o600)
  fs.writeSync(descriptor, 'sync\n')
  fs.writevSync(descriptor, [Buffer.from('a'), Buffer.from('b')])
  fs.readSync(descriptor, Buffer.alloc(8), 0, 8, 0)
  fs.readvSync(descriptor, [Buffer.alloc(2)], 0)
  fs.fstatSync(descriptor)
  fs.ftruncateSync(descriptor, 2)
  fs.fchmodSync(descriptor, 0o600)
  fs.futimesSync(descriptor, 1, 2)
  fs.fdatasyncSync(descriptor)
  fs.fsyncSync(descriptor)
  fs.closeSync(descriptor)
  fs.accessSync(path)
  fs.existsSync(`${path}.none`)
  fs.statfsSync(path)
  fs.renameSync(`${path}.sync`, `${path}.renamed`)
  fs.readFileSync(`${path}.renamed`, 'utf8')
  fs.unlinkSync(`${path}.renamed`)
}

async function streaming(path: string): Promise<void> {
  await pipeline(fs.createReadStream(path), fs.createWriteStream(`${path}.stream`))
  const blob = new Blob([await fsp.readFile(`${path}.stream`)])
  strictEqual((await blob.arrayBuffer()).byteLength, 1 << 16)
}

/** The files that a host beat reads: they have size 0, and are read without a position. */
async function kernelFiles(): Promise<void> {
  for (const path of ['stat', 'meminfo', 'loadavg', 'uptime', 'mounts', 'net/dev', 'self/status']) {
    await fsp.readFile(`/proc/${path}`, 'utf8')
    fs.readFileSync(`/proc/${path}`, 'utf8')
  }
  await fsp.readdir('/sys/class/net')
}
