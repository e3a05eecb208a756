// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what is read
import { expect } from 'chai'
import { credentialNames } from '../../../lib/config/source/credential-names.ts'

describe('the names of credentials', () => {
  for (const [what, text, names] of [
    [
      'are in values, once each, sorted',
      'a: ${credential:b}${credential:a}\nc: [ "${credential:b}" ]',
      ['a', 'b'],
    ],
    ['may have spaces and a message', 'a: "${credential:my token:?who has it?}"', ['my token']],
    ['are in text of several lines', 'a: |\n  x\n  ${credential:b}\n', ['b']],
    ['are not in comments', '# ${credential:old}\na: 1 # ${credential:older}\n', []],
    ['are not in keys', '${credential:a}: 1', []],
    ['are not what stands for the characters', 'a: $${credential:b}', []],
    ['are names of files, which no path is', 'a: ${credential:../b}${credential:..}', []],
    ['end where a comment begins, in text that is no YAML', ']: ${credential:b #c}', ['b']],
    ['are none where there is nothing', '', []],
    ['are found as far as text that is no YAML goes', 'a: ${credential:b}\n}: [', ['b']],
  ] as const) {
    it(what, () => expect(credentialNames(text)).to.deep.equal(names))
  }
})
