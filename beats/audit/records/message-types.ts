/** Types of records, with Auditbeat's names of them (linux/audit.h). */
export const TYPES = {
  syscall: 1300,
  eoe: 1320,
  seccomp: 1326,
  mac_task_contexts: 1420,
  mac_obj_contexts: 1421,
  landlock_access: 1423,
  landlock_domain: 1424,
} as const

export type TypeName = keyof typeof TYPES

export const NAMES: ReadonlyMap<number | undefined, TypeName> = new Map(
  Object.entries(TYPES).map(([name, type]) => [type, name as TypeName]),
)

/** What has to be read to report violations of seccomp, and also denials by Landlock. */
export function typesFor({ landlock }: { readonly landlock: boolean }): readonly number[] {
  return landlock ? Object.values(TYPES) : [TYPES.seccomp, TYPES.mac_task_contexts]
}
