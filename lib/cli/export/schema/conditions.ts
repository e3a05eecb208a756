import type { JsonSchema } from '../../../config/schema/formats.ts'
import { ref } from './definitions.ts'

const FIELDS: JsonSchema = { type: 'object', minProperties: 1 }
const CONDITIONS: JsonSchema = { type: 'array', minItems: 1, items: ref('condition') }

/** A condition of `when` or `if`. The names of fields in it may have dots, and so may its own keys. */
export const CONDITION: JsonSchema = {
  type: 'object',
  minProperties: 1,
  properties: {
    equals: { description: 'Each of these fields has this value.', ...FIELDS },
    contains: { description: 'Each of these fields contains this text.', ...FIELDS },
    regexp: { description: 'Each of these fields matches this regular expression.', ...FIELDS },
    range: { description: 'Each of these fields is in this range: lt, lte, gt, gte.', ...FIELDS },
    network: { description: 'Each of these fields is an address in this network.', ...FIELDS },
    has_fields: {
      description: 'The event has all of these fields.',
      ...{ type: 'array', minItems: 1, items: { type: 'string' } },
    },
    and: { description: 'All of these hold.', ...CONDITIONS },
    or: { description: 'One of these holds.', ...CONDITIONS },
    not: { description: 'This does not hold.', allOf: [ref('condition')] },
  },
  patternProperties: { '^(equals|contains|regexp|range|network|not)\\.': {} },
  additionalProperties: false,
}
