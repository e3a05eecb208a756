// npm runs this when it installs or rebuilds the package. It builds the addon, unless the one that the
// agent would load already exists and loads. With a prebuilt addon, the package works without this step.
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
  // npm puts its own node-gyp on the path, and a shell finds it on every platform.
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
