// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import { beatSource, Workplace } from './workplace.ts'

const SECRET = 'hunter2"and"more'
const ENV = ['env', 'CREDENTIALS_DIRECTORY=credentials']
const CONFIG = `beats:
- type: ./probe.js
  word: \${credential:word}
output.console: {}
`
/** Leaks its secret wherever it can. */
const TALKATIVE = `const { word } = context.settings
    context.log.info({ at: { word } }, 'it is ' + word)
    if (++attempts === 1) throw new Error('not with ' + word)
    await context.publish({ length: word.length })`

describe('${credential:NAME}', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.yml': CONFIG, 'credentials/word': `${SECRET}\n` })
    place.write({ 'probe.js': beatSource(TALKATIVE, '', 'let attempts = 0') })
  })
  afterEach(() => place.remove())

  const start = (...args: readonly string[]) => place.startThrough(ENV, ...args).ended()

  it('reaches the beat, and not the log', async () => {
    const { code, stdout, stderr, log } = await start('run')
    expect(code, stderr).to.equal(0)
    expect(stdout).to.contain(`"length":${SECRET.length}`)
    expect(stderr).not.to.contain('hunter2')
    const messages = log.map(({ message }) => message)
    expect(messages).to.include.members(['it is [redacted]', 'Beat failed: not with [redacted]'])
  })

  it('is there after the start without an io_uring, with the filter off as well', async () => {
    place.write({ 'more.yml': 'seccomp.enabled: false\nname: "${credential:word}"\n' })
    const { code, stdout, stderr } = await start('run', '-c', 'beat.yml', '-c', 'more.yml')
    expect(code, stderr).to.equal(0)
    expect(stderr).not.to.contain('hunter2')
    expect(JSON.parse(stdout).agent.name).to.equal(SECRET)
  })

  it('is not in what an agent that can not open leaves on the terminal', async () => {
    place.write({
      'probe.js': beatSource('', 'async open({ settings }) { throw new Error(settings.word) },'),
    })
    const { code, stderr } = await start('run')
    expect(code).to.equal(1)
    expect(stderr).to.contain('beat probe could not be opened: [redacted]')
    expect(stderr).not.to.contain('hunter2')
  })

  it('is not shown by test config, whatever is wrong with it', async () => {
    place.write({ 'probe.js': beatSource('').replace('format: String', "format: ['hunter']") })
    const problem =
      'beats[0].word: must be one of hunter (it comes from a credential, which is always text and never shown)'
    const { code, stderr } = await start('test', 'config')
    expect({ code, stderr }).to.deep.equal({ code: 78, stderr: `beat.yml:3:3: ${problem}\n` })
    expect((await start('test', 'config', '--json')).stdout).not.to.contain('hunter2')
  })

  it('is not in an exported policy, where it has no place', async () => {
    const { code, stderr } = await start(
      ...['seccomp', 'export', '-E', 'seccomp.default_action=allow', '-E'],
      'seccomp.syscalls=[{ action: errno, names: ["${credential:word}"] }]',
    )
    expect(code).to.equal(78)
    expect(stderr).to.equal(
      '-E seccomp.syscalls: seccomp.syscalls[0].names[0]: must not come from a credential: it is shown in the log and by commands\n',
    )
  })

  it('is stood in for where a command only looks, which is said', async () => {
    const { code, stderr, stdout } = await place.run('test', 'config')
    const note = 'note: only the service has credentials: using "stand-in" for word\n'
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: note })
    expect(stdout).to.match(/^Config OK\n/)
    place.write({ 'beat.d/more.yml': 'name: "${credential:name}"' })
    const more = await place.run('test', 'config')
    expect(more).to.include({ code: 0, stderr: note.replace('word\n', 'word, name\n') })
    place.write({ 'odd.yml': `${CONFIG}name: \${credential:../x}\ntags: ["\${credential:..}"]\n` })
    const odd = await place.run('test', 'config', '-c', 'odd.yml')
    expect(odd.code).to.equal(78)
    expect(odd.stderr.split('\n')[0]).to.equal(note.trimEnd())
  })

  it('that is missing is told with all else that is, and where', async () => {
    place.write({
      'beat.yml': `${CONFIG}name: \${credential:nmae}\ntags: ["\${credential:../x}", "\${NOPE}"]\n`,
    })
    const { code, stderr } = await start('run')
    expect(code).to.equal(78)
    expect(stderr.trimEnd().split('\n')).to.deep.equal([
      'beat.yml:5:1: name: no credential "nmae" (available: word): add LoadCredential=nmae:/path/to/file to the unit',
      'beat.yml:6:8: tags[0]: "../x" is not a valid name of a credential: a name is plain ASCII without "/" or ":", and not "." or ".."',
      'beat.yml:6:8: tags[0]: must be text, not ""',
      'beat.yml:6:30: tags[1]: the environment variable NOPE is not set: set it, or give a default: ${NOPE:default}',
      'beat.yml:6:30: tags[1]: must be text, not ""',
    ])
    const unset = await place.run('run')
    expect(unset.stderr.split('\n')[0]).to.equal(
      'beat.yml:3:3: beats[0].word: no credential "word": $CREDENTIALS_DIRECTORY is not set: add LoadCredential=word:/path/to/file to the unit',
    )
  })
})
