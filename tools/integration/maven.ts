import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, inCache, readSources, runTool, sourcesOf } from './tool.ts'

interface Wanted {
  /** Of the folder with its pom.xml and its Java files. */
  readonly name: string
  readonly version: string
}

/** The jars that the pom.xml of a server names, and its own Java files compiled; both are in the cache then. */
export async function getJava({ name, version }: Wanted): Promise<void> {
  const sources = await readSources(name, file => /^pom\.xml$|\.java$/.test(file))
  const files = [...sources.keys()]
  const programs = files.filter(file => file.endsWith('.java'))
  await inCache(`${name}-${version}`, [...sources.values()], async folder => {
    // Beside its pom.xml, Maven leaves a folder of its own.
    await copyFile(join(sourcesOf(name), 'pom.xml'), join(folder, 'pom.xml'))
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib']
    await runTool(['mvn', '--quiet', '--batch-mode', `-Dserver=${version}`, ...copy], {
      cwd: folder,
    })
    await mkdir(join(folder, 'classes'))
    if (programs.length === 0) return
    await runTool(['javac', '-cp', 'lib/*', '-d', 'classes', ...programs], { cwd: folder })
  })
}

/** The command that starts a class of it; its arguments follow. */
export function javaCommand(
  { name, version }: Wanted,
  main: string,
  options: readonly string[],
): readonly string[] {
  const folder = cacheFolder(`${name}-${version}`)
  return ['java', ...options, '-cp', `${folder}/classes:${folder}/lib/*`, main]
}
