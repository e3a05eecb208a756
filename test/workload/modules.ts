import { ok, strictEqual } from 'node:assert'
import { writeFile } from 'node:fs/promises'
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Phase } from './phase.ts'

/** Code that is loaded late: both kinds of modules, every builtin, the compile cache, source maps. */
export const modules: Phase = {
  name: 'modules',
  async run(folder) {
    compileCache(folder)
    await ownModules(folder)
    builtins()
    process.setSourceMapsEnabled(true)
    ok(new Error('mapped').stack?.includes('modules.'))
    process.setSourceMapsEnabled(false)
    flushCompileCache()
  },
}

/** Node 22.1 and later. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown
  readonly flushCompileCache?: () => void
}
const cache = nodeModule as unknown as CompileCache

function compileCache(folder: string): void {
  cache.enableCompileCache?.(join(folder, 'cache'))
}

function flushCompileCache(): void {
  cache.flushCompileCache?.()
}

async function ownModules(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }')
  await writeFile(join(folder, 'esm.mjs'), `import os from 'node:os'; export default os.EOL`)
  await writeFile(join(folder, 'cjs.js'), `module.exports = require('./data.json').value`)
  await writeFile(join(folder, 'data.json'), '{ "value": 7 }')
  const esm = (await import(pathToFileURL(join(folder, 'esm.mjs')).href)) as { default: string }
  strictEqual(esm.default, '\n')
  const require = nodeModule.createRequire(join(folder, 'x.js'))
  strictEqual(require('./cjs.js'), 7)
  require.resolve('./cjs.js')
  const inline = 'data:text/javascript,export default 1'
  await import(inline)
}

function builtins(): void {
  const require = nodeModule.createRequire(import.meta.url)
  // Modules that warn or need a flag are irrelevant for system calls.
  const skip = /^(_|punycode|sys$|wasi|trace_events|inspector|test|sqlite|sea|quic|ffi|vfs)/
  for (const name of nodeModule.builtinModules) {
    if (!skip.test(name.replace('node:', ''))) ok(require(name))
  }
}
