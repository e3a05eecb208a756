import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, rmSync, symlinkSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, Workplace } from '../cli/workplace.ts'
import { asNobody, type Mistake, testMistakes } from './mistake.ts'

const CONFIG = 'beats:\n- type: ./probe.js\noutput.console: {}\n'
const withWord = (word: string) => CONFIG.replace('probe.js', `probe.js\n  word: ${word}`)
const NOBODY = 'the user nobody (uid=65534)'
const RIGHTS = `by ${NOBODY}: check its owner and mode, and those of the folders above it`

const unreadable =
  (name: string, ...owned: readonly string[]) =>
  (place: Workplace, context: Mocha.Context) => {
    const through = asNobody(place, context, ...owned)
    chmodSync(place.path(name), 0o600)
    return through
  }

const OF_THE_CONFIGURATION: readonly Mistake[] = [
  {
    what: 'gives a setting the wrong type',
    files: { 'beat.yml': `${CONFIG}shutdown_timeout: [1]\n` },
    code: 78,
    says: 'beat.yml:4:1: shutdown_timeout: must be a duration from 1ms to 24d20h, such as 10s or 1m30s, not a list',
  },
  {
    what: 'misspells a key',
    files: { 'beat.yml': `${CONFIG}loging.level: debug\n` },
    code: 78,
    says: 'beat.yml:4:1: loging: unknown key (did you mean "logging"?)',
  },
  {
    what: 'indents with a tab',
    files: { 'beat.yml': 'beats:\n\t- type: host\n' },
    code: 78,
    says: 'beat.yml:2:1: Tabs are not allowed as indentation: use spaces',
  },
  {
    what: 'indents a line less than those beside it',
    files: { 'beat.yml': 'beats:\n  - type: host\n   period: 1s\n' },
    code: 78,
    says: 'beat.yml:3:1: Sequence item without - indicator: indent it as the lines beside it, with spaces',
  },
  {
    what: 'names a file that is not there',
    args: ['-c', '/etc/nowhere/beat.yml'],
    code: 78,
    says: '/etc/nowhere/beat.yml: no such file',
  },
  {
    what: 'is in a folder that has no beat.yml',
    prepare: place => rmSync(place.path('beat.yml')),
    code: 78,
    says: 'beat.yml: no such file in PLACE; use -c FILE to name another',
  },
  {
    what: 'has linked it to what is not there',
    prepare: place => {
      rmSync(place.path('beat.yml'))
      symlinkSync('/nowhere/beat.yml', place.path('beat.yml'))
    },
    code: 78,
    says: 'beat.yml: is a symbolic link to /nowhere/beat.yml, which is not there',
  },
  {
    what: 'has moved all of beat.yml to beat.d',
    files: { 'beat.d/all.yml': '{}' },
    prepare: place => rmSync(place.path('beat.yml')),
    code: 78,
    says: 'beat.yml: no such file in PLACE; use -c FILE to name another, or -c beat.d for that alone',
  },
  {
    what: 'names a pipe, of which nobody knows whether it ends',
    prepare: place => {
      rmSync(place.path('beat.yml'))
      execFileSync('mkfifo', [place.path('beat.yml')])
    },
    code: 78,
    says: 'beat.yml: is not a regular file',
  },
  {
    what: 'may not read it',
    through: unreadable('beat.yml'),
    code: 78,
    says: `beat.yml: may not be read by ${NOBODY}: it is root's, with mode -rw------- (to let it read that: 'chgrp GROUP PLACE/beat.yml && chmod g+r PLACE/beat.yml')`,
  },
  {
    what: 'may not read it, though it is the group’s',
    through: (place, context) => {
      // It skips where that takes root.
      const through = unreadable('beat.yml')(place, context)
      chownSync(place.path('beat.yml'), 0, 65534)
      return through
    },
    code: 78,
    says: `beat.yml: may not be read by ${NOBODY}: it is root's, with mode -rw------- (to let it read that: 'chmod g+r PLACE/beat.yml')`,
  },
  {
    what: 'may not read what is the user’s own',
    through: (place, context) => {
      const through = asNobody(place, context, 'beat.yml')
      chmodSync(place.path('beat.yml'), 0)
      return through
    },
    code: 78,
    says: `beat.yml: may not be read by ${NOBODY}: it is nobody's, with mode ---------- (to let it read that: 'chmod u+r PLACE/beat.yml')`,
  },
  {
    what: 'may not enter the folder above it',
    files: { 'etc/web/web.yml': CONFIG },
    args: ['-c', 'etc/web/web.yml'],
    through: (place, context) => {
      const through = asNobody(place, context)
      chmodSync(place.path('etc'), 0o700)
      return through
    },
    code: 78,
    says: `etc/web/web.yml: may not be read by ${NOBODY}: the folder PLACE/etc is root's, with mode drwx------ (to let it read that: 'chgrp GROUP PLACE/etc && chmod g+x PLACE/etc')`,
  },
  {
    what: 'may not list the folder of more files',
    files: { 'beat.d/more.yml': 'name: x' },
    through: (place, context) => {
      const through = asNobody(place, context)
      chmodSync(place.path('beat.d'), 0o700)
      return through
    },
    code: 78,
    says: `beat.d: may not be read by ${NOBODY}: it is root's, with mode drwx------ (to let it read that: 'chgrp GROUP PLACE/beat.d && chmod g+rx PLACE/beat.d')`,
  },
  {
    what: 'lets others write it',
    prepare: place => chmodSync(place.path('beat.yml'), 0o666),
    code: 78,
    says: `beat.yml: config file ("beat.yml") can only be writable by the owner but the permissions are "-rw-rw-rw-" (to fix the permissions use: 'chmod go-w PLACE/beat.yml')`,
  },
  {
    what: 'has not given a credential to the unit',
    files: { 'beat.yml': withWord('\x24{credential:token}') },
    code: 78,
    says: 'beat.yml:3:3: beats[0].word: no credential "token": $CREDENTIALS_DIRECTORY is not set: add LoadCredential=token:/path/to/file to the unit',
  },
  {
    what: 'has not set a variable',
    files: { 'beat.yml': withWord('\x24{SEALBEAT_NOT_SET}') },
    code: 78,
    says: 'beat.yml:3:3: beats[0].word: the environment variable SEALBEAT_NOT_SET is not set: set it, or give a default: \x24{SEALBEAT_NOT_SET:default}',
  },
  {
    what: 'may not read the plugin',
    through: unreadable('probe.js'),
    code: 78,
    says: `beat.yml:2:3: beats[0].type: PLACE/probe.js can't be imported: PLACE/probe.js may not be opened ${RIGHTS}`,
  },
  {
    what: 'may not enter the folder of the plugin',
    files: { 'beats/probe.js': beatSource(''), 'beat.yml': CONFIG.replace('./', './beats/') },
    through: unreadable('beats'),
    code: 78,
    says: `beat.yml:2:3: beats[0].type: PLACE/beats/probe.js may not be opened ${RIGHTS}`,
  },
  {
    what: 'misspells an option',
    args: ['--confg', 'beat.yml'],
    code: 64,
    says: 'sealbeat: unknown option --confg (did you mean "--config"?); see "sealbeat --help"',
  },
]

const OF_PATHS: readonly Mistake[] = [
  {
    what: 'may not make path.data',
    through: (place, context) => asNobody(place, context),
    code: 1,
    says: `Exiting: path.data: PLACE/data may not be created ${RIGHTS}`,
  },
  {
    what: 'may not write in path.data',
    files: { 'data/note': '' },
    through: (place, context) => asNobody(place, context),
    code: 1,
    says: `Exiting: path.data: PLACE/data/sealbeat.lock may not be opened ${RIGHTS}`,
  },
  {
    what: 'has a file for path.data',
    files: { data: '' },
    code: 1,
    says: 'Exiting: path.data: PLACE/data is not a folder',
  },
  {
    what: 'has path.data where nobody can make a folder',
    args: ['--path.data', '/proc/data'],
    code: 1,
    says: 'Exiting: path.data: /proc/data can not be made there: set another folder',
  },
  {
    what: 'has path.logs there',
    args: ['--path.logs', '/proc/logs', '-E', 'logging.to_files=true'],
    code: 1,
    says: 'Exiting: log file /proc/logs/sealbeat.ndjson: /proc/logs can not be made there: set another folder',
  },
  {
    what: 'has the queue there',
    args: ['-E', 'queue.disk.max_size=10MB', '-E', 'queue.disk.path=/proc/queue'],
    code: 1,
    says: 'Exiting: queue.disk.path: /proc/queue can not be made there: set another folder',
  },
  {
    what: 'has run it as root before',
    files: { 'data/meta.json': '{}' },
    through: unreadable('data/meta.json', 'data'),
    code: 1,
    says: `Exiting: PLACE/data/meta.json may not be opened ${RIGHTS}`,
  },
  {
    what: 'has state of a beat that is root’s',
    files: { 'data/state/probe.json': '{}' },
    through: unreadable('data/state/probe.json', 'data'),
    code: 1,
    logs: `beat probe could not be opened: PLACE/data/state/probe.json may not be opened ${RIGHTS}`,
  },
  {
    what: 'has path.logs below a file',
    files: { logs: '' },
    args: ['--path.logs', 'logs/web', '-E', 'logging.to_files=true'],
    code: 1,
    says: 'Exiting: log file PLACE/logs/web/sealbeat.ndjson: PLACE/logs/web: one of the folders above it is a file',
  },
]

describe('mistakes of the operator', () => {
  const setting = { command: ['run'], files: { 'beat.yml': CONFIG, 'probe.js': beatSource('') } }
  testMistakes(setting, [...OF_THE_CONFIGURATION, ...OF_PATHS])

  it('starts a second agent on the same data', async () => {
    const place = new Workplace({
      'beat.yml': CONFIG,
      'probe.js': beatSource('await sleep(1e6, undefined, { signal: context.signal })'),
    })
    try {
      const first = place.start('run')
      await first.logged('Beat started')
      const { code, stderr } = await place.run('run')
      expect(stderr).to.equal(
        'Exiting: data path already locked by another beat. Please make sure that multiple beats are ' +
          `not sharing the same data path (path.data): ${place.path('data')} is held by process ${first.pid}\n`,
      )
      expect(code).to.equal(1)
    } finally {
      place.remove()
    }
  })
})
