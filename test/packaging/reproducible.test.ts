import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, utimesSync } from 'node:fs'
import { basename } from 'node:path'
import { expect } from 'chai'
import { AgentFolder } from './agent-folder.ts'
import { needs } from './programs.ts'

const PROGRAMS = { tar: 'tar', deb: 'dpkg-deb', rpm: 'rpmbuild' } as const
type Format = keyof typeof PROGRAMS
type Packages = ReadonlyMap<string, Uint8Array>

describe('the same input gives the same bytes', function () {
  this.timeout(90_000)
  let here: Packages
  let there: Packages

  before(() => {
    here = pack(available(), 0o022, { TZ: 'UTC', LC_ALL: 'C' })
    there = pack(available(), 0o077, { TZ: 'Asia/Tokyo', XZ_OPT: '-9', TAR_OPTIONS: '--mode=700' })
  })

  for (const [format, program] of Object.entries(PROGRAMS)) {
    it(`in ${format}: elsewhere, later, with another umask and time zone`, function () {
      needs(program).call(this)
      const [name = ''] = [...here.keys()].filter(each => each.includes(`.${format}`))
      expect(
        Buffer.from(here.get(name) ?? []).equals(there.get(name) ?? Buffer.from('none')),
        name,
      ).to.equal(true)
    })
  }

  it('with the date of the last commit, where the folder is in a repository', function () {
    needs('git').call(this)
    const agent = new AgentFolder()
    try {
      const git = (...args: readonly string[]) => {
        const who = ['-c', 'user.name=jo', '-c', 'user.email=jo@example.org']
        const env = { ...process.env, GIT_COMMITTER_DATE: '1700000000 +0000' }
        const { status, stderr } = spawnSync('git', [...who, ...args], { cwd: agent.folder, env })
        expect(status, `${stderr}`).to.equal(0)
      }
      git('init', '--quiet')
      git('add', 'package.json')
      const datesIn = () => {
        const [tarball = ''] = agent.package(['--format', 'tar', '--runtime', 'system'])
        const { stdout } = spawnSync('tar', ['-tvf', tarball, '--utc'], { encoding: 'utf8' })
        return new Set(stdout.match(/\d{4}-\d\d-\d\d \d\d:\d\d/g))
      }
      expect([...datesIn()], 'no commit yet').to.deep.equal(['1985-10-26 08:15'])
      git('commit', '--quiet', '--message=first')
      expect([...datesIn()]).to.deep.equal(['2023-11-14 22:13'])
    } finally {
      agent.remove()
    }
  })

  it('and another date others', () => {
    const [[name, bytes] = ['', undefined]] = pack(['tar'], 0o022, {
      SOURCE_DATE_EPOCH: '1700000000',
    })
    expect(bytes && Buffer.from(bytes).equals(here.get(name) ?? bytes)).to.equal(false)
  })
})

function available(): readonly Format[] {
  const all: readonly Format[] = ['tar', 'deb', 'rpm']
  return all.filter(format => spawnSync('which', [PROGRAMS[format]]).status === 0)
}

/** Names and bytes of the packages that are made under a umask. */
function pack(formats: readonly Format[], umask: number, env: NodeJS.ProcessEnv): Packages {
  const before = process.umask(umask)
  const agent = new AgentFolder()
  try {
    if (umask === 0o077) disguise(agent)
    const made = agent.package(['--format', formats.join(','), '--runtime', 'system'], env)
    return new Map(made.map(path => [basename(path), readFileSync(path)]))
  } finally {
    process.umask(before)
    agent.remove()
  }
}

/** Changes times and modes, as git and editors would. */
function disguise(agent: AgentFolder): void {
  for (const name of ['beats/own.js', 'beat.yml', 'node_modules/@corp/words/a b.mjs']) {
    utimesSync(agent.path(name), 1_700_000_000, 1_700_000_000)
    chmodSync(agent.path(name), 0o600)
  }
}
