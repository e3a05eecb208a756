import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { codeOf } from '../../errors.ts'
import { unreadable } from '../../trust/unreadable.ts'

/** What to look for, and where from. */
interface Given {
  /** `-c`, in order: files, and folders of files. */
  readonly files: readonly string[]
  /** A folder that need not exist. */
  readonly dropIns?: string
  /** What relative paths start from. */
  readonly folder: string
}

/** A file of the configuration, or a folder, which stands before the files in it. */
export interface SourceFile {
  /** As the user named it; in a folder, with the name of the folder in front. */
  readonly file: string
  readonly isFolder: boolean
  /** Why what is in a folder can't be told. */
  readonly problem?: string
}

/** So many that nobody writes them by hand, and so few that they are read within seconds. */
const MOST_FILES = 1000

/**
 * Every file to read, in order. A folder stands for the files in it whose names end in `.yml` or `.yaml` and don't
 * begin with a dot, in the order of their bytes. So what editors and package managers leave there is passed over:
 * `.a.yml.swp`, `a.yml~`, `a.yml.bak`, `a.yml.dpkg-dist`, `a.yml.rpmsave`.
 */
export function sourceFiles({ files, dropIns, folder }: Given): readonly SourceFile[] {
  const optional = dropIns !== undefined && isFolder(dropIns, folder) ? [dropIns] : []
  return [...files, ...optional].flatMap(file =>
    isFolder(file, folder) ? within(file, folder) : [{ file, isFolder: false }],
  )
}

/** What is not there at all is named when it is read. */
function isFolder(name: string, folder: string): boolean {
  try {
    return statSync(resolve(folder, name)).isDirectory()
  } catch {
    return false
  }
}

function within(name: string, folder: string): readonly SourceFile[] {
  const broken = (problem: string) => [{ file: name, isFolder: true, problem }]
  try {
    const names = readdirSync(resolve(folder, name)).filter(each => /^[^.].*\.ya?ml$/s.test(each))
    if (names.length > MOST_FILES) {
      return broken(`has ${names.length} files, and at most ${MOST_FILES} are read`)
    }
    const sorted = names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const found = sorted.map(each => ({ file: join(name, each), isFolder: false }))
    return [{ file: name, isFolder: true }, ...found]
  } catch (thrown) {
    const why = codeOf(thrown) === 'EACCES' ? unreadable(resolve(folder, name)) : undefined
    return broken(why ?? `the folder can't be read (${codeOf(thrown) ?? String(thrown)})`)
  }
}
