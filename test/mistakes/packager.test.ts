import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { beatSource, type Workplace } from '../cli/workplace.ts'
import { skip } from '../live.ts'
import { asNobody, type Mistake, testMistakes } from './mistake.ts'

const CONFIG = 'beats:\n- type: ./probe.js\noutput.console: {}\n'
const MANIFEST = {
  name: 'web',
  version: '1.0.0',
  type: 'module',
  description: 'An agent.',
  author: 'Jo <jo@example.org>',
  license: 'MIT',
  files: ['probe.js'],
}
const manifest = (parts: object) => ({
  'package.json': JSON.stringify({ ...MANIFEST, ...parts }),
})

/** Only these programs are installed. */
const having =
  (...names: readonly string[]) =>
  (place: Workplace, context: Mocha.Context) => {
    if (process.platform !== 'linux') skip(context, 'not Linux')
    mkdirSync(place.path('bin'))
    for (const name of [...names, 'env', 'sh']) {
      symlinkSync(`/usr/bin/${name}`, place.path(`bin/${name}`))
    }
    symlinkSync(process.execPath, place.path('bin/node'))
    return ['env', `PATH=${place.path('bin')}`]
  }

const OF_THE_FOLDER: readonly Mistake[] = [
  {
    what: 'has no package.json',
    prepare: place => rmSync(place.path('package.json')),
    code: 78,
    says: 'PLACE/package.json: does not exist: an agent\'s folder needs a package.json ("sealbeat new agent" creates one)',
  },
  {
    what: 'names no author',
    files: manifest({ author: undefined }),
    code: 78,
    says: 'PLACE/package.json: author: must be "Name <address@example.org>": packages name their maintainer',
  },
  {
    what: 'has a name that can not be a user',
    files: manifest({ name: '@acme/web' }),
    code: 78,
    says: 'PLACE/package.json: name: must be 2 to 31 lower case letters, digits and -, begin with a letter and not be a name that the system uses, since a package and a user get this name; if npm needs another one, set "sealbeat": { "name": "…" }',
  },
  {
    what: 'has no beat.yml',
    prepare: place => rmSync(place.path('beat.yml')),
    code: 78,
    says: 'beat.yml: no such file in PLACE; use -c FILE to name another',
  },
  {
    what: 'has a beat.yml that is wrong',
    files: { 'beat.yml': `${CONFIG}nmae: web\n` },
    code: 78,
    says: 'beat.yml:4:1: nmae: unknown key (did you mean "name"?)',
  },
  {
    what: 'does not list a plugin in files',
    files: { ...manifest({ files: ['other.js'] }), 'other.js': '' },
    code: 78,
    says: 'beat.yml:2:3: beats[0].type: ./probe.js would not be in the package: list it in "files" of package.json',
  },
  {
    what: 'has a plugin that lies elsewhere',
    files: { 'agent.yml': CONFIG },
    prepare: place => {
      writeFileSync(place.path('agent.yml'), CONFIG.replace('./', `${place.folder}/`))
    },
    args: ['-c', 'agent.yml'],
    code: 78,
    says: 'agent.yml:2:3: beats[0].type: PLACE/probe.js is outside the packed folder: move it there, and write ./ before its name',
  },
  {
    what: 'has a beat from a package that only development has',
    files: {
      'beat.yml': CONFIG.replace('./probe.js', 'tide'),
    },
    prepare: place =>
      place.write({
        'node_modules/tide/package.json': '{ "type": "module", "exports": "./tide.js" }',
        'node_modules/tide/tide.js': beatSource(''),
      }),
    code: 78,
    says: 'beat.yml:2:3: beats[0].type: tide would not be in the package: list it in "dependencies" of package.json',
  },
  {
    what: 'has not installed what it depends on',
    files: manifest({ dependencies: { 'not-there': '1' } }),
    code: 1,
    says: 'Exiting: not installed: not-there; run "npm install" first',
  },
  {
    what: 'has a beat that declares a privilege which there is not',
    files: {
      'probe.js': beatSource('', `privileges: () => [{ capability: 'CAP_BIND', why: 'a port' }],`),
    },
    code: 78,
    says: 'beat.yml:2:3: beats[0]: privileges[0]: "capability" must be a capability that Linux has, such as "CAP_NET_BIND_SERVICE", not "CAP_BIND"',
  },
  {
    what: 'has a beat whose privileges throw',
    files: { 'probe.js': beatSource('', `privileges() { throw new Error('no luck') },`) },
    code: 78,
    says: 'beat.yml:2:3: beats[0]: "privileges" throws: no luck',
  },
  {
    what: 'has a beat whose privileges are no list',
    files: { 'probe.js': beatSource('', `privileges: () => 'CAP_NET_ADMIN',`) },
    code: 78,
    says: 'beat.yml:2:3: beats[0]: "privileges" must return a list',
  },
]

const OF_THE_MACHINE: readonly Mistake[] = [
  {
    what: 'has no npm',
    through: having('tar'),
    code: 1,
    says: 'Exiting: npm is not installed: install npm (Debian) or nodejs-npm (Fedora)',
  },
  {
    what: 'has no dpkg-deb',
    through: having('npm'),
    args: ['--format', 'deb'],
    code: 1,
    says: 'Exiting: dpkg-deb is not installed: install dpkg (Debian, Fedora)',
  },
  {
    what: 'has no rpmbuild',
    through: having('npm'),
    args: ['--format', 'rpm'],
    code: 1,
    says: 'Exiting: rpmbuild is not installed: install rpm (Debian) or rpm-build (Fedora)',
  },
  {
    what: 'has a file where the packages are to go',
    files: { packages: '' },
    code: 1,
    says: 'Exiting: --output: packages is not a folder',
  },
  {
    what: 'may not write where the packages are to go',
    through: (place, context) => {
      mkdirSync(place.path('cache'))
      return [
        ...asNobody(place, context, 'cache'),
        'env',
        `npm_config_cache=${place.path('cache')}`,
      ]
    },
    code: 1,
    says: 'Exiting: --output: packages may not be created by the user nobody (uid=65534): check its owner and mode, and those of the folders above it',
  },
  {
    what: 'has a SOURCE_DATE_EPOCH that is a date',
    through: () => ['env', 'SOURCE_DATE_EPOCH=2026-01-31'],
    code: 64,
    says: 'sealbeat: SOURCE_DATE_EPOCH must be seconds since 1970, not "2026-01-31"; see "sealbeat --help"',
  },
  {
    what: 'has no folder for temporary files',
    through: () => ['env', 'TMPDIR=/nonexistent'],
    code: 1,
    says: 'Exiting: TMPDIR: /nonexistent/sealbeat-package-XXXXXX does not exist',
  },
  {
    what: 'misspells a format',
    args: ['--format', 'rmp'],
    code: 64,
    says: 'sealbeat: unknown format "rmp": one of deb, rpm, tar; see "sealbeat --help"',
  },
]

describe('mistakes of who packages an agent', () => {
  const files = { ...manifest({}), 'beat.yml': CONFIG, 'probe.js': beatSource('') }
  const command = ['package', '--runtime', 'system', '--format', 'tar']
  testMistakes({ command, files }, [...OF_THE_FOLDER, ...OF_THE_MACHINE])
})
