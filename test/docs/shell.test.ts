import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { writeExamples } from './examples.ts'
import { blocksOf, page, ROOT } from './page.ts'

/** What npm would link as `sealbeat`. */
const PROGRAM: string = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).bin.sealbeat

/** The README's own beat.yml: what its commands are about. */
const BEAT_YML = page('README.md').blocks.find(({ language }) => language === 'yaml')?.text ?? ''

/**
 * Every line of a block is run in the reader's project, by a shell, but for three kinds: `make TARGET`
 * must be a target that `make help` lists (these tests are themselves started by one); what npm
 * installs must be this package, which the project has as npm would link it; and an agent that would
 * run for ever is stopped once it runs. Where a line begins with `cd`, the rest of the block is run there.
 */
const KINDS: readonly (readonly [
  RegExp,
  (folder: string, line: string) => Promise<void> | void,
])[] = [
  [/^make /, isTarget],
  [/^npm install --ignore-scripts$/, installsLink],
  [/^npm install /, isThisPackage],
  [/^(npx sealbeat run\b|npm start$)/, runsUntilStopped],
  [/^(npx sealbeat|npm) /, succeeds],
]

function isTarget(_folder: string, line: string): void {
  const [, target, ...more] = line.split(' ')
  expect(more).to.deep.equal([])
  expect(readFileSync(`${ROOT}Makefile`, 'utf8')).to.match(new RegExp(`^${target}:.* ## `, 'm'))
}

function isThisPackage(folder: string, line: string): void {
  expect(line).to.equal('npm install --ignore-scripts ../sealbeat')
  const manifest = join(folder, 'node_modules/sealbeat/package.json')
  expect(JSON.parse(readFileSync(manifest, 'utf8')).name).to.equal('sealbeat')
}

/** A package that depends on this checkout alone. */
function installsLink(folder: string, line: string): void {
  succeeds(folder, `${line} --offline`)
}

/** npx puts itself and a shell between us and the agent: the signal goes to all of them, as Ctrl-C does. */
async function runsUntilStopped(folder: string, line: string): Promise<void> {
  const child = spawn('sh', ['-c', line], { cwd: folder, detached: true, stdio: 'pipe' })
  const closed = once(child, 'close')
  let said = ''
  child.stdout.resume()
  child.stderr.setEncoding('utf8')
  for await (const text of child.stderr) {
    if (said.includes('"Beat started"')) continue
    said += text
    if (said.includes('"Beat started"')) process.kill(-(child.pid ?? 0), 'SIGINT')
  }
  await closed
  expect(said).to.contain('Syscall filter').and.to.contain('"Beat started"')
}

function succeeds(folder: string, line: string): void {
  const options = { cwd: folder, encoding: 'utf8', shell: true } as const
  const { status, stdout, stderr } = spawnSync(line, options)
  expect(status, stdout + stderr).to.equal(0)
}

describe('Shell commands in the documentation', function () {
  this.timeout(60_000)
  let place: Workplace
  before(() => {
    place = new Workplace()
    writeExamples(place)
    place.write({ 'beat.yml': BEAT_YML })
    mkdirSync(place.path('node_modules/.bin'))
    symlinkSync(`${ROOT}${PROGRAM}`, place.path('node_modules/.bin/sealbeat'))
  })
  after(() => place.remove())

  for (const block of blocksOf('sh')) {
    let folder = '.'
    for (const line of block.text.trimEnd().split('\n')) {
      const [, below, command = line] = /^cd (\S+) && (.*)$/.exec(line) ?? []
      if (below) folder = join(folder, below)
      const there = folder
      it(`${block.place}: ${line}`, async () => {
        const kind = KINDS.find(([lines]) => lines.test(command))
        if (!kind) throw new Error(`what is "${command}"?`)
        await kind[1](place.path(there), command)
      })
    }
  }
})
