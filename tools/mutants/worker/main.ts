// The process that tries many mutants (see kept-worker.ts), started in the folder of a copy. A start of Node and of
// Mocha, and all modules that a mutant does not touch, are paid for once. Its tests are those of any process of
// Mocha: `process.exit` ends it, which counts as noticed.
import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import Mocha from 'mocha'
import type { Job, Message } from './messages.ts'
import { isOfOtherJob, modulesIn, variantPath } from './modules.ts'

const root = process.cwd()
const whole = { env: { ...process.env }, umask: process.umask() }
const modules = modulesIn('dist')
let number = 0

// Mocha takes an uncaught error for one of the test at hand. Between two runs it has no listener.
const emit = process.emit.bind(process)
Object.assign(process, {
  emit: (event: string, ...values: readonly unknown[]) =>
    (event === 'uncaughtException' && isOfOtherJob(values[0], number)) ||
    Reflect.apply(emit, process, [event, ...values]),
})
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => undefined)

process.on('disconnect', () => process.exit())
process.on('message', (job: Job) => {
  number = job.number
  void run(job).then(tell)
})
tell({ kind: 'ready' })

async function run({ module, code, tests }: Job): Promise<Message> {
  const renamed = new Set([...modules.dependentsOf(module), ...tests.map(({ file }) => file)])
  const written = new Set<string>()
  try {
    for (const { file, testMs } of tests) {
      tell({ kind: 'begun', file })
      for (const needed of modules.neededBy(file)) {
        if (!renamed.has(needed) || written.has(needed)) continue
        const text = needed === module ? code : modules.codeOf(needed)
        const path = variantPath(needed, number)
        writeFileSync(path, modules.textOf(needed, text, renamed, number))
        written.add(needed)
      }
      if (!(await passes(variantPath(file, number), testMs))) return { kind: 'failed', file }
    }
    return { kind: 'passed' }
  } finally {
    restore()
    for (const file of written) rmSync(variantPath(file, number), { force: true })
  }
}

async function passes(file: string, timeout: number): Promise<boolean> {
  const mocha = new Mocha({ timeout, bail: true, reporter: Mocha.reporters.Base })
  mocha.suite.emit('pre-require', globalThis, file, mocha)
  try {
    await import(pathToFileURL(resolve(root, file)).href)
  } catch {
    return false
  }
  return (await new Promise<number>(done => mocha.run(done))) === 0
}

/** What a test that failed under way may have left of the process. */
function restore(): void {
  process.chdir(root)
  process.umask(whole.umask)
  for (const name of Object.keys(process.env)) {
    if (!(name in whole.env)) delete process.env[name]
  }
  Object.assign(process.env, whole.env)
}

function tell(message: Message): void {
  process.send?.(message)
}
