import { join } from 'node:path'
import { cacheFolder, inCache, readSources, runTool, sourcesOf } from './tool.ts'

interface Wanted {
  /** Of the folder with its go.mod. */
  readonly name: string
  readonly version: string
  /** The package to build. Left out: that of the folder. */
  readonly from?: string
}

/** Builds a program of the module, and returns where it is. */
export async function getGo({ name, version, from = '.' }: Wanted): Promise<string> {
  const sources = await readSources(name, file => /^go\.(mod|sum)$|\.go$/.test(file))
  await inCache(`${name}-${version}`, [from, ...sources.values()], async folder => {
    const build = ['go', 'build', '-mod=readonly', '-trimpath', '-o', join(folder, name), from]
    await runTool(build, { cwd: sourcesOf(name) })
  })
  return join(cacheFolder(`${name}-${version}`), name)
}
