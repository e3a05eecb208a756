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
 * The source of the configuration, according to the options.
 *
 * @throws UsageError
 */
export function sourceOf(given: readonly Given[], env: Environment): ConfigSource {
  const folder = configFolder(given)
  const files = valuesOf(given, 'config')
  const place = (file: string) =>
    folder === undefined || isAbsolute(file) ? file : join(folder, file)
  const usual = env.SEALBEAT_CONFIG || 'beat.yml'
  return {
    ...(files.length > 0
      ? { files: files.map(place) }
      : { files: [place(usual)], dropIns: place(dropInsOf(usual)) }),
    overrides: given.flatMap(each => overridesOf(each, folder)),
    strictPerms: strictPerms(given, env),
    env,
  }
}

/** `web.yml` → `web.d`. */
function dropInsOf(file: string): string {
  return `${file.replace(/\.ya?ml$/, '')}.d`
}

/**
 * `--path.config`, relative to `--path.home` like the setting. A `path.home` in a file can't count, because
 * the file must be found first.
 */
function configFolder(given: readonly Given[]): string | undefined {
  const folder = valuesOf(given, 'path.config').at(-1)
  const home = valuesOf(given, 'path.home').at(-1)
  if (folder === undefined || home === undefined || isAbsolute(folder)) return folder
  return join(home, folder)
}

/** The settings that an option overrides, in the order of the options. */
function overridesOf({ name, value = '' }: Given, folder = ''): readonly string[] {
  if (name === 'set') return [value]
  if (name === 'stderr') return ['logging.to_stderr=true', 'logging.to_files=false']
  if (name === 'path.config') return [quoted(name, resolve(folder))]
  return name.startsWith('path.') ? [quoted(name, value)] : []
}

/** Quotes a path, so that YAML reads it as text. */
function quoted(name: string, path: string): string {
  return `${name}=${JSON.stringify(path)}`
}

/** As in Beats; the option overrides the environment. */
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
