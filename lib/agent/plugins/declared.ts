import { leavesOf } from '../../config/schema/leaf.ts'
import { formatProblem, type Path } from '../../errors.ts'
import type { Plugin, Privilege } from '../../plugin.ts'
import { type ConfiguredPlugin, type Plan, planError, titleOf } from '../plan.ts'
import { askPrivileges } from './privilege-shape.ts'

/** A privilege and the plugin that declares it with the settings that it has. */
export interface DeclaredPrivilege {
  readonly plugin: ConfiguredPlugin
  /** `beat audit`. */
  readonly title: string
  readonly privilege: Privilege
}

interface Declared {
  readonly privileges: readonly DeclaredPrivilege[]
  /** Answers that are not privileges, each with the section of its plugin. */
  readonly problems: readonly { readonly path: Path; readonly message: string }[]
}

/** The privileges that plugins declare. Plugins are anybody's code, so their answers are checked. */
export function privilegesOf(plugins: readonly ConfiguredPlugin[]): Declared {
  const asked = plugins.map(each => {
    return { each, ...askPrivileges(() => each.plugin.privileges?.(each.settings)) }
  })
  return {
    privileges: asked.flatMap(({ each: plugin, privileges }) =>
      privileges.map(privilege => ({ plugin, title: titleOf(plugin), privilege })),
    ),
    problems: asked.flatMap(({ each: { path }, problems }) =>
      problems.map(message => ({ path, message })),
    ),
  }
}

/**
 * What a plugin declares with the defaults of its schema. Undefined where these make no settings that it can
 * answer for: a path, for example, may be required.
 */
export function defaultPrivileges(plugin: Plugin): readonly Privilege[] | undefined {
  const settings: Record<string, unknown> = {}
  for (const [path, { default: value }] of leavesOf({ ...plugin.schema })) {
    let at = settings
    for (const key of path.slice(0, -1)) {
      at[key] ??= {}
      at = Object(at[key])
    }
    at[String(path.at(-1))] = value
  }
  const { privileges, problems } = askPrivileges(() => plugin.privileges?.(settings))
  return problems.length > 0 ? undefined : privileges
}

/** The capability that a plugin takes to open with, whether or not it stays. */
export function capabilityOf(privilege: Privilege): `CAP_${string}` | undefined {
  if ('netlink' in privilege) return privilege.with
  return 'capability' in privilege ? privilege.capability : undefined
}

/** `capability CAP_NET_RAW during open`, `writes /var/spool/web`: a privilege as it is printed. */
export function formatPrivilege({ why, ...need }: Privilege): string {
  return Object.entries(need)
    .map(([kind, value]) => `${kind} ${value}`)
    .join(' ')
}

/** Answers that are not privileges, a line for each: the agent runs all the same, but no package can be made. */
export function privilegeWarnings(plan: Pick<Plan, 'plugins' | 'locate'>): readonly string[] {
  return planError(plan, privilegesOf(plan.plugins).problems).problems.map(formatProblem)
}
