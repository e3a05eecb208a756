// Ends with 1 under a Node that is older than package.json allows. An old Node has to be able to read it.
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node).map(Number)
const [here, below] = process.versions.node.split('.').map(Number)
if (here < major || (here === major && below < minor)) {
  console.error(
    `Node.js ${major}.${minor} or later is required, but this is ${process.version} (${process.execPath}): ` +
      'put a newer one first in PATH',
  )
  process.exitCode = 1
}
