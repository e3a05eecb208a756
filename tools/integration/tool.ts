import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cached } from '../live/cached.ts'

const run = promisify(execFile)

/** Fetching takes a minute or two where nothing is cached; compiling a large server in Go takes longer. */
const TOOL_MS = 20 * 60_000

const CACHE = fileURLToPath(new URL('../../../.cache/integration/', import.meta.url))

/** The folder with the sources of a server: a pom.xml, a go.mod, its program. */
export function sourcesOf(name: string): string {
  return fileURLToPath(new URL(`../../../tools/integration/${name}/`, import.meta.url))
}

/** Those sources that what is made depends on: by their names, with their texts. */
export async function readSources(
  name: string,
  isPart: (file: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const folder = sourcesOf(name)
  const files = (await readdir(folder)).filter(isPart).map(file => join(folder, file))
  return new Map(
    await Promise.all(files.map(async file => [file, await readFile(file, 'utf8')] as const)),
  )
}

/** Makes the folder NAME-VERSION of the cache, unless it was made from the same recipe. */
export function inCache(
  name: string,
  recipe: unknown,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  return cached(`${CACHE}${name}`, recipe, make)
}

export function cacheFolder(name: string): string {
  return `${CACHE}${name}`
}

/**
 * Runs a tool of the machine as the machine has it configured, and returns what it has printed.
 *
 * @throws Error in one line: that there is no such tool, or the last that it has said
 */
export async function runTool(
  [file = '', ...args]: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { cwd, env } = options
  const limits = { timeout: TOOL_MS, maxBuffer: 64 * 1024 * 1024 }
  try {
    const { stdout } = await run(file, args, {
      ...limits,
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, ...env },
    })
    return stdout.trim()
  } catch (error) {
    const { code, stdout, stderr } = Object(error)
    if (code === 'ENOENT') throw new Error(`there is no ${file} on this machine`)
    const said = `${stdout}\n${stderr}`.trim().split('\n')
    const line = said.find(each => /error|could not|cannot/i.test(each)) ?? said.at(-1)
    throw new Error(`${file} failed: ${line?.slice(0, 300)}`)
  }
}
