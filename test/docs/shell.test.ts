import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { writeExamples } from './examples.ts'
import { blocksOf, page, ROOT } from './page.ts'

/** The program that npm would link as `sealbeat`. */
const PROGRAM: string = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).bin.sealbeat

/** The beat.yml of the README, which its commands refer to. */
const BEAT_YML = page('README.md').blocks.find(({ language }) => language === 'yaml')?.text ?? ''

/**
 * A shell runs every line of a block in the reader's project, with these exceptions. A `make TARGET` must be
 * a target that `make help` lists, as these tests are themselves started by one. A package that npm installs
 * must be this one, which the project has as npm would link it, or one of packages/. An agent that would run for ever is stopped
 * once it runs. The server of that beat.yml does not exist, which a test of the output has to say. If a line begins with `cd`, the rest of the block runs in that folder.
 */
const KINDS: readonly (readonly [
  RegExp,
  (folder: string, line: string) => Promise<void> | void,
])[] = [
  [/^make /, isTarget],
  [/^npm install --ignore-scripts$/, installsLink],
  [/^npm install sealbeat-/, isOwnPackage],
  [/^npm install /, isThisPackage],
  [/^(npx sealbeat run\b|npm start$)/, runsUntilStopped],
  [/^npx sealbeat test output$/, saysWhatFails],
  [/^(npx sealbeat|npm|chmod) /, succeeds],
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

/** Installs a package that depends only on this checkout. */
function installsLink(folder: string, line: string): void {
  succeeds(folder, `${line} --offline`)
}

/** One of packages/, which are not installed here. */
function isOwnPackage(_folder: string, line: string): void {
  const names = readdirSync(`${ROOT}packages`).map(
    name => JSON.parse(readFileSync(`${ROOT}packages/${name}/package.json`, 'utf8')).name,
  )
  expect(names).to.include(line.replace('npm install ', ''))
}

/** npx runs the agent through itself and a shell: as with Ctrl-C, the signal goes to all of them. */
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

function saysWhatFails(folder: string, line: string): void {
  const { status, stdout, stderr } = spawnSync(line, { cwd: folder, encoding: 'utf8', shell: true })
  expect([status, stderr], stdout).to.deep.equal([1, ''])
  expect(stdout).to.match(/^https:\/\/search\.example:9200 +resolve +failed: .*; .*\n$/)
}

describe('Shell commands in the documentation', function () {
  this.timeout(60_000)
  let place: Workplace
  before(() => {
    place = new Workplace()
    writeExamples(place)
    place.write({ 'beat.yml': BEAT_YML, 'events.ndjson': '{"message":"hello"}\n' })
    mkdirSync(place.path('node_modules/.bin'))
    symlinkSync(`${ROOT}${PROGRAM}`, place.path('node_modules/.bin/sealbeat'))
  })
  after(() => place.remove())

  // Those of an operator are run on a host that has booted: test/boot/operations.live.ts.
  for (const block of blocksOf('sh').filter(({ note }) => note !== 'host')) {
    let folder = '.'
    for (const line of block.text.trimEnd().split('\n')) {
      const [, below, command = line] = /^cd (\S+) && (.*)$/.exec(line) ?? []
      if (below) folder = join(folder, below)
      const there = folder
      it(`${block.place}: ${line}`, async () => {
        const kind = KINDS.find(([lines]) => lines.test(command))
        if (!kind) throw new Error(`no kind of command matches "${command}"`)
        await kind[1](place.path(there), command)
      })
    }
  }
})
