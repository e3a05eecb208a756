import { expect } from 'chai'
import { folderFindings } from '../../../lib/sandbox/check/folders.ts'
import type { Step } from '../../../lib/trust/walk.ts'
import { linesOf } from './findings.ts'

type Stat = Parameters<typeof folderFindings>[1]['stat']

/** A host of folders (mode 040000) and files, by path. */
function hostOf(
  entries: Readonly<Record<string, { uid: number; mode: number }>>,
  executable: readonly string[] = [],
) {
  const stat = (path: string) => {
    const found = entries[path]
    if (!found) return undefined
    return { ...found, gid: found.uid, isDirectory: () => (found.mode & 0o170000) === 0o040000 }
  }
  const within = (folders: readonly string[]) => folders.filter(each => executable.includes(each))
  const ways = (path: string) => ({ steps: stepsOf(path, stat) })
  return { stat, executable: within, walk: ways, isReadOnly }
}

const isReadOnly = () => false

/** The way to a path on a host without symbolic links. */
function stepsOf(path: string, stat: Stat): readonly Step[] {
  const names = path.split('/').filter(Boolean)
  const paths = ['/', ...names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`)]
  return paths.flatMap(each => {
    const found = stat(each)
    const kind = found?.isDirectory() ? 'folder' : 'file'
    return found ? [{ ...found, kind, path: each, id: each } as const] : []
  })
}

const FOLDER = 0o040000
const HOST = {
  '/': { uid: 0, mode: FOLDER | 0o755 },
  '/srv': { uid: 0, mode: FOLDER | 0o755 },
  '/srv/own': { uid: 7, mode: FOLDER | 0o700 },
  '/srv/root': { uid: 0, mode: FOLDER | 0o755 },
  '/srv/file': { uid: 7, mode: 0o100644 },
}
const OWN = { what: '/srv/data', who: 'agent', why: 'data' }

function found(
  written: readonly string[],
  more: Partial<Parameters<typeof folderFindings>[0]> = {},
  host = hostOf(HOST),
) {
  const writes = [OWN, ...written.map(what => ({ what, who: 'beat web', why: 'spools' }))]
  const user = { name: 'web', uid: 7, gid: 7, groups: [] }
  const wanted = {
    writes,
    startFiles: [],
    user,
    overridesModes: false,
    handsOver: false,
  }
  return linesOf(folderFindings({ ...wanted, confined: true, ...more }, host))
}

describe('sandbox check: folders', () => {
  it('is content with one that the user may write, and with its own that is still to be made', () => {
    expect(found(['/srv/own'])).to.deep.equal([])
  })

  it('names an own folder that belongs to another, unless root gives it away', () => {
    const of = (uid: number) => hostOf({ ...HOST, '/srv/data': { uid, mode: FOLDER | 0o700 } })
    expect(found([], {}, of(7))).to.deep.equal([])
    const taken = 'error: /srv/data can’t be written by web: chown -R 7:7 /srv/data'
    expect(found([], {}, of(0))).to.deep.equal([taken])
    expect(found([], { handsOver: true }, of(0))).to.deep.equal([])
    expect(found([], { handsOver: true }, of(8))).to.deep.equal([taken])
  })

  it('names what does not exist, and the command that makes it', () => {
    expect(found(['/srv/a/b'])).to.deep.equal([
      'warning: /srv/a/b, which beat web writes, does not exist: unless its plugin makes it in open, Landlock grants nothing there; install -d -o 7 -g 7 /srv/a/b',
    ])
    expect(found(['/srv/a/b'], { confined: false })).to.deep.equal([])
  })

  it('names what is no folder', () => {
    expect(found(['/srv/file']).join()).to.match(
      /^warning: \/srv\/file.*is no folder.*nothing there; declare \/srv$/,
    )
  })

  it('names what the user can’t write, with the command that gives it, unless modes don’t count', () => {
    expect(found(['/srv/root'])).to.deep.equal([
      'error: /srv/root, which beat web writes, can’t be written by web: chown 7:7 /srv/root',
    ])
    expect(found(['/srv/root'], { overridesModes: true })).to.deep.equal([])
  })

  it('names what starts the agent and lies below a folder that is written', () => {
    const startFiles = ['/srv/own/beat.yml', '/srv/ownership.js', '/etc/web/beat.yml']
    const lines = found(['/srv/own'], { startFiles })
    expect(lines).to.have.length(1)
    expect(lines[0]).to.match(/^warning: \/srv\/own\/beat\.yml is below \/srv\/own, which beat web/)
    const all = found(['/'], { startFiles }).filter(line => line.includes('is below'))
    expect(all, 'below /').to.have.length(3)
  })

  it('without a domain, names what starts the agent and can be changed by its user', () => {
    const startFiles = ['/srv/own/beat.yml', '/srv/file', '/srv/root']
    expect(found(['/srv/own'], { startFiles, confined: false })).to.deep.equal([
      "warning: The agent's user (uid 7) may write /srv/own/beat.yml, /srv/file: code in the agent can " +
        'change the next start, as no domain confines it; let root own them and their folders, and ' +
        'nobody else write them',
    ])
    expect(found([], { startFiles: ['/srv/root'], confined: false })).to.deep.equal([])
  })

  it('notes each folder that is written and from which code can be loaded', () => {
    const noted = found(
      ['/srv/own', '/srv/own'],
      {},
      hostOf(HOST, ['/srv/own', '/srv', '/srv/data']),
    )
    expect(noted).to.deep.equal([
      'info: native code can be loaded from /srv/data, /srv/own, which the agent writes: mount them with noexec, set NoExecPaths=/srv/data /srv/own in the unit, or seccomp.late_libraries: refuse',
    ])
    expect(found(['/srv/own'], {}, hostOf(HOST, ['/srv']))).to.deep.equal([])
  })
})
