// A host made of files, for the tests of this beat; not part of the package.
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Event } from 'sealbeat'
import { type HostFiles, hostFiles } from '../host-files.ts'
import type { Check } from '../metricsets/figures.ts'
import { checker } from '../metricsets/figures.ts'
import type { Host, Metricset } from '../metricsets/metricset.ts'
import { processReader } from '../processes/read.ts'

/** Texts by path; `-> target` is a symbolic link, and `undefined` removes what is there. */
type Files = Readonly<Record<string, string | undefined>>

interface Tree {
  readonly root: string
  readonly files: HostFiles
  write(files: Files): void
  remove(): void
}

export function tree(files: Files = {}): Tree {
  const root = mkdtempSync(join(tmpdir(), 'host-beat-'))
  const write = (changed: Files): void => {
    for (const [path, text] of Object.entries(changed)) {
      const file = join(root, path)
      rmSync(file, { recursive: true, force: true })
      if (text === undefined) continue
      mkdirSync(dirname(file), { recursive: true })
      const target = /^-> (.*)/.exec(text)?.[1]
      if (target === undefined) writeFileSync(file, text)
      else symlinkSync(target, file)
    }
  }
  write(files)
  const remove = (): void => rmSync(root, { recursive: true })
  return { root, files: hostFiles(root), write, remove }
}

/** `254:0`: what trees are on. */
export function deviceOfTrees(): string {
  const { dev } = statSync(tmpdir())
  // makedev(3)
  return `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`
}

/** A check whose warnings are gathered. */
export function heeded(): { readonly check: Check; readonly warnings: readonly string[] } {
  const warnings: string[] = []
  return { check: checker(message => warnings.push(message)), warnings }
}

/** Samples a metricset on a tree once for each step, each of which changes the tree first. */
export async function sampled(
  metricset: Metricset,
  steps: readonly Files[],
  settings: Partial<Host> = {},
): Promise<readonly (readonly Event[])[]> {
  const { files, write, remove } = tree()
  const { check } = heeded()
  const processes = processReader(files)
  const collect = metricset({
    files,
    processes: processes.read,
    check,
    ignoredTypes: null,
    top: { by_cpu: 2, by_memory: 2 },
    trouble: Object.assign(() => undefined, { forget: () => undefined }),
    ...settings,
  })
  try {
    const samples: (readonly Event[])[] = []
    for (const step of steps) {
      write(step)
      samples.push(await collect(new AbortController().signal, step))
    }
    return samples
  } finally {
    await processes.close()
    remove()
  }
}
