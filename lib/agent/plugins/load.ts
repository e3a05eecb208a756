// Loads a plugin by the `type` that the configuration names: a path, a built-in name, or a package. Every
// kind of plugin is loaded in the same way; `KINDS` has what differs.

import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { OutputType } from '../../output.ts'
import { BUILTIN_OUTPUT_NAMES, builtinOutput, PACKAGED_OUTPUTS } from '../../outputs/builtin.ts'
import { packageRoot } from '../../own-package.ts'
import { markOf } from '../../plugin.ts'
import type { ProcessorType } from '../../processor.ts'
import { BUILTIN_PROCESSOR_NAMES, builtinProcessor } from '../../processors/builtin.ts'
import { didYouMean } from '../../suggest.ts'
import type { AnyBeat } from '../plan.ts'
import { objectMisfit, packageMisfit } from './fits.ts'
import { importDefault } from './import-plugin.ts'
import { Imports } from './imports.ts'
import { isPath, locateFile, locatePackage, type PluginPlaces, requireTrusted } from './locate.ts'
import { manifestAbove } from './manifest.ts'
import {
  beatProblems,
  isBeat,
  isOutput,
  isProcessor,
  outputProblems,
  processorProblems,
} from './shape.ts'

export interface Plugins {
  readonly beat: AnyBeat
  readonly output: OutputType
  readonly processor: ProcessorType
}

export type PluginKind = keyof Plugins

interface Kind<P> {
  /** The names of the built-in plugins. `builtins` is the folder of beats. */
  readonly names: (builtins: URL) => readonly string[]
  /** A built-in plugin, or the file to import it from; undefined if there is none of this name. */
  readonly builtin: (name: string, places: PluginPlaces) => Promise<P | URL | undefined>
  readonly is: (exported: unknown) => exported is P
  readonly problems: (exported: unknown) => readonly string[]
}

const KINDS: { readonly [K in PluginKind]: Kind<Plugins[K]> } = {
  beat: {
    names: beatNames,
    builtin: async (name, { builtins }) => {
      const file = new URL(`${encodeURIComponent(name)}/index.js`, builtins)
      return existsSync(file) ? file : undefined
    },
    is: isBeat,
    problems: beatProblems,
  },
  output: {
    names: () => BUILTIN_OUTPUT_NAMES,
    builtin: builtinOutput,
    is: isOutput,
    problems: outputProblems,
  },
  processor: {
    names: () => BUILTIN_PROCESSOR_NAMES,
    builtin: builtinProcessor,
    is: isProcessor,
    problems: processorProblems,
  },
}

/**
 * Imports the plugin that a `type` names.
 *
 * @param remedy is added to the message about a failed import
 * @throws UnknownPlugin if there is none of this name
 * @throws Error whose message names the file, if there is one, and its problem: such as a plugin that is made for
 *   another sealbeat
 */
export async function loadPlugin<K extends PluginKind>(
  kind: K,
  type: string,
  places: PluginPlaces,
  remedy = '',
): Promise<Plugins[K]> {
  const { builtin, is, problems } = KINDS[kind]
  const ours = isPath(type) ? undefined : await builtin(type, places)
  if (ours !== undefined && !(ours instanceof URL)) return ours
  const file = fileURLToPath(ours ?? (await locate(kind, type, places)))
  const exported = await importFitting(file, remedy, places)
  if (is(exported)) return exported
  throw new Error(`${file} is no ${kind}: ${problems(exported).join('; ')}`)
}

interface FoundPlugin {
  readonly kind: PluginKind
  readonly plugin: Plugins[PluginKind]
}

/**
 * Imports a package that nobody has named, so that its own word counts for what kind of plugin it is; without that,
 * its shape. Its file has to meet the rules of ownership for files that are given by a path.
 *
 * @throws Error as `loadPlugin` does
 */
export async function loadFound(type: string, places: PluginPlaces): Promise<FoundPlugin> {
  const url = await locatePackage(type, places)
  if (url === undefined) throw new Error('it has no module that could be imported by its name')
  await requireFit(url)
  const file = fileURLToPath(url)
  requireTrusted({ kind: 'plugin', name: type, path: file }, places)
  const exported = await importFitting(file, '', places)
  const marked = markOf(exported)?.kind
  const tried = FOUND_KINDS.filter(kind => marked === undefined || kind === marked)
  for (const kind of tried) {
    const { is } = KINDS[kind]
    if (is(exported)) return { kind, plugin: exported }
  }
  const nearest = tried
    .map(kind => ({ kind, problems: KINDS[kind].problems(exported) }))
    .reduce((best, each) => (each.problems.length < best.problems.length ? each : best))
  throw new Error(`${file} is no ${nearest.kind}: ${nearest.problems.join('; ')}`)
}

/** Whatever is a processor by its shape would do as an output too. */
const FOUND_KINDS = ['beat', 'processor', 'output'] as const

/** @throws Error if it can't be imported, or is made for another sealbeat */
async function importFitting(file: string, remedy: string, places: PluginPlaces): Promise<unknown> {
  const imports = places.imports ?? new Imports()
  const exported = await imports.once(file, () => importDefault(file, remedy, imports))
  // First: the shape of another contract would be reported as mistakes.
  const misfit = objectMisfit(exported)
  if (misfit !== undefined) throw new Error(`${file} ${misfit}`)
  return exported
}

async function locate(kind: PluginKind, type: string, places: PluginPlaces): Promise<URL> {
  if (isPath(type)) return locateFile(kind, type, places)
  const url = await locatePackage(type, places)
  if (url === undefined)
    throw new UnknownPlugin(kind, type, builtinNames(kind, places.builtins), places)
  await requireFit(url)
  return url
}

/** @throws Error if it is in a package that is made for another sealbeat */
async function requireFit(url: URL): Promise<void> {
  const manifest = manifestAbove(fileURLToPath(url))
  const misfit = manifest && (await packageMisfit(manifest))
  if (misfit !== undefined) throw new Error(misfit)
}

/** A name that is neither built in nor a package. */
export class UnknownPlugin extends Error {
  /** The message for a user who may not have meant the name as that of a package. */
  readonly short: string

  constructor(
    kind: PluginKind,
    name: string,
    builtin: readonly string[],
    { config }: Pick<PluginPlaces, 'config'>,
  ) {
    const own = kind === 'output' ? PACKAGED_OUTPUTS.get(name) : undefined
    const near =
      own === undefined
        ? didYouMean(name, builtin)
        : ` (install the package ${own}, and write type: ${own})`
    const names = builtin.join(', ')
    super(
      `there is neither a built-in ${kind} nor a package "${name}"${near}; built in: ` +
        `${names}; a package is looked for from ${config}, a path starts with ./`,
    )
    this.short = `unknown ${kind}${near}: one of ${names}, or a package or path as its type`
  }
}

/** Whether a `type` is the name of a plugin that comes with the agent, which no package of that name hides. */
export function isBuiltin(kind: PluginKind, type: string): boolean {
  return !isPath(type) && builtinNames(kind).includes(type)
}

/** The folder of the built-in beats: each is a bundle of its folder in beats/. */
export function builtinBeats(): URL {
  return new URL('dist/bundle/beats/', packageRoot())
}

/** The names of the plugins of a kind that come with the agent, in order. */
export function builtinNames(kind: PluginKind, builtins: URL = builtinBeats()): readonly string[] {
  return KINDS[kind].names(builtins)
}

function beatNames(builtins: URL): readonly string[] {
  if (!existsSync(builtins)) return []
  const folders = readdirSync(builtins, { withFileTypes: true }).filter(each => each.isDirectory())
  return folders.map(folder => folder.name).sort()
}
