import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { fields } from '../event.ts'

/** Types other than `keyword`. */
const OTHERS: Readonly<Record<string, string>> = {
  message: 'text',
  'process.pid': 'long',
  'process.parent.pid': 'long',
  'source.ip': 'ip',
  'source.port': 'long',
  'destination.ip': 'ip',
  'destination.port': 'long',
  'auditd.sequence': 'long',
  'auditd.unreported': 'long',
  'auditd.unreadable': 'long',
  'auditd.lost': 'long',
  'auditd.data.syscall_number': 'long',
}

describe('audit: the types of its fields', () => {
  it('are those of all fields that README.md names, and of no others', () => {
    const named = readFileSync('beats/audit/README.md', 'utf8').matchAll(
      /`(message|(?:event|process|user|file|source|destination|auditd)\.[a-z_.]*[a-z])`/g,
    )
    const all = [...named].map(([, name = '']) => name)
    const names = all.filter(name => !all.some(other => other.startsWith(`${name}.`)))
    const data = new Set(names.filter(name => name.startsWith('auditd.data.')))
    const expected = new Set(names.filter(name => !data.has(name) || name in OTHERS))
    expect(data).to.include('auditd.data.ip')
    expect(Object.keys(fields)).to.have.members([...expected, 'auditd.data.*'])
    for (const [name, type] of Object.entries(fields)) {
      expect(type, name).to.equal(OTHERS[name] ?? 'keyword')
    }
  })
})
