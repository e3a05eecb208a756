import { isAbsolute, join, resolve } from 'node:path'
import type { ConfigSource } from '../config/source/document.ts'
import { UsageError } from './usage-error.ts'

/** An option of the command line. */
export interface Given {
  readonly name: string
  /** As typed: `-c`, `--config`. */
  readonly typed: string
  readonly value: string | undefined
}

type Environment = ConfigSource['env']

/**
 * Where the options have the configuration come from.
 *
 * @throws UsageError
 */
export function sourceOf(given: readonly Given[], env: Environment): ConfigSource {
  const folder = configFolder(given)
  const files = valuesOf(given, 'config')
  const place = (file: string) =>
    folder === undefined || isAbsolute(file) ? file : join(folder, file)
  return {
    files: (files.length > 0 ? files : [env.SEALBEAT_CONFIG || 'beat.yml']).map(place),
    overrides: given.flatMap(each => overridesOf(each, folder)),
    strictPerms: strictPerms(given, env),
    env,
  }
}

/**
 * `--path.config`, below `--path.home` as the setting would be. What a file says of `path.home` can't
 * count: the file is to be found first.
 */
function configFolder(given: readonly Given[]): string | undefined {
  const folder = valuesOf(given, 'path.config').at(-1)
  const home = valuesOf(given, 'path.home').at(-1)
  if (folder === undefined || home === undefined || isAbsolute(folder)) return folder
  return join(home, folder)
}

/** The settings that an option stands for, in the order of the options: the later wins. */
function overridesOf({ name, value = '' }: Given, folder = ''): readonly string[] {
  if (name === 'set') return [value]
  if (name === 'stderr') return ['logging.to_stderr=true', 'logging.to_files=false']
  if (name === 'path.config') return [quoted(name, resolve(folder))]
  return name.startsWith('path.') ? [quoted(name, value)] : []
}

/** So that YAML takes a path for nothing but text. */
function quoted(name: string, path: string): string {
  return `${name}=${JSON.stringify(path)}`
}

/** As in Beats; where both are given, the option wins over the environment. */
function strictPerms(given: readonly Given[], env: Environment): boolean {
  const [name, value] = [
    ['--strict.perms', valuesOf(given, 'strict.perms').at(-1)],
    ['BEAT_STRICT_PERMS', env.BEAT_STRICT_PERMS],
  ].find(([, each]) => each !== undefined && each !== '') ?? ['', 'true']
  if (value === 'true' || value === 'false') return value === 'true'
  throw new UsageError(`${name} must be true or false, not "${value}"`)
}

function valuesOf(given: readonly Given[], option: string): readonly string[] {
  return given.filter(({ name }) => name === option).flatMap(({ value }) => value ?? [])
}
