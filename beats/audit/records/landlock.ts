import {
  decimal,
  type Fields,
  fieldsOf,
  NO_STAMP,
  type Stamp,
  stampOf,
  untrusted,
} from './fields.ts'

/** An `AUDIT_LANDLOCK_ACCESS` record (security/landlock/audit.c, landlock_log_denial). */
export interface LandlockDenial extends Stamp {
  /** The domain that denied it, in hexadecimal. No two domains have the same since the system was started. */
  readonly domain: string
  /** What is missing: `fs.write_file`, `net.connect_tcp`, `scope.signal`, `ptrace`, …. */
  readonly blockers: readonly string[]
  /** The rest, as it is written (security/lsm_audit.c, audit_log_lsm_data). */
  readonly fields: Fields
}

/** Returns what is wrong with the text if it is not such a record. */
export function parseDenial(text: string): LandlockDenial | string {
  const stamped = stampOf(text)
  if (!stamped) return NO_STAMP
  const fields = fieldsOf(stamped.rest)
  const [domain, blockers] = [domainOf(fields), fields.get('blockers')]
  if (domain === undefined) return 'no domain'
  if (!blockers || !/^[\w.,-]+$/.test(blockers)) return 'no blockers'
  for (const key of ['domain', 'blockers']) fields.delete(key)
  const { time, sequence } = stamped
  return { time, sequence, domain, blockers: blockers.split(','), fields }
}

/** The process that has restricted itself. Its children are in the domain, too. */
export interface Restricted {
  readonly pid: number
  readonly uid: number | undefined
  readonly comm: string | undefined
  readonly exe: string | undefined
}

/** An `AUDIT_LANDLOCK_DOMAIN` record: who a domain belongs to, or, without it, that there is no such domain anymore. */
interface DomainRecord {
  readonly domain: string
  readonly restricted: Restricted | undefined
}

/** Returns what is wrong with the text if it is not such a record. */
export function parseDomain(text: string): DomainRecord | string {
  const stamped = stampOf(text)
  if (!stamped) return NO_STAMP
  const field = fieldsOf(stamped.rest)
  const [domain, status, pid] = [domainOf(field), field.get('status'), decimal(field.get('pid'))]
  if (domain === undefined) return 'no domain'
  if (status === 'deallocated') return { domain, restricted: undefined }
  if (status !== 'allocated') return 'no status'
  if (pid === undefined) return 'no pid'
  const uid = decimal(field.get('uid'))
  const [comm, exe] = [untrusted(field.get('comm')), untrusted(field.get('exe'))]
  return { domain, restricted: { pid, uid, comm, exe } }
}

function domainOf(fields: Fields): string | undefined {
  const domain = fields.get('domain')
  return domain !== undefined && /^[0-9a-f]{1,16}$/.test(domain) ? domain : undefined
}
