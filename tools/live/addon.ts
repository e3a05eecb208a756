import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Machine } from './machines.ts'
import { shell } from './shell.ts'
import { inToolbox } from './toolbox.ts'

/** Compiles the addon and the probe for a machine into `folder`/build/Release. */
export async function makeAddon(
  { triplet, arch }: Machine,
  toolbox: string | undefined,
  folder: string,
): Promise<void> {
  const script = `cp -r addon binding.gyp package.json "$1"; ln -s "$PWD/node_modules" "$1"
    nodedir=$(node tools/node/headers.mjs)
    # Copied to where a toolbox sees them too; without any, node-gyp downloads them.
    if [ "$nodedir" ]; then mkdir "$1/include"; cp -rL "$nodedir/include/node" "$1/include"; fi
    cd "$1"; node-gyp rebuild --silent --arch="$2" \${nodedir:+--nodedir="$1"}`
  await shell(script, [resolve(folder), arch], {
    ...(await compilers(triplet, toolbox, folder)),
    PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}`,
  })
}

const TOOLS = { CC: 'gcc', CXX: 'g++', AR: 'ar' }

/** The compilers as variables for make, which needs words without spaces: a tool in a toolbox is a script. */
async function compilers(
  triplet: string,
  toolbox: string | undefined,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const tools = Object.entries(TOOLS).map(async ([variable, tool]) => {
    const name = `${triplet}-${tool}`
    if (toolbox === undefined) return [variable, name]
    const words = inToolbox(toolbox, [name]).map(word => `'${word.replaceAll("'", `'\\''`)}'`)
    const file = resolve(folder, name)
    await writeFile(file, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 })
    return [variable, file]
  })
  return Object.fromEntries(await Promise.all(tools))
}

/** A digest of the addon's sources. */
export async function addonDigest(): Promise<string> {
  const names = await readdir('addon', { recursive: true, withFileTypes: true })
  const files = names.filter(each => each.isFile()).map(each => join(each.parentPath, each.name))
  const hash = createHash('sha256')
  for (const file of ['binding.gyp', ...files.sort()]) hash.update(await readFile(file))
  return hash.digest('hex')
}
