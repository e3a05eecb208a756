import { type Beat, bytesFrom } from 'sealbeat'

export interface Settings {
  /** Bytes. */
  readonly buffer: number
  readonly landlock: boolean
}

export const schema: Beat<Settings>['schema'] = {
  buffer: {
    doc: 'How much memory the kernel may use for records that the beat has not read yet.',
    format: bytesFrom(4096),
    default: 8 * 1024 * 1024,
  },
  landlock: {
    doc: 'Whether denials by Landlock are reported, too: of every program that restricts itself.',
    format: Boolean,
    default: true,
  },
}
