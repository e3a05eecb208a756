import { ok, strictEqual } from 'node:assert'
import { once } from 'node:events'
import * as fs from 'node:fs'
import * as fsp from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Phase } from './phase.ts'

/** Trees of files, and watching them for changes. */
export const directories: Phase = {
  name: 'directories',
  async run(folder) {
    await tree(folder)
    await watching(folder)
    process.chdir(folder)
    strictEqual(process.cwd(), fs.realpathSync(folder))
    process.chdir('/')
  },
}

async function tree(folder: string): Promise<void> {
  const deep = join(folder, 'a/b/c')
  await fsp.mkdir(deep, { recursive: true })
  await fsp.mkdir(join(folder, 'empty'), 0o700)
  for (let i = 0; i < 50; i++) await fsp.writeFile(join(deep, String(i)), 'x')
  const found: string[] = []
  for await (const entry of await fsp.opendir(deep)) found.push(entry.name)
  strictEqual(found.length, 50)
  strictEqual(fs.readdirSync(deep).length, 50)
  await fsp.readdir(folder, { withFileTypes: true, recursive: true })
  await fsp.cp(join(folder, 'a'), join(folder, 'copy'), { recursive: true })
  fs.cpSync(join(folder, 'a'), join(folder, 'copy2'), { recursive: true })
  ok((await fsp.mkdtemp(join(folder, 'temp-'))).includes('temp-'))
  fs.mkdirSync(join(folder, 'sync/deep'), { recursive: true })
  await fsp.rmdir(join(folder, 'empty'))
  await fsp.rename(join(folder, 'copy'), join(folder, 'moved'))
  await fsp.rm(join(folder, 'moved'), { recursive: true })
  fs.rmSync(join(folder, 'copy2'), { recursive: true })
}

async function watching(folder: string): Promise<void> {
  const watcher = fs.watch(folder)
  const change = once(watcher, 'change')
  await fsp.writeFile(join(folder, 'watched'), '1')
  await change
  watcher.close()
  const polled = new Promise<void>(resolve => {
    fs.watchFile(join(folder, 'watched'), { interval: 20 }, () => resolve())
  })
  // The first stat of the file has to be done, or there is nothing to compare with.
  await setTimeout(100)
  await fsp.writeFile(join(folder, 'watched'), '1234')
  await polled
  fs.unwatchFile(join(folder, 'watched'))
  const abort = new AbortController()
  setTimeout(20).then(() => abort.abort())
  const changes = fsp.watch(folder, { recursive: true, signal: abort.signal })
  try {
    for await (const _ of changes);
  } catch (error) {
    strictEqual((error as Error).name, 'AbortError')
  }
}
