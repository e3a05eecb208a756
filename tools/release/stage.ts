import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { shell } from '../live/shell.ts'

/** The published files and the sources that they are made from; nothing else in a checkout is copied. */
const SOURCES = [
  ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'docs', 'config'],
  ...['lib', 'beats', 'tsconfig.json', 'addon', 'binding.gyp'],
]

/** Leaves out tests, which are not published and import more than is copied. */
const TSCONFIG = {
  extends: './tsconfig.json',
  include: ['lib', 'beats'],
  exclude: ['**/*.test.ts'],
}

/** Fills `folder`, below the checkout, with the package except for the prebuilt addons. */
export async function stagePackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  for (const name of SOURCES) await cp(name, join(folder, name), { recursive: true })
  await rm(join(folder, 'addon/testing'), { recursive: true })
  for (const path of await bundledModules()) {
    await cp(path, join(folder, path), { recursive: true })
  }
  await writeFile(join(folder, 'tsconfig.release.json'), JSON.stringify(TSCONFIG))
  await shell(COMPILE, [folder, resolve('dist/tools/bundle.js')], {
    PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}`,
  })
}

/** Sets modes, too, as those of a checkout depend on the umask under which it was made. */
const COMPILE = 'cd "$1"; tsc -p tsconfig.release.json; node "$2"; chmod -R u=rwX,go=rX .'

/** The folders of the packages that `bundleDependencies` puts into ours, according to npm's lock file. */
async function bundledModules(): Promise<readonly string[]> {
  const lock: Lock = JSON.parse(await readFile('package-lock.json', 'utf8'))
  return Object.entries(lock.packages).flatMap(([path, { inBundle, dev }]) =>
    inBundle && !dev ? [path] : [],
  )
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly inBundle?: boolean; readonly dev?: boolean }>
  >
}
