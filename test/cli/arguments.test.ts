import { resolve } from 'node:path'
import { expect } from 'chai'
import { readArguments } from '../../lib/cli/arguments.ts'
import { COMMANDS } from '../../lib/cli/commands.ts'
import { helpOf } from '../../lib/cli/help/help.ts'
import { programOf, SEALBEAT } from '../../lib/cli/help/program.ts'
import { UsageError } from '../../lib/cli/usage-error.ts'

const ENV = { HOME: '/root' }
const read = (line: string) => readArguments(line.split(' ').filter(Boolean), ENV)

describe('cli: arguments', () => {
  function sourceOf(line: string) {
    const request = read(line)
    if (request.kind !== 'run') throw new Error('asks for help')
    return request.call.source
  }

  it('name the files, beat.yml where none is named, and pass on the environment', () => {
    expect(sourceOf('run')).to.deep.equal({
      files: ['beat.yml'],
      dropIns: 'beat.d',
      overrides: [],
      strictPerms: true,
      env: ENV,
    })
    expect(sourceOf('-c a.yml run --config b.yml --config=c.yml').files).to.deep.equal([
      'a.yml',
      'b.yml',
      'c.yml',
    ])
  })

  it('name the folder beside the file that is read without -c, and none beside others', () => {
    const dropIns = (line: string, file?: string) => {
      const request = readArguments(line.split(' '), { SEALBEAT_CONFIG: file })
      return request.kind === 'run' ? request.call.source.dropIns : 'help'
    }
    expect(dropIns('run', '/etc/web/web.yml')).to.equal('/etc/web/web.d')
    expect(dropIns('run', '/etc/web/web.yaml')).to.equal('/etc/web/web.d')
    expect(dropIns('run', 'web.conf')).to.equal('web.conf.d')
    expect(dropIns('run --path.config /x')).to.equal('/x/beat.d')
    expect(dropIns('run -c a.yml', '/etc/web/web.yml')).to.equal(undefined)
  })

  it('give settings in their order, whichever option says them', () => {
    const line = 'run -E name=a --path.data /d --set name=b=c -Ename=d -e'
    expect(sourceOf(line).overrides).to.deep.equal([
      ...['name=a', 'path.data="/d"', 'name=b=c', 'name=d'],
      ...['logging.to_stderr=true', 'logging.to_files=false'],
    ])
  })

  const PLACES: readonly (readonly [line: string, files: readonly string[], config: string])[] = [
    ['--path.config /etc/web', ['/etc/web/beat.yml'], '/etc/web'],
    ['--path.config /etc/web -c a.yml -c /b.yml', ['/etc/web/a.yml', '/b.yml'], '/etc/web'],
    ['-c ./a.yml --path.config etc', ['etc/a.yml'], resolve('etc')],
    ['--path.config etc --path.home /srv', ['/srv/etc/beat.yml'], '/srv/etc'],
    ['--path.config /x --path.config /y', ['/y/beat.yml'], '/y'],
  ]
  for (const [line, files, config] of PLACES) {
    it(`${line}: reads ${files}`, () => {
      const source = sourceOf(`run ${line}`)
      expect(source.files).to.deep.equal(files)
      expect(source.overrides).to.include(`path.config="${config}"`)
    })
  }

  it('leave a file where it is without --path.config, whatever the other paths', () => {
    expect(sourceOf('run --path.home /srv -E path.config=/etc').files).to.deep.equal(['beat.yml'])
    expect(sourceOf('run --path.data /d -c ./a.yml').files).to.deep.equal(['./a.yml'])
  })

  const STRICT: readonly (readonly [line: string, env: string | undefined, strict: boolean])[] = [
    ['run', undefined, true],
    ['run', '', true],
    ['run', 'true', true],
    ['run', 'false', false],
    ['run --strict.perms=false', undefined, false],
    ['run --strict.perms false', 'true', false],
    ['run --strict.perms=true', 'false', true],
  ]
  for (const [line, variable, strict] of STRICT) {
    it(`${line}, BEAT_STRICT_PERMS=${variable}: ${strict ? 'strict' : 'lenient'}`, () => {
      const request = readArguments(line.split(' '), { BEAT_STRICT_PERMS: variable })
      expect(request.kind === 'run' && request.call.source.strictPerms).to.equal(strict)
    })
  }

  it('say which of the two is wrong', () => {
    const wrong = 'must be true or false, not "no"'
    expect(() => read('run --strict.perms=no')).to.throw(UsageError, `--strict.perms ${wrong}`)
    expect(() => readArguments(['run'], { BEAT_STRICT_PERMS: 'no' })).to.throw(
      UsageError,
      `BEAT_STRICT_PERMS ${wrong}`,
    )
  })

  it('may stand before, between and behind the words of the command', () => {
    for (const line of ['--json test config', 'test --json config', 'test config --json']) {
      const request = read(line)
      if (request.kind !== 'run') throw new Error('asks for help')
      expect(request.command.words).to.deep.equal(['test', 'config'])
      expect(request.call.has('json')).to.equal(true)
    }
  })

  it('give the last value of an option', () => {
    const request = read('seccomp export --format asm --format bpf')
    expect(request.kind === 'run' && request.call.value('format')).to.equal('bpf')
  })

  const HELP: readonly (readonly [
    line: string,
    words?: string | undefined,
    begun?: readonly string[],
  ])[] = [
    ['--help'],
    ['-h'],
    ['help'],
    ['run --help', 'run'],
    ['-h test config', 'test config'],
    ['help seccomp show', 'seccomp show'],
    ['seccomp --help', undefined, ['seccomp']],
    ['help new', undefined, ['new']],
    ['-c x.yml dead-letter -h', undefined, ['dead-letter']],
  ]
  for (const [line, words, begun = []] of HELP) {
    it(`${line}: asks for help`, () => {
      const request = read(line)
      expect(request.kind).to.equal('help')
      expect(request.command?.words.join(' ')).to.equal(words)
      if (request.kind === 'help') expect(request.begun).to.deep.equal(begun)
    })
  }

  it('--version: asks for the version, also behind the options of an installed agent', () => {
    for (const line of ['--version', '--path.home /usr/share/web --path.data /x --version']) {
      const request = read(line)
      expect(request.kind).to.equal('run')
      expect(request.command?.words).to.deep.equal(['version'])
    }
    expect(() => read('run --version')).to.throw(UsageError, 'unknown option --version')
  })

  it('knows no commands for authors where an agent is installed', () => {
    const web = programOf({ SEALBEAT_PROGRAM: 'web 1.2.3' })
    const readThere = (line: string) => readArguments(line.split(' '), {}, web)
    expect(readThere('run').kind).to.equal('run')
    expect(() => readThere('new agent x')).to.throw(
      UsageError,
      '"new agent x" is for authors of agents, and no command of web',
    )
    expect(() => readThere('pacakge')).to.throw(UsageError, /^unknown command "pacakge"$/)
  })

  const WRONG: readonly (readonly [line: string, message: string])[] = [
    ['', 'a command is missing'],
    ['runn', 'unknown command "runn" (did you mean "run"?)'],
    ['frobnicate', 'unknown command "frobnicate"'],
    ['seccomp', 'incomplete command "seccomp"'],
    ['seccomp import', '"seccomp import" needs a FILE'],
    ['seccomp explain', '"seccomp explain" needs a NAME|NUMBER'],
    ['new', 'incomplete command "new"'],
    ['new agent', '"new agent" needs a NAME'],
    ['new agent a b', '"new agent" takes one NAME, not "a b"'],
    ['help tets', 'unknown command "tets" (did you mean "test"?)'],
    ['tset config', 'unknown command "tset config" (did you mean "test config"?)'],
    ['run fast', '"run" takes no arguments, but got "fast"'],
    ['seccomp show everything', '"seccomp show" takes no arguments, but got "everything"'],
    ['run --confg x', 'unknown option --confg (did you mean "--config"?)'],
    ['run -x', 'unknown option -x'],
    ['run --json', 'unknown option --json'],
    ['run --constructor', 'unknown option --constructor'],
    ['run -c', '-c needs a value: FILE'],
    ['run --config=', '--config needs a value: FILE'],
    ['test config --json=yes', '--json takes no value'],
  ]
  for (const [line, message] of WRONG) {
    it(`"${line}" is wrong: ${message}`, () => {
      expect(() => read(line)).to.throw(UsageError, message)
    })
  }
})

describe('cli: help', () => {
  it('of the program names every command and the exit codes', () => {
    const help = helpOf(SEALBEAT, { command: undefined, begun: [] })
    for (const { words, summary } of COMMANDS) {
      expect(help).to.contain(words.join(' ')).and.to.contain(summary)
    }
    for (const code of ['0', '1', '64', '77', '78'])
      expect(help).to.match(new RegExp(`^  ${code} `, 'm'))
  })

  it('of a command names each of its options', () => {
    for (const command of COMMANDS) {
      const help = helpOf(SEALBEAT, { command, begun: [] })
      for (const name of Object.keys(command.options)) expect(help).to.contain(`--${name}`)
      expect(help).to.contain(`Usage: sealbeat ${command.words.join(' ')} [OPTIONS]`)
    }
  })

  it('of a group names its commands, and no others', () => {
    const help = helpOf(SEALBEAT, { command: undefined, begun: ['new'] })
    expect(help).to.match(/^Usage: sealbeat new COMMAND \[OPTIONS\]\n/)
    const names = [...help.matchAll(/^ {2}(\S+ \S+) /gm)].map(([, name]) => name)
    expect(names).to.deep.equal(['new beat', 'new output', 'new processor', 'new agent'])
  })

  it('of an installed agent names its own files', () => {
    const web = programOf({ SEALBEAT_PROGRAM: 'web 1.2.3' })
    const helps = [
      helpOf(web, { command: undefined, begun: [] }),
      helpOf(web, { command: undefined, begun: ['export'] }),
      ...web.commands.map(command => helpOf(web, { command, begun: [] })),
    ]
    for (const help of helps) expect(help).not.to.match(/\bbeat\.(yml|d)\b/)
    expect(helps[0]).to.include('(default: web.yml and web.d)')
    expect(helps[0]).to.include('a JSON Schema of web.yml, for editors')
    expect(helpOf(SEALBEAT, { command: undefined, begun: [] })).to.include('beat.yml and beat.d')
  })

  it('of an installed agent is in its name, without what only authors need', () => {
    const web = programOf({ SEALBEAT_PROGRAM: 'web 1.2.3' })
    const help = helpOf(web, { command: undefined, begun: [] })
    expect(help).to.match(/^web: .*\n\nUsage: web \[OPTIONS\] COMMAND\n/)
    expect(help)
      .to.include('\n  run ')
      .and.not.to.match(/^ {2}(new|package) /m)
    const command = COMMANDS.find(({ words }) => words[0] === 'run')
    expect(helpOf(web, { command, begun: [] })).to.include('Usage: web run [OPTIONS]')
  })

  it('fits a terminal of a hundred columns', () => {
    for (const command of [undefined, ...COMMANDS]) {
      const widest = Math.max(
        ...helpOf(SEALBEAT, { command, begun: [] })
          .split('\n')
          .map(line => line.length),
      )
      expect(widest).to.be.at.most(100)
    }
  })
})
