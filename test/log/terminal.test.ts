// What people see of an agent on a terminal, and what the journal gets.
import { spawnSync } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'
import { skip } from '../live.ts'
import { temporaryFolder } from '../outputs/folder.ts'

const MAIN = `${ROOT}dist/bundle/main.js`
const LOGS = fileURLToPath(new URL('./logger-program.js', import.meta.url))

const BEAT = `export default {
  name: 'talk',
  schema: {},
  async run({ publish, log }) {
    log.warn({ hint: 'look\\x1b[2J' }, 'careful')
    await publish({ message: 'hello ' + 'x'.repeat(200), a: { b: 1 } })
  },
}
`

describe('an agent on a terminal', function () {
  this.timeout(60_000)
  let place: Workplace
  before(function () {
    if (spawnSync('which', ['script']).status !== 0) skip(this, 'script(1) is not installed')
    place = new Workplace({
      'talk.js': BEAT,
      'package.json': '{ "type": "module" }',
      'beat.yml': 'beats: [{ type: ./talk.js }]\noutput.console: {}\n',
    })
  })
  after(() => place?.remove())

  /** All that a terminal of 80 columns shows of it. */
  function shown(
    more = '',
    env: NodeJS.ProcessEnv = {},
    command = 'run --strict.perms=false',
  ): readonly string[] {
    const run = `stty cols 80 rows 24; "${process.execPath}" "${MAIN}" ${command} ${more}`
    const { stdout } = spawnSync('script', ['-qec', run, '/dev/null'], {
      cwd: place.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_V8_COVERAGE: undefined,
        NO_COLOR: undefined,
        TERM: 'xterm',
        ...env,
      },
    })
    return stdout.replaceAll('\r\n', '\n').trimEnd().split('\n')
  }

  it('writes for people, each event as one row', () => {
    const lines = shown('', { NO_COLOR: '1' })
    const text = lines.join('\n')
    expect(text).to.match(/^\d\d:\d\d:\d\d INFO {11}Syscall filter successfully installed/m)
    expect(text).to.match(/^\d\d:\d\d:\d\d WARN {2}talk {5}careful\n {15}hint look\\x1b\[2J$/m)
    const [event = ''] = lines.filter(line => line.includes('hello'))
    expect(event).to.match(/^\d\d:\d\d:\d\d talk hello x+…$/)
    expect(event).to.have.length(80)
    expect(text).not.to.include('\x1b').and.not.to.include('{"')
  })

  it('has no line that is wider, and breaks none within a word', () => {
    const lines = shown('', { NO_COLOR: '1' })
    expect(lines.filter(line => line.length > 80)).to.deep.equal([])
    const [at, more] = [lines.findIndex(line => line.includes(' Stopped events.')), /^ {15}\S/]
    expect(lines.slice(at + 1).every(line => more.test(line))).to.equal(true)
    expect(lines.slice(at).join(' ')).to.match(/ events\.acked=1 .* uptime_ms=\d+$/)
  })

  it('has help that fits, also as the answer to half a command', () => {
    for (const args of ['test --help', 'test']) {
      const said = shown('', {}, args)
      expect(said.join('\n')).to.include('Usage: sealbeat test COMMAND')
      expect(said.filter(line => line.length > 80)).to.deep.equal([])
    }
  })

  it('has colours unless NO_COLOR says not', () => {
    expect(shown().join('\n')).to.include('\x1b[33mWARN')
  })

  it('breaks a problem of the configuration between words', () => {
    const lines = shown('-E nonsense=1 -E logging.level=x', { NO_COLOR: '1' })
    expect(lines.join(' ')).to.include('nonsense: unknown key')
    for (const line of lines) expect(line.length, line).to.be.at.most(80)
  })

  it('breaks the rows of a table between words, too', () => {
    const lines = shown('', {}, 'seccomp show --strict.perms=false')
    expect(lines.join('\n')).to.match(
      /^sendto +allow +default \w+, if argument 3 BitsNotSet\n {4}0x\w+$/m,
    )
  })

  it('writes JSON where the configuration asks for it', () => {
    const settings = '-E logging.format=json -E output.console.format=json'
    for (const line of shown(settings)) expect(JSON.parse(line)).to.have.property('@timestamp')
  })

  it('writes JSON to whatever is no terminal', () => {
    const text = shown('2>log.txt | cat').join('\n')
    expect(JSON.parse(text)).to.have.property('message')
    for (const line of readFileSync(place.path('log.txt'), 'utf8').trimEnd().split('\n')) {
      expect(JSON.parse(line)).to.have.property('log.level')
    }
  })
})

describe('the log in the journal', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  function logged(streamOf: (descriptor: number) => string): string {
    const path = `${folder.path}/journal`
    const descriptor = openSync(path, 'w')
    const env = { ...process.env, JOURNAL_STREAM: streamOf(descriptor) }
    spawnSync(process.execPath, [LOGS, '', '2'], { stdio: ['ignore', 'ignore', descriptor], env })
    closeSync(descriptor)
    return readFileSync(path, 'utf8')
  }

  it('has the priority of each line before it', () => {
    const text = logged(descriptor => {
      const { dev, ino } = fstatSync(descriptor)
      return `${dev}:${ino}`
    })
    expect(text).to.match(/^<6>\{"log\.level":"info".*\}\n<6>\{.*\}\n$/)
  })

  it('has a priority before what ends the agent early, too', () => {
    const path = `${folder.path}/journal`
    const descriptor = openSync(path, 'w')
    const { dev, ino } = fstatSync(descriptor)
    const env = { ...process.env, JOURNAL_STREAM: `${dev}:${ino}` }
    const stdio = ['ignore', 'ignore', descriptor] as const
    spawnSync(process.execPath, [MAIN, 'run', '-c', '/nonexistent.yml'], { stdio: [...stdio], env })
    closeSync(descriptor)
    expect(readFileSync(path, 'utf8')).to.match(/^<3>\/nonexistent\.yml: no such file/)
  })

  it('is JSON alone where standard error is something else', () => {
    expect(logged(() => '1:2')).to.match(/^\{"log\.level":"info".*\}\n\{.*\}\n$/)
  })
})
