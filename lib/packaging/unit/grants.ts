import type { Plan } from '../../agent/configure.ts'
import { askPrivileges } from '../../agent/plugins/shape.ts'
import type { Privilege } from '../../beat.ts'
import type { Path } from '../../errors.ts'
import { invalidPackage } from '../invalid-package.ts'

/** What the unit of one agent has to grant, each with those who say why. */
export interface Grants {
  readonly capabilities: Reasons
  readonly addressFamilies: Reasons
  /** `ip` or nothing. */
  readonly network: Reasons
  readonly groups: Reasons
  readonly writes: Reasons
  /** `system`: files of /proc beyond the agent's own; `processes`: those of other users' processes too. */
  readonly proc: Reasons
}

/** `CAP_AUDIT_READ` → `beat audit: reads the records of the kernel`. */
export type Reasons = ReadonlyMap<string, string>

interface Declared {
  readonly who: string
  readonly each: Privilege
}

/**
 * All that the enabled beats and the output declare, with the settings that they have.
 *
 * @throws AgentError `CONFIG_INVALID` with everything declared that no unit can grant
 */
export function grantsOf(plan: Declaring): Grants {
  const declared = [...ofBeats(plan), ...ofOutput(plan)]
  const reasons = (of: (privilege: Privilege) => string | undefined) => reasonsFor(declared, of)
  return {
    capabilities: reasons(each => ('capability' in each ? each.capability : undefined)),
    addressFamilies: reasons(each => ('addressFamily' in each ? each.addressFamily : undefined)),
    network: reasons(each => ('network' in each ? each.network : undefined)),
    groups: reasons(each => ('group' in each ? each.group : undefined)),
    writes: reasons(each => ('writes' in each ? each.writes : undefined)),
    proc: reasons(each => ('proc' in each ? each.proc : undefined)),
  }
}

type Declaring = Pick<Plan, 'beats' | 'output'> & Partial<Pick<Plan, 'locate'>>

/** Beats are anybody's: what they return is looked at before it gets into a unit. */
function ofBeats({ beats, locate = () => undefined }: Declaring): readonly Declared[] {
  const found: { readonly path: Path; readonly message: string }[] = []
  const declared = beats.flatMap(({ beat, settings, config }) => {
    const { privileges, problems } = askPrivileges(() => beat.privileges?.(settings))
    found.push(...problems.map(message => ({ path: config.section.path, message })))
    return privileges.map(each => ({ who: `beat ${config.id}`, each }))
  })
  if (found.length > 0) throw invalidPackage(found, locate)
  return declared
}

function ofOutput({ output: { type, settings } }: Pick<Plan, 'output'>): readonly Declared[] {
  return (type.privileges?.(settings) ?? []).map(each => ({ who: `output ${type.name}`, each }))
}

function reasonsFor(
  declared: readonly Declared[],
  of: (privilege: Privilege) => string | undefined,
): Reasons {
  const found = new Map<string, string>()
  for (const { who, each } of declared) {
    const what = of(each)
    if (what !== undefined) found.set(what, join(found.get(what), `${who}: ${each.why}`))
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function join(before: string | undefined, reason: string): string {
  return before === undefined ? reason : `${before}; ${reason}`
}
