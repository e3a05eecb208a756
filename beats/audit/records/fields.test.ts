import { expect } from 'chai'
import { eventOfText, fieldsOf, labelledFieldsOf, stampOf } from './fields.ts'

describe('audit: the text of a record', () => {
  it('begins with its time and the number of its event', () => {
    expect(stampOf('audit(1732540000.123:456): a=b c')).to.deep.equal({
      time: new Date('2024-11-25T13:06:40.123Z'),
      sequence: 456,
      rest: 'a=b c',
    })
    expect(stampOf('audit(1.000:1):')?.rest).to.equal('')
    expect(eventOfText('audit(1732540000.123:456): a=(b)')).to.equal('audit(1732540000.123:456')
  })

  it('has fields, and words that are none', () => {
    const texts: Readonly<Record<string, object>> = {
      '': {},
      'a=b': { a: 'b' },
      ' a=b  c=d ': { a: 'b', c: 'd' },
      'word a=b= =x ==y c=': { a: 'b=', c: '' },
      'a word b=c': { b: 'c' },
      'a=1 a=2': { a: '2' },
    }
    for (const [text, fields] of Object.entries(texts)) {
      expect(Object.fromEntries(fieldsOf(text)), text).to.deep.equal(fields)
    }
  })

  it('has a label that reaches to the last of what comes behind it', () => {
    const texts: Readonly<Record<string, object>> = {
      'a=b subj=x pid=1': { a: 'b', subj: 'x', pid: '1' },
      'a=b subj=x (y) pid=0 pid=1 c=d': { a: 'b', subj: 'x (y) pid=0', pid: '1', c: 'd' },
      'a=b subj=x subj=y pid=1': { a: 'b', subj: 'x subj=y', pid: '1' },
      ' subj=x y pid=1': { subj: 'x y', pid: '1' },
      'a=b pid=1 subj=x y': { a: 'b', pid: '1', subj: 'x y' },
      'pid=1 a=b': { pid: '1', a: 'b' },
    }
    for (const [text, fields] of Object.entries(texts)) {
      expect(Object.fromEntries(labelledFieldsOf(text, ' pid=')), text).to.deep.equal(fields)
    }
  })
})
