// `main.js ARCHITECTURE [SUITE]`: runs the conformance program on a real kernel of that architecture.
// With SUITE, everything comes from that Debian suite (`make live-arm64 SUITE=sid`).
// `main.js --list`: the architectures that have a machine.
import { join, resolve } from 'node:path'
import { addonDigest, makeAddon } from './addon.ts'
import { cached } from './cached.ts'
import { MACHINES, type Machine, machineOf, ofSuite } from './machines.ts'
import { makeProject } from './project.ts'
import { makeRoot, packagesOf } from './root.ts'
import { boot, changeRoot } from './start.ts'
import { makeToolbox } from './toolbox.ts'

const [name = '', suite] = process.argv.slice(2)
if (name === '--list') console.log(MACHINES.join('\n'))
else await run(name)

async function run(name: string): Promise<void> {
  const known = machineOf(name)
  const output = await conformance(name, suite ? ofSuite(known, suite) : known)
  const isGood = /^[1-9]\d* passed, 0 failed$/m.test(output)
  if (!isGood) console.error(`live-${name}: some checks failed`)
  process.exitCode = isGood ? 0 : 1
}

async function conformance(name: string, machine: Machine): Promise<string> {
  const cache = resolve('.cache/live', `${name}-${machine.suite}`)
  const contents = {
    machine: { ...machine, emulator: machine.emulator?.kernel },
    packages: packagesOf(machine),
  }
  const base = await cached(join(cache, 'base'), contents, folder => makeRoot(machine, folder))
  const toolbox = await toolboxFor(machine, cache)
  const recipe = { machine, sources: await addonDigest() }
  const addon = await cached(join(cache, 'addon'), recipe, folder =>
    makeAddon(machine, toolbox, folder),
  )
  const project = join(cache, 'project')
  await makeProject(addon, project)
  const { emulator } = machine
  return emulator ? boot(emulator, { base, project, toolbox }) : changeRoot({ base, project })
}

async function toolboxFor(
  { toolbox: packages, suite }: Machine,
  cache: string,
): Promise<string | undefined> {
  if (!packages) return undefined
  return cached(join(cache, 'toolbox'), [packages, suite], folder =>
    makeToolbox(packages, suite, folder),
  )
}
