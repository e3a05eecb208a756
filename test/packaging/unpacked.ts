import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textsOfThreads } from '../threads.ts'
import { NAME } from './agent-folder.ts'
import { run } from './programs.ts'

/** The course of an agent until it was stopped. */
export interface Course {
  readonly code: number | null
  readonly events: readonly Readonly<Record<string, unknown>>[]
  /** The messages of its log. */
  readonly log: readonly string[]
  /** What `service.name` is in its lines. */
  readonly services: readonly unknown[]
  /** While it ran: `Seccomp:` of each thread, and the mappings of its memory. */
  readonly seccomp: readonly string[]
  /** Undefined for a user that may not see them. */
  readonly maps: readonly string[] | undefined
}

/** A tarball, unpacked into an empty folder with an awkward name. */
export class Unpacked {
  readonly #place = mkdtempSync(join(tmpdir(), 'sealbeat-unpacked-'))
  readonly folder: string

  constructor(tarball: string) {
    const awkward = join(this.#place, `any $PLACE's`)
    mkdirSync(awkward)
    run('tar', ['-xf', tarball, '-C', awkward])
    this.folder = join(awkward, readdirSync(awkward)[0] ?? '')
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Runs `./NAME run` from another folder until the agent's own beat has published. */
  async run(through: readonly string[] = [], more: readonly string[] = []): Promise<Course> {
    const [program = '', ...args] = [...through, this.path(NAME), 'run', ...more]
    const child = spawn(program, args, { cwd: '/' })
    const closed = once(child, 'close')
    let [stdout, stderr] = ['', '']
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
    const seen = new Promise<void>(resolve => {
      child.stdout.setEncoding('utf8').on('data', text => {
        stdout += text
        if (stdout.includes('own.start')) resolve()
      })
    })
    await Promise.race([seen, closed])
    const proc = child.exitCode === null ? lookAt(child.pid ?? 0) : { seccomp: [], maps: [] }
    child.kill()
    const [code] = await closed
    return {
      code,
      events: objects(stdout),
      log: objects(stderr).map(each => `${each['message']}`),
      services: [...new Set(objects(stderr).map(each => each['service.name']))],
      ...proc,
    }
  }

  remove(): void {
    rmSync(this.#place, { recursive: true, force: true })
  }
}

/** Looks at the child itself: the shell and the programs of `through` have become the agent by exec. */
function lookAt(pid: number): Pick<Course, 'seccomp' | 'maps'> {
  const seccomp = textsOfThreads(pid, 'status').map(
    status => /^Seccomp:\s*(\d)$/m.exec(status)?.[1] ?? '',
  )
  return { seccomp, maps: mapsOf(pid) }
}

/** An agent is undumpable, so that only root may look into it. */
function mapsOf(pid: number): readonly string[] | undefined {
  if (process.getuid?.() !== 0) return undefined
  return readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')
}

function objects(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
}
