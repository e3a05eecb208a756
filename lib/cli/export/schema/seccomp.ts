// The section `seccomp`, which has a parser of its own: lib/seccomp/policy/section.ts.

import type { JsonSchema } from '../../../config/schema/formats.ts'
import { closed, mapSchema, orVariable } from '../../../config/schema/json-schema.ts'
import { ACTIONS, OPERATIONS, PRECEDENCES } from '../../../seccomp/policy/policy.ts'

const FLAG: JsonSchema = { type: 'boolean' }
const NAME: JsonSchema = { type: 'string', minLength: 1 }
/** In quotes, too: numbers in YAML are only exact to 2⁵³. */
const WORD: JsonSchema = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^(0[xX][0-9a-fA-F]+|[0-9]+)$' },
  ],
}

const ARGUMENT = mapOf({
  argument: ['The number of the argument, from 0 to 5.', WORD],
  operation: ['How it is compared.', { enum: OPERATIONS }],
  value: ['What it is compared to.', WORD],
  mask: ['For MaskedEqual: the bits that count.', WORD],
})

const NAMED = mapOf({
  name: ['The name of a system call.', NAME],
  arguments: ['Conditions on its arguments, all of which hold.', listOf(ARGUMENT)],
})

const GROUP = mapOf({
  action: ['What happens to these system calls.', { enum: ACTIONS }],
  errno: [
    'The error of the action errno, by name or number. Default: EPERM.',
    { type: ['string', 'integer'] },
  ],
  must_exist: ['false: names that only other architectures have are left out.', FLAG],
  names: ['The names of system calls.', listOf(NAME)],
  names_with_args: ['System calls with conditions on their arguments.', listOf(NAMED)],
})

export const SECCOMP: JsonSchema = {
  description: 'The system call filter of the whole process.',
  ...mapOf({
    enabled: ['Whether to install the filter.', FLAG],
    required: [
      "Refuse to run (exit 77) if the filter can't be installed, instead of logging an error and running without it.",
      FLAG,
    ],
    log: ['Have the kernel report denied system calls to the audit log.', FLAG],
    diagnose: [
      'Log each denied system call with its arguments and thread, to find out what a policy lacks. The call is denied all the same; a denial takes a few microseconds more.',
      FLAG,
    ],
    late_libraries: [
      'refuse: no native library is loaded once the filter is installed, such as an addon that a beat imports late. Those that the C library needs for names are loaded before. Under node --jitless that is so by itself.',
      { enum: ['allow', 'refuse'] },
    ],
    mode: [
      'extend: add the rules below to the built-in policy. replace: use only the rules below.',
      { enum: ['extend', 'replace'] },
    ],
    precedence: [
      'Which of your rules decides, if the conditions of several hold: the strictest action, or the one that is written first.',
      { enum: PRECEDENCES },
    ],
    default_action: ['What happens to a system call that no rule names.', { enum: ACTIONS }],
    syscalls: ['Rules of your own; they require a default_action.', listOf(GROUP)],
  }),
}

function mapOf(
  keys: Readonly<Record<string, readonly [doc: string, value: JsonSchema]>>,
): JsonSchema {
  return closed(
    mapSchema(
      Object.entries(keys).map(([key, [description, value]]) => [
        key,
        { description, ...orVariable(value) },
      ]),
    ),
  )
}

function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', minItems: 1, items }
}
