import { expect } from 'chai'
import { parseLabels, parseSyscall } from './companions.ts'
import { parseDenial, parseDomain } from './landlock.ts'

const CALL =
  'audit(1795687297.924:4): arch=c00000f3 syscall=56 success=no exit=-13 a0=ffffffffffffff9c a1=53af0 a2=0 a3=0 ' +
  'items=0 ppid=97 pid=99 auid=1000 uid=33 gid=34 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=7 ' +
  'comm="kid" exe="/init" subj=unconfined key=(null)'

describe('audit: records that come with a denial', () => {
  it('are refused with a reason if something is missing', () => {
    const stamp = 'audit(1.000:1):'
    expect([
      parseDenial('x'),
      parseDenial(`${stamp} blockers=ptrace`),
      parseDenial(`${stamp} domain=xyz blockers=ptrace`),
      parseDenial(`${stamp} domain=x1f blockers=ptrace`),
      parseDenial(`${stamp} domain=1fx blockers=ptrace`),
      parseDenial(`${stamp} domain=12345678123456789 blockers=ptrace`),
      parseDenial(`${stamp} domain=1f`),
      parseDenial(`${stamp} domain=1f blockers=`),
      parseDenial(`${stamp} domain=1f blockers=fs."x`),
      parseDomain('x'),
      parseDomain(`${stamp} status=allocated pid=1`),
      parseDomain(`${stamp} domain=1f pid=1`),
      parseDomain(`${stamp} domain=1f status=allocated pid=x`),
      parseSyscall('x'),
      parseSyscall(CALL.replace(' pid=99', '')),
      parseSyscall(CALL.replace('arch=', 'a=')),
      parseSyscall(CALL.replace('syscall=56', 'syscall=read')),
      parseLabels('x'),
      parseLabels(`${stamp} subj=x`),
    ]).to.deep.equal([
      ...[
        'no time and serial number',
        ...['no domain', 'no domain', 'no domain', 'no domain', 'no domain'],
        'no blockers',
        'no blockers',
        'no blockers',
      ],
      ...['no time and serial number', 'no domain', 'no status', 'no pid'],
      ...['no time and serial number', 'no pid', 'no arch', 'no syscall'],
      ...['no time and serial number', 'no label'],
    ])
  })

  it('have the rest of a denial as it is written', () => {
    const denial = parseDenial(
      'audit(1.000:7): domain=1f blockers=ptrace,fs.refer opid=1 ocomm="x"',
    )
    expect(denial).to.deep.equal({
      ...{ time: new Date(1000), sequence: 7, domain: '1f', blockers: ['ptrace', 'fs.refer'] },
      fields: new Map([
        ['opid', '1'],
        ['ocomm', '"x"'],
      ]),
    })
  })

  it('say that a domain is gone, and how a label with spaces ends', () => {
    expect(parseDomain('audit(1.000:1): domain=1f status=deallocated denials=3')).to.deep.equal({
      domain: '1f',
      restricted: undefined,
    })
    expect(
      parseLabels('audit(1.000:1): subj_apparmor=a (b) =c subj_smack=_ obj_bpf=?'),
    ).to.deep.equal([
      ['subj_apparmor', 'a (b) =c'],
      ['subj_smack', '_'],
      ['obj_bpf', '?'],
    ])
  })

  it('have no label where it is empty', () => {
    const text = 'audit(1.000:1): subj_selinux= subj_apparmor== subj_smack=_'
    expect(parseLabels(text)).to.deep.equal([['subj_smack', '_']])
    expect(parseLabels('audit(1.000:1): subj_selinux=')).to.equal('no label')
  })

  it('do not let a label pass for a field', () => {
    const text = CALL.replace('subj=unconfined', 'subj=x pid=1 comm="cron" key=k')
    expect(parseSyscall(text)).to.deep.include({
      pid: 99,
      comm: 'kid',
      subject: 'x pid=1 comm="cron" key=k',
    })
  })
})
