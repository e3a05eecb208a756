// Unpacks the Node.js releases that we test on into .cache/node/MAJOR/bin/node (`make nodes`).
import { execFile } from 'node:child_process'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { NODE_CACHE, NODES, nodeBinary } from './node-releases.ts'

const run = promisify(execFile)

for (const version of NODES) {
  const path = await nodeOf(version)
  console.log(`${version}\t${path}`)
}

async function nodeOf(version: string): Promise<string> {
  const target = nodeBinary(version)
  if ((await versionOf(target)) === `v${version}`) return target
  await unpack(version, target)
  return target
}

async function versionOf(binary: string): Promise<string | undefined> {
  try {
    return (await run(binary, ['--version'])).stdout.trim()
  } catch {
    return undefined
  }
}

/** npm verifies the digest of the package; the binary moves into place in one step. */
async function unpack(version: string, target: string): Promise<void> {
  const folder = resolve(NODE_CACHE, `.unpacking-${version}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const wanted = `node-linux-${process.arch}@${version}`
  const { stdout } = await run('npm', ['pack', '--silent', wanted], { cwd: folder })
  await run('tar', ['-xzf', stdout.trim(), 'package/bin/node'], { cwd: folder })
  await mkdir(join(target, '..'), { recursive: true })
  await rename(join(folder, 'package/bin/node'), target)
  await rm(folder, { recursive: true })
}
