// What npm runs when it installs or rebuilds this package: builds the addon, unless the one that the
// agent would load is there and loads. Where a prebuilt one does, nothing depends on this having run.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const names = [
  'build/Release/sealbeat.node',
  `prebuilds/${process.platform}-${process.arch}/sealbeat.node`,
]
const file = names.map(name => fileURLToPath(new URL(name, root))).find(existsSync)

if (!file || !loads(file)) {
  // npm has put its own node-gyp on the path, and a shell finds it on every platform.
  const built = spawnSync('node-gyp rebuild', {
    cwd: fileURLToPath(root),
    shell: true,
    stdio: 'inherit',
  })
  process.exitCode = built.status ?? 1
}

function loads(path) {
  try {
    createRequire(import.meta.url)(path)
    return true
  } catch (error) {
    console.error(`${path}: ${error.message}`)
    return false
  }
}
